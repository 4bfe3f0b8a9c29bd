"""`tts-gan`: fast help, lazy imports, and one line for wrong input."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from transformers_tts_gan.cli import main as cli
from transformers_tts_gan.cli import train


ROOT = Path(cli.__file__).parents[2]


def tts_gan(*arguments: str, python: str = "") -> subprocess.CompletedProcess:
    """The command in a process of its own, with `python` run after it."""
    code = f"import sys; from transformers_tts_gan.cli.main import main\nmain({list(arguments)!r})\n{python}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)


def test_help_lists_the_commands_without_loading_any(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {name}" in shown for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_help_of_a_command_shows_an_example(name, capsys):
    cli.load_command(name).parser().print_help()
    assert re.search(rf"^ *tts-gan {name} [\w\"'-]", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize("kind", ["voice", "vocoder", "prosody"])
def test_the_help_of_training_shows_few_arguments_of_transformers(kind):
    shown = train.parser(kind).format_help()
    assert "--max_steps" in shown and "--datasets" in shown
    assert "--do_train" not in shown and "--push_to_hub" not in shown


def test_a_reader_that_has_read_enough_is_no_error():
    text = " ".join(["cats"] * 5_000)
    code = f"from transformers_tts_gan.cli.main import main; main(['explain', {text!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as ran:
        ran.stdout.readline()
        ran.stdout.close()
        assert ran.stderr.read() == b""


def test_explaining_loads_no_torch():
    ran = tts_gan("explain", "cats", python="assert 'torch' not in sys.modules and 'transformers' not in sys.modules")
    assert ran.returncode == 0, ran.stderr
    assert "K AE1 T S" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["speak", "--model", "nope", "Hello."], "There is no folder `nope`"),
        (["speak", "--model", "nope/nope", "Hello."], "nope/nope"),
        (["speak", "--language", "fr", "Bonjour."], "No voice for `fr`"),
        (["speak", "--speaker", "nobody", "Hello."], "`nobody`"),
        (["speak", "--lexicon", "nope.tsv", "Hello."], "There is no file `nope.tsv`."),
        (["speak", "--strict", "<speak>Hello."], "never closed"),
        (["explain", "<speak>Hello."], "never closed"),
        (["explain", "--voice", "nope", "Hello."], "There is no file `nope/processor_config.json`."),
        (["prepare", "ljspeech", "nope", "made"], "`nope` is not a folder"),
        (["check", "nope"], "nope"),
        (["train", "nope.yaml"], "There is no file `nope.yaml`"),
        (["train", "--nope", "1", "--datasets", "a", "--output_dir", "b"], "--nope"),
    ],
)
def test_wrong_input_ends_with_one_line(arguments, says, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code.startswith(f"tts-gan {arguments[0]}: ")
    assert says in ended.value.code and "\n" not in ended.value.code


def test_what_is_stopped_by_the_keyboard_shows_no_traceback(monkeypatch, capsys):
    def stopped(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load_command", stopped)
    with pytest.raises(SystemExit) as ended:
        cli.main(["explain", "cats"])
    assert ended.value.code == 130 and capsys.readouterr().err == "tts-gan explain: stopped.\n"
    with pytest.raises(KeyboardInterrupt):
        cli.main(["--traceback", "explain", "cats"])


def test_a_traceback_is_shown_to_who_asks_for_it():
    with pytest.raises(ValueError, match="There is no folder `nope`"):
        cli.main(["--traceback", "speak", "--model", "nope", "Hello."])


@pytest.mark.parametrize("arguments", [[], ["sing"], ["speak", "--loud", "Hello."], ["explain"]])
def test_a_wrong_option_ends_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
