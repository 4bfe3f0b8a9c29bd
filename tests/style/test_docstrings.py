"""Examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest


PACKAGE = Path(__file__).parents[2] / "transformers_tts_gan"
WITH_EXAMPLES = sorted(path for path in PACKAGE.rglob("*.py") if ">>>" in path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("name", [module_name(path) for path in WITH_EXAMPLES])
def test_examples_in_docstrings_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
