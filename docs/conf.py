"""Sphinx configuration: Markdown pages by MyST, the reference from docstrings and from arguments' help texts."""

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import transformers_tts_gan


project = "transformers_tts_gan"
author = "The transformers_tts_gan authors"
copyright = author
package = Path(__file__).parents[1] / project / "__init__.py"
release = re.search(r'__version__ = "(.+?)"', package.read_text(encoding="utf-8"))[1]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "package.md"]  # the latter is for the package index
html_theme = "furo"
html_title = f"{project} {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
default_role = "literal"  # what single backticks mean in Markdown, which the docstrings are written in


def shorten_signature(app, what, name, obj, options, signature, return_annotation):
    """A configuration's signature would repeat its fields, a hundred of them inherited: say `(**fields)` instead."""
    if what == "class" and dataclasses.is_dataclass(obj):
        return "(**fields)", return_annotation
    return None


def code_block(fence: re.Match) -> str:
    indent, language, code = fence.groups()
    code = textwrap.indent(textwrap.dedent(code), indent + "    ")
    return f"{indent}.. code-block:: {language or 'text'}\n\n{code}"


def read_markdown(app, what, name, obj, options, lines):
    """Docstrings are Markdown, as in Transformers: turn fenced code and [`Name`] into reStructuredText."""
    text = re.sub(r"\[(`[\w.]+`)\]", r"\1", "\n".join(lines))
    text = re.sub(r"^( *)```(\w*)\n(.*?)\n *```$", code_block, text, flags=re.MULTILINE | re.DOTALL)
    lines[:] = text.split("\n")


def arguments_table(arguments: type) -> list[str]:
    """A Markdown table of the fields that a dataclass of arguments declares itself: name, default, help text."""
    lines = ["| argument | default | meaning |", "|---|---|---|"]
    for name in arguments.__annotations__:
        field = arguments.__dataclass_fields__[name]
        given = field.default if field.default is not dataclasses.MISSING else "needed"
        default = "" if given is None else given if given == "needed" else f"`{given}`"
        meaning = field.metadata["help"].replace("|", r"\|").replace("<", r"\<")
        lines.append(f"| `{name}` | {default} | {meaning} |")
    return lines


def public_names(room: str) -> list[str]:
    """Paths of the public names of a room: those of the package, then those of the room alone."""
    whole = [node for node in imports(package.with_suffix(".pyi")) if node.module.split(".")[0] == room]
    own = imports(package.parent / room / "__init__.pyi")
    found = [f"{project}.{alias.name}" for node in whole for alias in node.names]
    return found + [f"{project}.{room}.{alias.name}" for node in own for alias in node.names]


def imports(stub: Path) -> list[ast.ImportFrom]:
    if not stub.is_file():
        return []
    return [node for node in ast.parse(stub.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]


def autodoc(path: str) -> list[str]:
    """What documents a class, a function or a module."""
    parent, name = path.rsplit(".", 1)
    found = getattr(importlib.import_module(parent), name)
    if inspect.ismodule(found):
        return [f".. automodule:: {found.__name__}", "   :members:", ""]
    if isinstance(found, type):
        return [f".. autoclass:: {path}", "   :members:", "   :show-inheritance:", ""]
    return [f".. autofunction:: {path}", ""]


class ParsedDirective(SphinxDirective):
    """A directive that stands for lines of Markdown, made of its argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        parent = nodes.Element()
        self.state.nested_parse(StringList(self.lines(self.arguments[0]), source=__file__), 0, parent)
        return parent.children


class Arguments(ParsedDirective):
    def lines(self, name: str) -> list[str]:
        return arguments_table(getattr(transformers_tts_gan, name))


class Room(ParsedDirective):
    def lines(self, room: str) -> list[str]:
        if not public_names(room):
            return ["Nothing of this room is public."]
        lines = [line for name in public_names(room) for line in autodoc(name)]
        return ["```{eval-rst}", *lines, "```"]


def setup(app):
    app.add_directive("arguments", Arguments)
    app.add_directive("room", Room)
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-process-docstring", read_markdown)
