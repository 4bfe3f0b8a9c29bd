"""The wheel holds the whole package and speaks in a folder where there is nothing else of this repository."""

import configparser
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from transformers_tts_gan import export_onnx


ROOT = Path(__file__).parents[2]
PACKAGE = "transformers_tts_gan"
SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
SPEAK = """
import sys
import transformers_tts_gan
from transformers_tts_gan import TTSGanModel, TTSGanProcessor

assert transformers_tts_gan.__file__.startswith(sys.argv[1]), transformers_tts_gan.__file__
processor = TTSGanProcessor.from_pretrained(sys.argv[2])
model = TTSGanModel.from_pretrained(sys.argv[2]).eval()
print(model(**processor("Good morning.")).waveform.shape[-1])
"""
SPEAK_ONNX = """
import sys
from importlib.util import find_spec
assert not any(map(find_spec, ("torch", "transformers", "soundfile", "scipy")))
from transformers_tts_gan import OnnxVoice

voice = OnnxVoice(sys.argv[1])
chunks = list(voice.stream("今天天气很好。"))
print(len(voice("Good morning. Dr. Smith paid $25 in 北京.")["audio"]), sum(len(chunk.audio) for chunk in chunks))
"""
HEAVY = {"torch", "torchaudio", "transformers"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: an old `build` folder in the clone would put deleted files into the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / PACKAGE, folder / "source" / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES:
        shutil.copy(ROOT / name, folder / "source")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(folder / "source")], check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package(wheel):
    """Tables, the letter-to-sound model, stubs and the parts of the report page too."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(f"{PACKAGE}/")}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / PACKAGE).rglob("*") if path.is_file()}
    assert held == {name for name in files if "__pycache__" not in name}


def test_the_wheel_speaks_in_an_empty_folder(wheel, tmp_path):
    """As after `pip install`: the dependencies are there, the clone is not."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    zipfile.ZipFile(wheel).extractall(site)
    empty.mkdir()
    command = [sys.executable, "-c", SPEAK, str(site), str(ROOT / "examples" / "voices" / "bilingual")]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    said = subprocess.run(command, cwd=empty, env=environment, check=True, capture_output=True, text=True)
    assert int(said.stdout) > 8_000


def documented() -> list[str]:
    """The packages that docs/export.md names for speaking without torch."""
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    return re.search(r"^pip install (anyascii .*)$", page, re.MULTILINE)[1].split()


def closure(names: list[str]) -> dict[str, importlib.metadata.Distribution]:
    """Installed distributions and all that they need."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found[name] = importlib.metadata.distribution(name)
        needed = [Requirement(line) for line in found[name].requires or []]
        waiting += [each.name for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def test_an_exported_voice_speaks_where_only_its_packages_are_installed(wheel, voice, phone_processor, tmp_path):
    """A folder with the wheel and links to the packages that the docs name and what those need: no torch in it."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    for distribution in closure(documented()).values():
        for name in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
            if not (site / name).exists():
                (site / name).symlink_to(distribution.locate_file(name))
    folder = export_onnx(voice.without_text_encoder(), phone_processor, tmp_path / "voice")
    command = [sys.executable, "-S", "-c", SPEAK_ONNX, str(folder)]
    said = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    assert all(int(samples) > 4_000 for samples in said.stdout.split())


def test_the_docs_name_the_packages_of_setup_cfg_that_an_exported_voice_imports():
    """Those of the core that speaking in ONNX loads, and the extra `onnx`."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    core = {Requirement(line).name for line in setup["options"]["install_requires"].split("\n") if line.strip()}
    extra = set(setup["options.extras_require"]["onnx"].split())
    assert extra <= set(documented()) <= core | extra
    assert not HEAVY & set(documented())
