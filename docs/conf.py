"""Sphinx configuration: Markdown pages by MyST, the reference from docstrings."""

import dataclasses
import re
import textwrap
from pathlib import Path


project = "transformers_tts_gan"
author = "The transformers_tts_gan authors"
copyright = author
package = Path(__file__).parents[1] / project / "__init__.py"
release = re.search(r'__version__ = "(.+?)"', package.read_text(encoding="utf-8"))[1]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {release}"

myst_enable_extensions = ["colon_fence"]
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


def setup(app):
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("autodoc-process-docstring", read_markdown)
