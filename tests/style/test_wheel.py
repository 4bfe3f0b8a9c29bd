"""The wheel holds the whole package and speaks in a folder where there is nothing else of this repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path


ROOT = Path(__file__).parents[2]
PACKAGE = "transformers_tts_gan"
SPEAK = """
import sys
import transformers_tts_gan
from transformers_tts_gan import TTSGanModel, TTSGanProcessor

assert transformers_tts_gan.__file__.startswith(sys.argv[1]), transformers_tts_gan.__file__
processor = TTSGanProcessor.from_pretrained(sys.argv[2])
model = TTSGanModel.from_pretrained(sys.argv[2]).eval()
print(model(**processor("Good morning.")).waveform.shape[-1])
"""


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
