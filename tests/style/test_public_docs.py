"""What is public says what it takes, what it raises, and shows an example."""

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from pathlib import Path

import pytest


PACKAGE = Path(__file__).parents[2] / "transformers_tts_gan"


def public_objects() -> list[tuple[str, object]]:
    """The classes and functions of the two lists of public names."""
    found = []
    for stub, module in (("__init__.pyi", "transformers_tts_gan"), ("text/__init__.pyi", "transformers_tts_gan.text")):
        tree = ast.parse((PACKAGE / stub).read_text(encoding="utf-8"))
        names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
        found += [(name, getattr(importlib.import_module(module), name)) for name in names]
    return [(name, each) for name, each in found if not inspect.ismodule(each)]


def section(docstring: str, title: str) -> str:
    """The lines below `title:` that are indented, or nothing."""
    found = re.search(rf"^{title}:\n((?:(?: +.*)?\n)*)", docstring + "\n", re.MULTILINE)
    return found[1] if found else ""


def parameters(public) -> list[str]:
    """Names of what a caller gives; of a configuration or dataclass its own fields."""
    if "__annotations__" in vars(public) and not inspect.isfunction(public) and dataclasses.is_dataclass(public):
        fields = {field.name: field for field in dataclasses.fields(public)}
        own = [fields[name] for name in public.__annotations__ if name in fields]
        return [field.name for field in own if "help" not in field.metadata]  # help texts have a table of their own
    if isinstance(public, type) and public.__init__ is object.__init__:
        return []
    given = inspect.signature(public.__init__ if isinstance(public, type) else public).parameters.values()
    plain = [each.name for each in given if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return [name for name in plain if name != "self"]


def raises(public) -> bool:
    """Whether its own code, which for a class is that of making one, has a `raise` with an error."""
    parts = [public] if inspect.isfunction(public) else [vars(public).get(n) for n in ("__init__", "__post_init__")]
    ours = [each for each in parts if inspect.isfunction(each) and each.__code__.co_filename.startswith(str(PACKAGE))]
    trees = [ast.parse(textwrap.dedent(inspect.getsource(each))) for each in ours]
    return any(isinstance(node, ast.Raise) and node.exc for tree in trees for node in ast.walk(tree))


PUBLIC = public_objects()
each_public = pytest.mark.parametrize("public", [each for _, each in PUBLIC], ids=[name for name, _ in PUBLIC])


@each_public
def test_it_says_what_it_takes(public):
    taken = section(inspect.cleandoc(public.__doc__), "Args")
    assert [name for name in parameters(public) if not re.search(rf"\b{name}\b.*:", taken)] == []


@each_public
def test_it_says_what_it_raises(public):
    assert not raises(public) or section(inspect.cleandoc(public.__doc__), "Raises")


@each_public
def test_it_shows_an_example(public):
    example = inspect.cleandoc(public.__doc__).partition("\nExample:\n")[2]
    fenced = re.search(r"```python\n(.*?)```", example, re.DOTALL)
    if ">>>" in example:  # run by test_docstrings.py
        return
    code = fenced[1] if fenced else textwrap.dedent(example.lstrip("\n"))
    assert ast.parse(code).body


def test_what_is_missing_is_found():
    def silent(count):
        return count

    class Silent:
        def __init__(self, count):
            self.count = count

    assert parameters(silent) == parameters(Silent) == ["count"]
    assert section("Say.\n\nArgs:\n    count: Of words.\n\nRaises:\n    ValueError: Never.", "Args") != ""
    assert section("Say.", "Args") == section("Say.", "Raises") == ""
    assert len(PUBLIC) > 40 and sum(raises(each) for _, each in PUBLIC) > 10
