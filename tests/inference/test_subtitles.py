"""Subtitles: one a sentence, short enough to read, in three formats that others read."""

import json
import re

import pytest

from transformers_tts_gan.inference.subtitles import LINES, MOST_COLUMNS, MOST_SECONDS, subtitles, write_subtitles
from transformers_tts_gan.inference.times import TimedWord
from transformers_tts_gan.text.explanation import display_width


def timed(text: str, pattern: str = r"[\w$.'’]*\w", seconds: float = 0.4) -> list[TimedWord]:
    """Words of equal length with 0.1 s between them."""
    words = []
    for number, match in enumerate(re.finditer(pattern, text)):
        start = number * seconds
        end = start + seconds - 0.1
        words.append(TimedWord(match[0], match[0], match.span(), start, end, ((start, end),) * len(match[0])))
    return words


def shown(text: str, **options) -> list[str]:
    return [each.text for each in subtitles(text, timed(text, **options))]


def test_a_sentence_is_a_subtitle_with_its_signs():
    assert shown("He said “Good morning”, (twice). Who is it?\n- one\n\nThe end") == [
        "He said “Good morning”, (twice).",
        "Who is it?",
        "one",
        "The end",
    ]
    assert shown("他说：“好”。谁？", pattern=r"\w") == ["他说：“好”。", "谁？"]


def test_markup_is_not_shown():
    text = "<speak>Tom &amp; <emphasis>never</emphasis> you.<break/> Wait.</speak>"
    assert shown(text, pattern=r"Tom|&amp;|never|you|Wait") == ["Tom & never you.", "Wait."]
    assert shown("重{chong2}庆好。", pattern="[重庆好]") == ["重庆好。"]


@pytest.mark.parametrize("text", ["word " * 100, "one, two, three and four " * 30, "好" * 200, "a" * 300])
def test_no_subtitle_is_too_long_to_read(text):
    pattern = r"好" if "好" in text else r"\w+"
    found = subtitles(text, timed(text, pattern))
    assert "".join("".join(each.text.split()) for each in found) == "".join(text.split())
    for each in found:
        lines = each.text.split("\n")
        assert len(lines) <= LINES and len(each.words) == 1 or each.end - each.start <= MOST_SECONDS + 0.5
        assert max(map(display_width, lines)) <= MOST_COLUMNS + 6 or len(each.words) == 1


def test_a_long_sentence_is_cut_at_a_comma():
    text = "When all of the cats were asleep in the morning, he went home again without a further word to any of them."
    assert shown(text)[0].endswith("morning,")


def test_subtitles_do_not_overlap_and_stay_a_little():
    found = subtitles("One. Two. Three.", timed("One. Two. Three."))
    assert [each.start for each in found] == [0.0, 0.4, 0.8]
    assert [each.end for each in found] == pytest.approx([0.4, 0.8, 1.6])


def test_the_formats(tmp_path):
    text = "Tom & I left. Who?"
    words = timed(text, pattern=r"\w+|&")
    srt, vtt, made = (write_subtitles(tmp_path / "new" / f"a{end}", text, words) for end in (".srt", ".VTT", ".json"))
    assert srt.read_text() == (
        "1\n00:00:00,000 --> 00:00:01,600\nTom & I left.\n\n2\n00:00:01,600 --> 00:00:02,400\nWho?\n"
    )
    assert vtt.read_text() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.600\n"
        "Tom <00:00:00.400>&amp; <00:00:00.800>I <00:00:01.200>left.\n\n"
        "00:00:01.600 --> 00:00:02.400\nWho?\n"
    )
    content = json.loads(made.read_text())
    assert content["text"] == text and content["subtitles"][1] == {"start": 1.6, "end": 2.4, "text": "Who?"}
    assert content["words"][0] == {
        "text": "Tom",
        "spoken": "Tom",
        "span": [0, 3],
        "start": 0.0,
        "end": 0.3,
        "characters": [[0.0, 0.3]] * 3,
    }


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"its name must end in `.srt`, `.vtt` or `.json`"):
        write_subtitles(tmp_path / "a.txt", "Good.", timed("Good."))
