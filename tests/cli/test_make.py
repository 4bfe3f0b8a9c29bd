"""`make speak` hands a text on as it was typed: to neither make nor the shell is it a program."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
TEXTS = [
    "It costs $25.",
    "$(shell touch ran)",
    "`touch ran` $(touch ran)",
    'It\'s "so" #1; a\\b %d $$ & ${HOME}',
    "你好。",
]
OF_MAKE = {"MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "ARGS", "TEXT"}  # what `make test ARGS=...` passes on


@pytest.fixture
def make_speak(tmp_path):
    """Run the target with a `tts-gan` that prints its arguments, one a line."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("setup.cfg", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("created", "dev"):
        (tmp_path / ".venv" / name).touch()
    command = tmp_path / ".venv" / "bin" / "tts-gan"
    command.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)

    outside = {name: value for name, value in os.environ.items() if name not in OF_MAKE}

    def run(*arguments, **environment) -> list[str]:
        ran = subprocess.run(
            ["make", "-s", "speak", *arguments],
            cwd=tmp_path,
            env={**outside, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert not (tmp_path / "ran").exists(), "the text was run"
        return ran.stdout.splitlines()

    return run


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_spoken_as_it_is_typed(make_speak, text):
    assert make_speak(f"TEXT={text}") == ["speak", text]
    assert make_speak(TEXT=text) == ["speak", text]


def test_without_a_text_the_voice_has_its_own(make_speak):
    assert make_speak() == ["speak"]


def test_arguments_are_passed_on(make_speak):
    assert make_speak("TEXT=Hello.", "ARGS=--speed 2") == ["speak", "Hello.", "--speed", "2"]
