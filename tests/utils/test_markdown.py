"""Tables stay tables, whatever their cells hold: numbers are read off them by people and by scripts."""

import ast

import pytest

from transformers_tts_gan.utils.markdown import inline_code, markdown_table, python_string


def test_columns_are_aligned_and_one_long_cell_does_not_stretch_them_all():
    rows = [["", "steps", "why"], ["none", "1,971", "a reason"], ["critics", "8", "a reason " * 9]]
    lines = markdown_table(rows).splitlines()
    assert lines[:3] == [
        "|         | steps | why                                      |",
        "| ------- | ----- | ---------------------------------------- |",
        "| none    | 1,971 | a reason                                 |",
    ]
    assert lines[3] == f"| critics | 8     | {'a reason ' * 9} |"


def test_a_bar_within_a_cell_does_not_end_it():
    assert markdown_table([["a", "b"], ["said | he", "x|y"]]).splitlines()[-1] == r"| said \| he | x\|y |"


@pytest.mark.parametrize("text", ["anna", "``", "a`b", "two\nlines"])
def test_inline_code_is_one_line_and_ends_where_it_should(text):
    code = inline_code(text)
    fence = code[: len(code) - len(code.lstrip("`"))]
    assert "\n" not in code and code.endswith(fence) and fence not in text


@pytest.mark.parametrize("text", ["anna", '"', "\\", "two\nlines", "\x00", "你好"])
def test_a_python_string_is_the_text(text):
    assert ast.literal_eval(python_string(text)) == text
