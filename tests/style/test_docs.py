"""What the README and the docs show must exist and run: code blocks, make targets, scripts, recipes, links."""

import ast
import configparser
import os
import re
import shlex
from pathlib import Path

import pytest

import transformers_tts_gan
from transformers_tts_gan.text.explanation import explain


ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
RUN = [
    "README.md",
    "docs/quickstart.md",
    "docs/speaking.md",
    "docs/frontend.md",
    "docs/package.md",
]  # the rest shows training, which takes longer than a test may
VOICE = ROOT / "examples" / "voices" / "bilingual"
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def page_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    """Fenced blocks of one language, each behind as many empty lines as stand above it: errors name its line."""
    text = path.read_text(encoding="utf-8")
    found = [match for match in FENCE.finditer(text) if match[2] == language]
    return ["\n" * (text[: match.start(3)].count("\n")) + match[3] for match in found]


def public_names() -> set[str]:
    tree = ast.parse((ROOT / "transformers_tts_gan" / "__init__.pyi").read_text(encoding="utf-8"))
    return {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def without_urls(path: Path) -> str:
    return re.sub(r"https?://\S+", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_python_blocks_compile_and_import_public_names_only(path):
    for code in blocks(path, "python"):
        for node in ast.walk(ast.parse(code, filename=page_id(path))):
            if isinstance(node, ast.ImportFrom) and node.module == "transformers_tts_gan":
                assert {alias.name for alias in node.names} <= public_names()


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_commands_name_make_targets_that_exist(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shell = "\n".join(blocks(path, "bash")) + "\n".join(re.findall(r"`([^`\n]+)`", without_urls(path)))
    assert set(re.findall(r"\bmake ([a-z]+)", shell)) <= targets


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_scripts_recipes_and_voices_named_exist(path):
    named = set(re.findall(r"\b(?:examples|tests|transformers_tts_gan)/[\w./-]*\w", without_urls(path)))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_reference_has_every_argument_with_its_help_text():
    """`docs/conf.py` makes a table of each class that the page names."""
    page = (ROOT / "docs" / "training" / "reference.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```{arguments} (\w+)$", page, re.MULTILINE)
    assert set(shown) == {"TTSGanTrainingArguments", "ModelArguments", "DataArguments", "VocoderArguments"}
    for name in shown:
        fields = getattr(transformers_tts_gan, name).__dataclass_fields__
        assert [
            each for each in getattr(transformers_tts_gan, name).__annotations__ if not fields[each].metadata
        ] == []


def test_help_texts_are_sentences():
    """They are all that many people read of an argument."""
    for name in ("TTSGanTrainingArguments", "ModelArguments", "DataArguments", "VocoderArguments"):
        arguments = getattr(transformers_tts_gan, name)
        for field in arguments.__annotations__:
            text = arguments.__dataclass_fields__[field].metadata["help"]
            assert re.match(r"[A-Z]", text) and text.endswith(".") and not text.startswith("Of "), field


def test_every_room_with_public_names_has_a_page_of_reference():
    tree = ast.parse((ROOT / "transformers_tts_gan" / "__init__.pyi").read_text(encoding="utf-8"))
    rooms = {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    pages = {path.stem for path in (ROOT / "docs" / "reference").glob("*.md")} - {"index"}
    assert rooms <= pages
    assert all(f"```{{room}} {page}\n" in (ROOT / "docs" / "reference" / f"{page}.md").read_text() for page in pages)


def test_the_page_of_rooms_names_every_room():
    page = (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "transformers_tts_gan").glob("*/__init__.py")}
    assert rooms <= set(re.findall(r"^  (\w+)/", page, re.MULTILINE))


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_links_between_pages_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_page_for_the_package_index_has_no_relative_links():
    """There is no repository around it there."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    page = ROOT / setup["metadata"]["long_description"].removeprefix("file: ")
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("https://")] == []
    assert blocks(page, "python") and blocks(page, "bash")


@pytest.mark.parametrize("name", RUN)
def test_python_blocks_run_from_top_to_bottom(name, tmp_path, monkeypatch):
    """As a reader would: in one session, in the root of the repository (here a folder that may be littered)."""
    os.symlink(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    session = {"__name__": "__main__"}
    for code in blocks(ROOT / name, "python"):
        exec(compile(code, str(ROOT / name), "exec"), session)


def test_the_tables_of_the_frontend_page_are_what_the_command_prints():
    page = (ROOT / "docs" / "frontend.md").read_text(encoding="utf-8")
    command = r"^```bash\n(tts-gan explain [^\n]*)\n```\n\n```text\n(.*?)\n```"
    shown = re.findall(command, page, re.MULTILINE | re.DOTALL)
    assert len(shown) == 2
    for command, table in shown:
        *_, language, text = shlex.split(command)
        assert explain(text, language) == table


def test_the_bundled_voice_is_the_one_the_pages_name():
    assert (VOICE / "config.json").is_file()
