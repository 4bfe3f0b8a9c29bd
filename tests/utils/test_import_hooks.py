"""Functions called when a module is imported, and what importing the package does not load."""

import subprocess
import sys

import pytest

from transformers_tts_gan.utils.import_hooks import before_import, import_after


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The name of a module that writes down when it is executed."""
    (tmp_path / "hooked_module.py").write_text("import builtins; builtins.hooked.append('module')", encoding="utf-8")
    (tmp_path / "hooked_other.py").write_text("import builtins; builtins.hooked.append('other')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("builtins.hooked", [], raising=False)
    yield "hooked_module"
    for name in ("hooked_module", "hooked_other"):
        sys.modules.pop(name, None)


def test_before_and_after_are_called_once_and_in_order(module):
    import builtins

    before_import(module, lambda: builtins.hooked.append("before"))
    import_after(module, "hooked_other")
    assert builtins.hooked == []
    __import__(module)
    del sys.modules[module]
    __import__(module)
    assert builtins.hooked == ["before", "module", "other", "module"]


def test_what_was_imported_already_is_answered_at_once(module):
    import builtins

    __import__(module)
    before_import(module, lambda: builtins.hooked.append("late"))
    import_after(module, "hooked_other")
    assert builtins.hooked == ["module", "late", "other"]
    assert not [finder for finder in sys.meta_path if getattr(finder, "module", None) == module]


@pytest.mark.parametrize(
    "code",
    [
        "import transformers_tts_gan",
        "import transformers_tts_gan.text",
        "from transformers_tts_gan.text.frontend import TextFrontend; TextFrontend()('Hello, 2 of you.')",
        "from transformers_tts_gan.text.frontend import TextFrontend; TextFrontend()('我有25元。', 'zh')",
    ],
)
def test_the_package_and_the_text_frontend_load_neither_torch_nor_transformers(code):
    check = f"{code}\nimport sys; sys.exit(' '.join({{'torch', 'transformers'}} & set(sys.modules)) or None)"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_speaking_does_not_load_the_trainer():
    check = (
        "from transformers_tts_gan import TTSGanModel, TTSGanPipeline, TTSGanProcessor\nimport sys\n"
        "names = [name for name in sys.modules if name.startswith('transformers_tts_gan.')]\n"
        "late = ('training', 'evaluation', 'data', 'cards')\n"
        "sys.exit(' '.join(name for name in names if name.split('.')[1] in late) or None)"
    )
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
