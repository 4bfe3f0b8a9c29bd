"""The extra `onnx` is enough to speak by an exported voice, and what needs torch says what to install.

Most tests run in a folder with links to the installed packages of that extra: torch is not among them. The last one
makes an environment by pip, and needs a package index.
"""

import configparser
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import soundfile
from packaging.requirements import Requirement

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, export_onnx


ROOT = Path(__file__).parents[2]
VOICE = ROOT / "examples" / "voices" / "bilingual"
MOST_MEGABYTES = 100  # that pip fetches
SPEAK = """
import sys
from importlib.util import find_spec
assert not any(map(find_spec, ("torch", "transformers", "scipy")))
from transformers_tts_gan import OnnxVoice

voice = OnnxVoice(sys.argv[1])
chunks = list(voice.stream("今天天气很好。"))
print(len(voice("Good morning. Dr. Smith paid $25 in 北京.")["audio"]), sum(len(chunk.audio) for chunk in chunks))
assert not {"torch", "transformers", "soundfile", "tokenizers"} & set(sys.modules)
"""
NAMES = """
import sys
import transformers_tts_gan
for name in sys.argv[1:]:
    try:
        getattr(transformers_tts_gan, name)
    except ImportError as error:
        print(error)
"""
MAIN = "import sys; from transformers_tts_gan.cli.main import main; main(sys.argv[1:])"
SIZES = """
import importlib.metadata, json
sizes = {}
for each in importlib.metadata.distributions():
    files = [file.locate() for file in each.files or [] if file.suffix != ".pyc"]
    sizes[each.metadata["Name"]] = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
print(json.dumps(sizes))
"""


