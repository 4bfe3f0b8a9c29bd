"""Subtitles of what was spoken: SubRip (`.srt`), WebVTT (`.vtt`) and JSON.

Enter: a text and its [`TimedWord`]s. Leaves: the content of a file. A subtitle ends with its sentence; one that is too
long to read ends at a comma or between two words.
"""

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..text.explanation import display_width
from ..text.ssml.parse import has_markup
from .times import TimedWord


MOST_COLUMNS = 42  # of a line; a Chinese character has two. Common among broadcasters, as is the next one
MOST_SECONDS = 7.0  # of a subtitle
LINES = 2  # of a subtitle
LINGER_SECONDS = 0.5  # that a subtitle stays after its last word, where the next one leaves room

_END = re.compile(r"[.!?…。！？]|\n")
_COMMA = re.compile(r"[,;:，；：、—]")
_TAIL = re.compile(r"[^\s(\[{（【《〈“‘「『¿¡]*")  # what stands behind a word and belongs to it
_HEAD = re.compile(r"[(\[（【《〈“‘「『\"'¿¡]+$")
_MARKUP = re.compile(r"<[^<>]*>|\{[^{}\n]*\}|\\(?=\[\[|\{)")
_SUFFIXES = (".srt", ".vtt", ".json")


@dataclass(frozen=True)
class Subtitle:
    """What is shown at one time.

    Args:
        start: When it appears, in seconds.
        end: When it goes, in seconds.
        text: One line, or two with a line break between them.
        words: Each word as it is shown, and when it begins.
    """

    start: float
    end: float
    text: str
    words: tuple[tuple[float, str], ...]


def subtitles(text: str, words: Sequence[TimedWord]) -> list[Subtitle]:
    """The subtitles of a text.

    Args:
        text: As it was given to the pipeline.
        words: As the pipeline gave them.
    """
    shown, ends = _shown(text, words)
    made: list[Subtitle] = []
    first = 0
    while first < len(words):
        last = _last(shown, ends, words, first)
        following = words[last + 1].start if last + 1 < len(words) else float("inf")
        end = min(words[last].end + LINGER_SECONDS, max(following, words[last].end))
        parts = tuple((word.start, part) for word, part in zip(words[first:], shown[first : last + 1], strict=False))
        made.append(Subtitle(words[first].start, end, _wrapped([part for _, part in parts]), parts))
        first = last + 1
    return made


def to_srt(text: str, words: Sequence[TimedWord]) -> str:
    """The content of a SubRip file, for the arguments of [`subtitles`]."""
    blocks = [
        f"{number}\n{_clock(each.start, ',')} --> {_clock(each.end, ',')}\n{each.text}\n"
        for number, each in enumerate(subtitles(text, words), start=1)
    ]
    return "\n".join(blocks)


def to_vtt(text: str, words: Sequence[TimedWord]) -> str:
    """The content of a WebVTT file, with the time of each word inside, for the arguments of [`subtitles`]."""
    blocks = ["WEBVTT\n"]
    for each in subtitles(text, words):
        stamps = [f"<{_clock(start, '.')}>" if number else "" for number, (start, _) in enumerate(each.words)]
        line = "".join(
            stamp + html.escape(part, quote=False) for stamp, (_, part) in zip(stamps, each.words, strict=True)
        )
        blocks.append(f"{_clock(each.start, '.')} --> {_clock(each.end, '.')}\n{line.strip()}\n")
    return "\n".join(blocks)


def to_json(text: str, words: Sequence[TimedWord]) -> str:
    """`{"text", "words", "subtitles"}` as JSON, for the arguments of [`subtitles`]; times are in seconds."""
    shown = [{"start": each.start, "end": each.end, "text": each.text} for each in subtitles(text, words)]
    content = {"text": text, "words": [asdict(word) for word in words], "subtitles": shown}
    return json.dumps(_rounded(content), ensure_ascii=False) + "\n"


def write_subtitles(path: str | Path, text: str, words: Sequence[TimedWord]) -> Path:
    """Write what was spoken as subtitles.

    Args:
        path: Its ending chooses the format: `.srt`, `.vtt` or `.json`. Folders that are not there are made.
        text: As it was given to the pipeline.
        words: As the pipeline gave them.

    Raises:
        ValueError: The path ends in another way.
        OSError: The file cannot be written there.

    Example:

    ```python
    text = "Good morning. The train leaves at 9:45."
    speech = TTSGanPipeline.from_pretrained("examples/voices/bilingual")(text, return_timestamps=True)
    write_subtitles("morning.vtt", text, speech["words"])
    ```
    """
    path = Path(path)
    content = subtitle_writer(path)(text, words)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def subtitle_writer(path: str | Path) -> Callable[[str, Sequence[TimedWord]], str]:
    """The function that makes the content of a file of this name.

    Raises:
        ValueError: None of them does.
    """
    writers = dict(zip(_SUFFIXES, (to_srt, to_vtt, to_json), strict=True))
    if (suffix := Path(path).suffix.lower()) not in writers:
        raise ValueError(f"The subtitles are to be `{path}`, but its name must end in `.srt`, `.vtt` or `.json`.")
    return writers[suffix]


def _shown(text: str, words: Sequence[TimedWord]) -> tuple[list[str], list[int]]:
    """Each word with the signs and spaces around it, and what ends there: 2 a sentence, 1 a part of one, 0 none."""
    marked = has_markup(text)
    shown, ends, head = [], [], ""
    for number, word in enumerate(words):
        start = words[number - 1].span[1] if number else 0
        end = words[number + 1].span[0] if number + 1 < len(words) else len(text)
        if number == 0:
            head = (_HEAD.search(_plain(text[start : word.span[0]], marked)) or [""])[0]
        gap = _plain(text[word.span[1] : end], marked)
        tail = _TAIL.match(gap)[0]  # type: ignore[index]
        rest = gap[len(tail) :]
        space = " " if rest[:1].isspace() or rest[-1:].isspace() else ""
        shown.append(head + _plain(word.text, marked) + tail + space)
        ends.append(2 if _END.search(tail or gap) or "\n\n" in gap else 1 if _COMMA.search(tail) else 0)
        head = (_HEAD.search(rest) or [""])[0]
    return shown, ends


def _plain(text: str, marked: bool) -> str:
    return html.unescape(_MARKUP.sub("", text)) if marked else text


def _last(shown: list[str], ends: list[int], words: Sequence[TimedWord], first: int) -> int:
    """The last word of the subtitle that begins with word `first`."""
    best = last = first
    columns = 0
    for last in range(first, len(words)):
        columns += display_width(shown[last])
        if last > first and (columns > LINES * MOST_COLUMNS or words[last].end - words[first].start > MOST_SECONDS):
            return best if best > first else last - 1
        if ends[last] == 2:
            return last
        if ends[last] == 1 and columns > MOST_COLUMNS // 2:
            best = last
    return last


def _wrapped(parts: Sequence[str]) -> str:
    """The words of a subtitle as one line, or as two of about the same length where one would be too long."""
    line = "".join(parts).strip()
    if display_width(line) <= MOST_COLUMNS or len(parts) < 2:
        return line
    halves = [("".join(parts[:place]).strip(), "".join(parts[place:]).strip()) for place in range(1, len(parts))]
    return "\n".join(min(halves, key=lambda both: max(map(display_width, both))))


def _clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and milliseconds.

    >>> _clock(3_661.25, ",")
    '01:01:01,250'
    """
    milliseconds = round(seconds * 1_000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1_000:02}{point}{rest % 1_000:03}"


def _rounded(value):
    """The same with all seconds to the nearest millisecond."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
