"""Line breaks: those of a wrapped paragraph join its lines, those of headings, items, verses and paragraphs stay."""

import time

import pytest

from transformers_tts_gan.text import TextFrontend, to_ssml
from transformers_tts_gan.text.lines import read_lines, unwrapped


WRAPPED = """\
It was a bright cold day in April, and the clocks were striking
thirteen. Winston Smith, his chin nuzzled into his breast in an
effort to escape the vile wind, slipped quickly through the
doors."""
CASES = {
    "a hard-wrapped paragraph": (WRAPPED, [(" ".join(WRAPPED.split("\n")), "paragraph")]),
    "Windows line ends": (WRAPPED.replace("\n", "\r\n"), [(" ".join(WRAPPED.split("\n")), "paragraph")]),
    "a capital letter after a full line": (
        "The meeting of the town was opened in the morning by Mr.\nSmith of the council, who spoke an hour.",
        [
            (
                "The meeting of the town was opened in the morning by Mr. Smith of the council, who spoke an hour.",
                "",
            )
        ],
    ),
    "a number after a full line": (
        "All of these things had happened by the end of the year\n1984. Nobody knew.",
        [("All of these things had happened by the end of the year 1984. Nobody knew.", "")],
    ),
    "two paragraphs": (
        "One day it rained.\n\nThe sun came.",
        [("One day it rained.", "paragraph"), ("The sun came.", "")],
    ),
    "blank lines with spaces": (
        "It rained.\n \t\n\nThe sun came.",
        [("It rained.", "paragraph"), ("The sun came.", "")],
    ),
    "a paragraph a line": (
        "x" * 150 + ".\nShort one.\nAnother.",
        [("x" * 150 + ".", "paragraph"), ("Short one.", "paragraph"), ("Another.", "")],
    ),
    "paragraphs by indentation": (
        "He came home late.\n    She was asleep.",
        [("He came home late.", "paragraph"), ("She was asleep.", "")],
    ),
    "a divided word": ("They are pro-\nducing it.", [("They are producing it.", "")]),
    "a word with a hyphen of its own": ("It is a well-\nknown fact.", [("It is a well-known fact.", "")]),
    "a soft hyphen": ("They are pro\u00ad\nducing it.", [("They are producing it.", "")]),
    "a range": ("pages 10-\n12 of it", [("pages 10-", "line"), ("12 of it", "")]),
    "a heading": ("Chapter One\n\nIt rained.", [("Chapter One", "heading"), ("It rained.", "")]),
    "a heading of Markdown": ("# Rain ##\nIt rained.", [("Rain", "heading"), ("It rained.", "")]),
    "an underlined heading": ("Rain\n====\nIt rained.", [("Rain", "heading"), ("It rained.", "")]),
    "a rule": ("It rained.\n\n-----\n\nThe sun came.", [("It rained.", "paragraph"), ("The sun came.", "")]),
    "items": (
        "Buy:\n- apples\n- pears\n* figs",
        [("Buy:", "line"), ("- apples", "line"), ("- pears", "line"), ("* figs", "")],
    ),
    "numbered items": ("1. Wash it.\n2. Eat it.", [("1. Wash it.", "line"), ("2. Eat it.", "")]),
    "an item of two lines": ("- pears that\n  are ripe\n- figs", [("- pears that are ripe", "line"), ("- figs", "")]),
    "items without marks": ("apples\npears\nfigs", [("apples", "line"), ("pears", "line"), ("figs", "")]),
    "an address": ("Ann Lee\n12 Long Road\nLondon", [("Ann Lee", "line"), ("12 Long Road", "line"), ("London", "")]),
    "a poem": (
        "Whose woods these are I think I know.\nHis house is in the village though;\nHe will not see me stopping here",
        [
            ("Whose woods these are I think I know.", "line"),
            ("His house is in the village though;", "line"),
            ("He will not see me stopping here", ""),
        ],
    ),
    "a poem of long verses": (
        "Shall I compare thee to a summer's day of light?\nThou art more lovely and more temperate than night:\n"
        "Rough winds do shake the darling buds of May",
        [
            ("Shall I compare thee to a summer's day of light?", "line"),
            ("Thou art more lovely and more temperate than night:", "line"),
            ("Rough winds do shake the darling buds of May", ""),
        ],
    ),
    "a Chinese word over a line break": ("我们去公\n园玩。", [("我们去公园玩。", "")]),
    "a wrapped Chinese paragraph": (
        "今天的天气非常好我们一家人决定去城外的山上走一走\n看看那里的花和树还有山脚下的那一条小河。\n大家都很高兴。",
        [
            ("今天的天气非常好我们一家人决定去城外的山上走一走看看那里的花和树还有山脚下的那一条小河。", "line"),
            ("大家都很高兴。", ""),
        ],
    ),
    "a wrapped Chinese comma": (
        "今天的天气非常好，我们一家人决定去城外的山上走，\n看看那里的花和树。",
        [("今天的天气非常好，我们一家人决定去城外的山上走，看看那里的花和树。", "")],
    ),
    "a Chinese poem": ("床前明月光\n疑是地上霜", [("床前明月光", "line"), ("疑是地上霜", "")]),
    "a Chinese poem with marks": ("春眠不觉晓，\n处处闻啼鸟。", [("春眠不觉晓，", "line"), ("处处闻啼鸟。", "")]),
    "a Chinese heading": ("第一章 春天\n\n下雨了。", [("第一章 春天", "heading"), ("下雨了。", "")]),
    "Chinese items": ("一、苹果\n二、梨", [("一、苹果", "line"), ("二、梨", "")]),
    "Chinese paragraphs": ("　　下雨了。\n　　太阳出来了。", [("下雨了。", "paragraph"), ("太阳出来了。", "")]),
    "nothing but white space": (" \n\n\t\r\n", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_line_break_is_typography_or_structure(case):
    text, expected = CASES[case]
    assert [(line.text, line.end) for line in read_lines(text)] == [
        (line, end or "paragraph") for line, end in expected
    ]


@pytest.mark.parametrize("case", CASES)
def test_each_character_knows_its_place(case):
    text, _ = CASES[case]
    plain, places = unwrapped(text)
    assert len(plain) == len(places) and places == sorted(places)
    assert all(
        char == text[place] or char in " \n" and text[place].isspace()
        for char, place in zip(plain, places, strict=True)
    )


@pytest.mark.parametrize(
    ("wrapped", "plain", "language"),
    [
        ("They are pro-\nducing it.", "They are producing it.", "en"),
        ("They are\r\nproducing it.", "They are producing it.", "en"),
        ("我们去公\n园玩。", "我们去公园玩。", "zh"),
    ],
)
def test_a_wrapped_text_has_the_phones_of_the_plain_one(wrapped, plain, language):
    frontend = TextFrontend(language)
    utterance = frontend(wrapped)
    assert utterance.phones == frontend(plain).phones and utterance.plain == plain
    for word, expected in zip(utterance.words, frontend(plain).words, strict=True):
        assert wrapped[slice(*word.span)].replace("-", "").replace("\n", "") == plain[slice(*expected.span)]


@pytest.mark.parametrize("text", ["Good morning ", " Good\nmorning", "Good\n\n- morning\n", "# Good"])
def test_a_text_comes_back_from_ssml_as_it_was_read(text):
    frontend = TextFrontend()
    again = frontend(to_ssml(frontend(text)))
    assert (again.phones, again.plain) == (frontend(text).phones, frontend(text).plain)


def test_an_error_names_the_place_in_the_text_as_it_was_written():
    text = "They are pro-\nducing \uabff it."
    with pytest.raises(ValueError, match=f"position {text.index(chr(0xABFF))} of the text"):
        TextFrontend("en")(text)


@pytest.mark.parametrize("unit", ["a\n", "A-\n", "公\n", ".\n", "- a\n", "a" * 50 + "\n", '"', "a", "\n", " \n"])
def test_time_grows_with_the_length(unit):
    started = time.process_time()
    read_lines(unit * 20_000)
    assert time.process_time() - started < 5