def required(extra: str) -> list[str]:
    """The packages that setup.cfg names for the core and for an extra."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"] + setup["options.extras_require"][extra]
    return [Requirement(line).name for line in lines.split("\n") if line.strip() and not line.startswith("#")]


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


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """Run Python where only the core and the extra `onnx` are installed."""
    site, empty = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("empty")
    zipfile.ZipFile(wheel).extractall(site)
    for distribution in closure(required("onnx")).values():
        for name in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
            if not (site / name).exists():
                (site / name).symlink_to(distribution.locate_file(name))

    def run(code: str, *arguments: str, stdin: str | None = None, path: Path | None = None):
        paths = [str(each) for each in (path, site) if each is not None]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        command = [sys.executable, "-S", "-c", code, *arguments]
        return subprocess.run(command, cwd=empty, env=environment, input=stdin, capture_output=True, text=True)

    return run


@pytest.fixture(scope="module")
def exported(voice, phone_processor, tmp_path_factory):
    """A tiny voice of English and Mandarin, exported."""
    return export_onnx(voice.without_text_encoder(), phone_processor, tmp_path_factory.mktemp("exported"))


def test_an_exported_voice_speaks(python, exported):
    said = python(SPEAK, str(exported))
    assert said.returncode == 0, said.stderr
    assert all(int(samples) > 4_000 for samples in said.stdout.split())


def test_tts_gan_speaks_from_an_exported_folder(python, exported, tmp_path):
    options = ("--model", str(exported), "--subtitles", ".srt", "--speaker", "bob")
    said = python(MAIN, "speak", "-", *options, "-o", str(tmp_path / "a.mp3"), stdin="Good day. 你好。")
    assert said.returncode == 0, said.stderr
    assert soundfile.info(tmp_path / "a.mp3").duration > 0.3 and "你好" in (tmp_path / "a.srt").read_text("utf-8")
    (tmp_path / "book.md").write_text("# Cats\n\nGood.\n\n# Dogs\n\nWho is it?\n", encoding="utf-8")
    for kept in (False, True):
        said = python(MAIN, "speak", str(tmp_path / "book.md"), *options, "-o", str(tmp_path / "book"))
        assert said.returncode == 0, said.stderr
        assert ("kept      2 of 2 chapters" in said.stdout) == kept
    assert soundfile.info(tmp_path / "book" / "2 Dogs.wav").samplerate == 16_000


def test_an_exported_voice_makes_a_lesson(python, exported, tmp_path):
    (tmp_path / "cats.md").write_text("# Cats\n\n**Ann:** Good.\n\n**Bob:** Who is it?\n", encoding="utf-8")
    command = (MAIN, "lesson", str(tmp_path / "cats.md"), "-o", str(tmp_path / "cats"))
    made = python(*command, "--model", str(exported))
    assert made.returncode == 0, made.stderr
    assert soundfile.info(tmp_path / "cats" / "lesson.mp3").duration > 2
    ended = python(*command, "--model", "no/where")
    assert ended.returncode == 1 and "a voice of the Hub needs `torch`" in ended.stderr
    ended = python(*command, "--model", str(exported), "--recognizer", "en=whisper")
    assert ended.returncode == 1 and re.search(
        r"`--recognizer` needs `\w+`, which .* 'transformers-tts-gan\[eval\]'`\.", ended.stderr
    )


def test_an_exported_text_encoder_names_the_package_that_it_needs(python, voice, processor, tmp_path):
    ended = python(MAIN, "speak", "--model", str(export_onnx(voice, processor, tmp_path / "voice")), "Hello.")
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1
    assert "An exported text encoder needs `tokenizers`, which is not installed: run `pip install tokenizers`." in (
        ended.stderr
    )


def test_the_commands_that_need_no_torch_run(python):
    shown = python(MAIN, "--help")
    assert shown.returncode == 0 and "write a voice as ONNX" in shown.stdout, shown.stderr
    shown = python(MAIN, "speak", "--help")
    assert shown.returncode == 0 and "--subtitles" in shown.stdout, shown.stderr
    shown = python(MAIN, "explain", "cats")
    assert shown.returncode == 0 and "K AE1 T S" in shown.stdout, shown.stderr


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        (["speak", "--model", str(VOICE), "Hello."], "which is not an exported one, needs `torch`"),
        (["speak", "--model", "no/where", "Hello."], "`no/where` is no folder, and a voice of the Hub needs `torch`"),
        (["serve", "--model", "a"], "The server needs `uvicorn`"),
        (["prepare", "folder", "a", "b"], "`tts-gan prepare` needs `torch`"),
        (["distill", "a", "b"], "`tts-gan distill` needs `transformers`"),
        (["check", "a"], "`tts-gan check` needs `torch`"),
        (["train", "recipe.yaml"], "`tts-gan train` needs `torch`"),
        (["evaluate", "--model", "a"], "`tts-gan evaluate` needs `transformers`"),
        (["export", "a", "b"], "`tts-gan export` needs `torch`"),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_a_command_that_needs_more_names_the_extra(python, arguments, needs):
    extras = {"speak": "torch", "serve": "serve", "prepare": "train", "distill": "train,eval"}
    extras |= {"check": "train", "train": "train", "evaluate": "eval", "export": "onnx-export"}
    ended = python(MAIN, *arguments)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1, ended.stderr
    install = f"which is not installed: run `pip install 'transformers-tts-gan[{extras[arguments[0]]}]'`."
    assert f"{needs}, {install}" in ended.stderr


def test_a_public_name_that_needs_more_names_the_extra(python):
    names = {"TTSGanModel": "torch", "TTSGanTrainer": "train", "WordErrors": "eval", "export_onnx": "onnx-export"}
    said = python(NAMES, *names).stdout.splitlines()
    assert len(said) == len(names)
    for line, (name, extra) in zip(said, names.items(), strict=True):
        assert re.fullmatch(
            rf"`{name}` needs `\w+`, which is .* `pip install 'transformers-tts-gan\[{extra}\]'`\.", line
        )


def test_a_transformers_without_torch_is_left_alone(python, tmp_path):
    """Somebody may have it for its tokenizers: it is imported as if this package were not there."""
    auto = tmp_path / "transformers" / "models" / "auto"
    auto.mkdir(parents=True)
    for folder in (auto, auto.parent, auto.parent.parent):
        (folder / "__init__.py").touch()
    (auto / "configuration_auto.py").touch()
    code = "import transformers_tts_gan, transformers.models.auto.configuration_auto"
    imported = python(code, path=tmp_path)
    assert imported.returncode == 0, imported.stderr


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skips where pip reaches no package index."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "lazy_loader"]
    fetched = subprocess.run(
        [*command, "--dest", str(tmp_path_factory.mktemp("probe"))], capture_output=True, text=True
    )
    if fetched.returncode:
        pytest.skip(f"pip reaches no package index: {fetched.stderr.strip().splitlines()[-1]}")


def test_the_extra_is_enough_and_small(index, wheel, tmp_path):
    """In a new environment, by the line that the docs show: the voice of this repository speaks both languages."""
    model, processor = TTSGanModel.from_pretrained(VOICE).eval(), TTSGanProcessor.from_pretrained(VOICE)
    folder = export_onnx(model, processor, tmp_path / "voice", precision="int8")
    python, wheels = tmp_path / "env" / "bin" / "python", tmp_path / "wheels"

    def run(*command) -> str:
        done = subprocess.run([str(part) for part in command], cwd=tmp_path, env=clean, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run(sys.executable, "-m", "venv", tmp_path / "env")
    bare = set(json.loads(run(python, "-c", SIZES)))
    run(python, "-m", "pip", "wheel", "--quiet", "--wheel-dir", wheels, f"{wheel}[onnx]")
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels, "transformers-tts-gan[onnx]")
    fetched = {file.name: file.stat().st_size / 1e6 for file in wheels.iterdir()}
    installed = {name: size for name, size in json.loads(run(python, "-c", SIZES)).items() if name not in bare}
    for title, sizes in {"fetched": fetched, "installed": installed}.items():
        print(f"{title}: {sum(sizes.values()):.0f} MB")
        for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
            print(f"  {size:6.1f} MB  {name}")
    assert not {"torch", "torchaudio", "transformers"} & set(installed)
    assert sum(fetched.values()) < MOST_MEGABYTES

    said = run(python, "-c", SPEAK, folder)
    assert all(int(samples) > 24_000 for samples in said.split())
    for name, text in {"en.wav": "The train leaves at 9:45.", "zh.wav": "今天天气很好。"}.items():
        run(tmp_path / "env" / "bin" / "tts-gan", "speak", "--model", folder, text, "-o", name)
        assert soundfile.info(tmp_path / name).duration > 0.8
