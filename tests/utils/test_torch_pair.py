"""A torch and a torchaudio that do not fit are named before `transformers` fails over them."""

import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

from transformers_tts_gan.utils import torch_pair
from transformers_tts_gan.utils.torch_pair import check_torch_pair


ROOT = Path(__file__).parents[2]


def break_torchaudio(monkeypatch, error: Exception):
    """Let `import torchaudio` raise `error`."""
    real_import = builtins.__import__

    def broken_import(name, *args, **kwargs):
        if name == "torchaudio":
            raise error
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken_import)


def test_a_fitting_pair_passes():
    check_torch_pair()


@pytest.mark.parametrize(
    "error", [OSError("Could not load this library: _torchaudio.abi3.so"), RuntimeError("CUDA 13.2 against 13.0")]
)
def test_a_mismatched_pair_is_named_with_the_line_that_mends_it(monkeypatch, error):
    versions = {"torch": "2.14.0+cpu", "torchaudio": "2.11.0"}
    monkeypatch.setattr(torch_pair, "version", versions.__getitem__)
    break_torchaudio(monkeypatch, error)
    with pytest.raises(ImportError) as raised:
        check_torch_pair()
    message = str(raised.value)
    assert str(error) in message and "`torch` 2.14.0+cpu and `torchaudio` 2.11.0" in message
    assert "pip install --force-reinstall 'torch==2.11.*' 'torchaudio==2.11.*'" in message
    assert raised.value.__cause__ is error


def test_a_missing_torchaudio_is_said_to_be_missing(monkeypatch):
    def missing(name):
        raise torch_pair.PackageNotFoundError(name)

    monkeypatch.setattr(torch_pair, "version", missing)
    break_torchaudio(monkeypatch, ModuleNotFoundError("No module named 'torchaudio'"))
    with pytest.raises(ImportError, match=r"`torchaudio` \(not installed\)"):
        check_torch_pair()


def test_the_package_checks_before_it_imports_transformers(tmp_path):
    """In a new process, with a torchaudio that does not load: `transformers` would raise its own OSError."""
    (tmp_path / "torchaudio").mkdir()
    (tmp_path / "torchaudio" / "__init__.py").write_text("raise OSError('libcudart.so.13: cannot open shared object')")
    (tmp_path / "transformers.py").write_text("raise AssertionError('transformers was imported first')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    command = [sys.executable, "-c", "import transformers_tts_gan, transformers"]
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert "ImportError: `torchaudio` does not load (OSError: libcudart.so.13" in result.stderr
    assert "transformers was imported first" not in result.stderr
