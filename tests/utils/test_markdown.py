"""Tables stay tables, whatever their cells hold: numbers are read off them by people and by scripts."""

from transformers_tts_gan.utils.markdown import markdown_table


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
