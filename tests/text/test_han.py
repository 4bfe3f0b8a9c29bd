"""The one set of Chinese characters."""

import unicodedata

import pytest

from transformers_tts_gan.text.han import HAN, is_han


def test_every_ideograph_that_unicode_names_is_in_the_set_and_nothing_else():
    """Python's tables end at some version of Unicode, so characters without a name are left out."""
    for code in range(0x110000):
        name = unicodedata.name(chr(code), "")
        if name:
            assert bool(HAN.match(chr(code))) == name.startswith(("CJK UNIFIED IDEO", "CJK COMPATIBILITY IDEO")), name


@pytest.mark.parametrize(
    ("text", "expected"), [("重慶", True), ("重a", False), ("", False), ("〇", False), ("\u4dc0", False)]
)
def test_a_text_of_chinese_characters_is_told_from_others(text, expected):
    assert is_han(text) is expected
