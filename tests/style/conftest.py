"""The wheel that tests of installing share."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
PACKAGE = "transformers_tts_gan"
SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "docs/package.md")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Built from a copy: an old `build` folder in the clone would put deleted files into the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / PACKAGE, folder / "source" / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "source" / "docs").mkdir()
    for name in SOURCES:
        shutil.copy(ROOT / name, folder / "source" / name)
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(folder / "source")], check=True)
    return next(folder.glob("*.whl"))
