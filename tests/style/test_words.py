"""One word for one thing: `docs/glossary.md` has the field's words, and these are the ones that they replaced."""

import re
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
OLD = re.compile(r"critic|\bbridge\b|opinion|verdict|hiss", re.IGNORECASE)
QUOTED = re.compile(r'"[^"\n]*"')  # as a paper or a standard has it
PLACES = ("transformers_tts_gan", "docs", "examples")
TEXTS = [
    ROOT / "README.md",
    *(
        path
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*"))
        if path.suffix in (".py", ".pyi", ".md", ".yaml", ".html", ".js") and "_build" not in path.parts
    ),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_old_words_are_gone(path):
    text = path.read_text(encoding="utf-8")
    text = QUOTED.sub("", text) if path.suffix == ".md" else text
    assert OLD.findall(text) == []


def test_an_old_word_is_found_but_in_a_quotation():
    assert OLD.findall("the critics' Verdict")
    assert not OLD.findall(QUOTED.sub("", 'the "mean opinion score"'))
