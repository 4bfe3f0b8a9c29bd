"""Shell commands in README, docs and docstrings: each names a script that exists and options that its parser knows.

The parsers are those of the scripts. What takes seconds on the shipped voices is run as it stands.
"""

import argparse
import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.example_scripts import ROOT, script
from transformers import HfArgumentParser

from transformers_tts_gan import export_onnx, parse_arguments
from transformers_tts_gan.cli import train
from transformers_tts_gan.cli.main import load_command


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
PROGRAMS = [
    *(ROOT / "examples").rglob("*.py"),
    *(ROOT / "benchmarks").glob("*.py"),
    *(ROOT / "transformers_tts_gan" / "cli").glob("*.py"),
]
OURS = re.compile(r"^(\w+=\S+ )*(python (examples|benchmarks)/|tts-gan |accelerate launch )")
OTHERS = ("pip", "make", "tensorboard")
# In words.tsv and names.txt are the reader's own words; outputs/my_voice and my_voice_onnx are voices of the reader.
RUN = (
    "tts-gan speak",
    "tts-gan explain",
    "python examples/speak.py",
    "python examples/shrink_voice.py --model outputs/my_v",
)


class Parsed(Exception):
    """Ends a script where it has parsed its arguments."""


def lines(code: str) -> list[str]:
    """Commands, with continued lines joined, and without comments and indentation."""
    joined = re.sub(r"\\\n\s*", "", code)
    return [line for line in map(str.strip, joined.splitlines()) if line and not line.startswith("#")]


def shown_in_pages() -> list[tuple[str, str]]:
    found = []
    for path in PAGES:
        for block in re.findall(
            r"^ *```bash\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            found += [(path.relative_to(ROOT).as_posix(), line) for line in lines(block)]
    return found


def shown_in_docstrings() -> list[tuple[str, str]]:
    found = []
    for path in PROGRAMS:
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        shown = [line for line in lines(docstring) if OURS.match(line)]
        found += [(path.relative_to(ROOT).as_posix(), line) for line in shown]
    return found


COMMANDS = shown_in_pages() + shown_in_docstrings()
CHECKED = [(page, line) for page, line in COMMANDS if OURS.match(line)]


def parse_with_script(path: str, arguments: list[str], monkeypatch) -> None:
    """Run a script until it has parsed its arguments; a wrong one ends it with `SystemExit` before that."""
    plain, dataclasses = argparse.ArgumentParser.parse_args, HfArgumentParser.parse_args_into_dataclasses

    def parse_and_stop(self, args=None, namespace=None):
        plain(self, args, namespace)
        raise Parsed

    def parse_dataclasses_and_stop(self, *args, **kwargs):
        *_, last = dataclasses(
            self, *args, **kwargs
        )  # which raises an error for an unknown argument, unless asked not to
        assert last == [] or not kwargs.get("return_remaining_strings")
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_and_stop)
    monkeypatch.setattr(HfArgumentParser, "parse_args_into_dataclasses", parse_dataclasses_and_stop)
    monkeypatch.setattr(sys, "argv", [path, *arguments])
    monkeypatch.syspath_prepend(ROOT / Path(path).parent)  # as Python does for a script
    with pytest.raises(Parsed):
        script(Path(path).stem, Path(path).parent.as_posix()).main()


def check(line: str, monkeypatch) -> None:
    words = shlex.split(line, comments=True)
    while "=" in words[0]:
        words.pop(0)
    if words[0] == "accelerate":
        words = words[next(i for i, word in enumerate(words) if word.endswith(".py")) - 1 :]
    if words[0] == "tts-gan":
        command, *arguments = words[1:]
        if command != "train":
            load_command(command).parser().parse_args(arguments)
            return
        named = arguments[:1] in (["vocoder"], ["prosody"])
        kind, arguments = (arguments[0], arguments[1:]) if named else ("voice", arguments)
        parse_arguments(*train.classes(kind), arguments=arguments)
        return
    path, *arguments = words[1:]
    assert (ROOT / path).is_file()
    parse_with_script(path, arguments, monkeypatch)


@pytest.mark.parametrize(("page", "line"), CHECKED, ids=lambda part: part[:60])
def test_commands_have_options_that_their_parsers_know(page, line, monkeypatch):
    monkeypatch.chdir(ROOT)
    check(line, monkeypatch)


@pytest.mark.parametrize("line", ["tts-gan speak --loud Hi.", "python examples/shrink_voice.py --model a"])
def test_a_wrong_option_is_found(line, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit):
        check(line, monkeypatch)


def test_no_command_is_overlooked():
    """Each line of a bash block is one of ours, or of a program that is no part of this project."""
    pages = [(page, line) for page, line in shown_in_pages() if not OURS.match(line)]
    assert [(page, line) for page, line in pages if line.split()[0] not in OTHERS] == []
    assert len(CHECKED) > 50


@pytest.fixture(scope="module")
def reader(voice, phone_processor, tmp_path_factory):
    """A folder as a reader's: the repository's examples, words of the reader's own, and the commands on the path."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "outputs").mkdir()
    (folder / "outputs" / "my_voice").symlink_to(ROOT / "examples" / "voices" / "bilingual")
    export_onnx(voice.without_text_encoder(), phone_processor, folder / "outputs" / "my_voice_onnx")
    (folder / "words.tsv").write_text("GAN\tG AE1 N\n", encoding="utf-8")
    (folder / "names.txt").write_text("重阳子涵\n", encoding="utf-8")
    (folder / "bin").mkdir()
    entry = f'exec {sys.executable} -c "from transformers_tts_gan.cli.main import main; main()" "$@"'
    for name, command in {"tts-gan": entry, "python": f'exec {sys.executable} "$@"'}.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)
    return folder


def runnable() -> list[tuple[str, str]]:
    shown = [(page, line) for page, line in CHECKED if line.startswith(RUN) and page.endswith(".md")]
    return [(page, line) for page, line in shown if "espeak" not in line]  # which is of an extra


@pytest.mark.parametrize(("page", "line"), runnable(), ids=lambda part: part[:60])
def test_commands_run_as_they_stand(page, line, reader):
    path = f"{reader / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(["bash", "-c", line], cwd=reader, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
