"""Optional packages: imported where they are installed, named with their command where they are not."""

import pytest

from transformers_tts_gan.utils.require import naming_extra, require


def test_an_installed_module_is_imported():
    assert require("json", "This test").loads("[1]") == [1]


def test_a_missing_package_is_named_with_its_extra():
    with pytest.raises(ImportError) as error:
        require("no_such_package", "Comparing", extra="eval")
    assert str(error.value) == (
        "Comparing needs `no_such_package`, which is not installed: run `pip install 'transformers-tts-gan[eval]'`."
    )
    assert error.value.name == "no_such_package"


def test_a_package_that_misses_another_one_names_that(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import no_such_dependency", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="needs `no_such_dependency`.*run `pip install half_installed`"):
        require("half_installed", "This test", install="pip install half_installed")


def test_an_error_of_another_kind_passes_through(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("raise OSError('libfoo.so: too short')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OSError, match="libfoo"):
        require("broken_package", "This test", extra="eval")


def test_a_block_names_what_it_lacks_with_its_extra():
    with pytest.raises(
        ImportError, match=r"^Training needs `no_such`, .* `pip install 'transformers-tts-gan\[train\]'`"
    ):
        with naming_extra("Training", "train"):
            import no_such.part  # noqa: F401
    with pytest.raises(ImportError, match=r"^Reading needs `no_such`, .* run `pip install transformers-tts-gan`"):
        with naming_extra("Reading", None):
            import no_such  # noqa: F401


def test_a_part_of_the_package_that_is_not_there_is_no_missing_package():
    with pytest.raises(ModuleNotFoundError, match="transformers_tts_gan.no_such"), naming_extra("Training", "train"):
        import transformers_tts_gan.no_such  # noqa: F401
