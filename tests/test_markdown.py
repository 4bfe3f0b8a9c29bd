"""Tables stay tables, whatever their cells hold: numbers are read off them by people and by scripts."""

from transformers_tts_gan.markdown import markdown_table


def test_columns_are_aligned_but_for_a_long_last_one():
    rows = [["", "steps", "why"], ["none", "1,971", "a long reason"], ["critics", "8", ""]]
    assert markdown_table(rows).splitlines() == [
        "|         | steps | why |",
        "| ------- | ----- | --- |",
        "| none    | 1,971 | a long reason |",
        "| critics | 8     |  |",
    ]


def test_a_bar_within_a_cell_does_not_end_it():
    assert markdown_table([["a", "b"], ["said | he", "x|y"]]).splitlines()[-1] == r"| said \| he | x\|y |"
