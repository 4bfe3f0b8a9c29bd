"""Make listening material of a lesson in Markdown: sound files, subtitles, and a page that works from a disk.

tts-gan lesson examples/lessons/at_the_station.md -o station
tts-gan lesson lesson.md --role Clerk:pitch=-4 --role narrator:zh=zm_yunxi --slow 0.7 --repeat 1.5
tts-gan lesson lesson.md --model outputs/my_voice --recognizer en=Systran/faster-whisper-base
"""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..inference.any_voice import load_any_voice
from ..utils.require import naming_extra
from .main import new_parser
from .speak import KINDS, default_voice


if TYPE_CHECKING:
    from ..lessons.cast import Part
    from ..lessons.clips import Clip
    from ..metrics.asr import Recognizer


LANGUAGES = ("en", "zh")


def parser() -> argparse.ArgumentParser:
    parser = new_parser("lesson", __doc__)
    parser.add_argument("lesson", type=Path, help="Markdown file; docs/lessons.md says how it is written")
    parser.add_argument("-o", "--output", type=Path, help="folder. Default: one with the name of the lesson")
    parser.add_argument(
        "--model",
        nargs="+",
        help="folders, exported or not, or Hub ids of voices; the first that speaks a language speaks it. "
        "Default: the repository's",
    )
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="NAME:KEY=VALUE,...",
        help="how a role sounds: `speaker`, or `en` and `zh` for a speaker of one language, `pitch` in semitones, "
        "`rate`; who explains is `narrator`. May come again",
    )
    parser.add_argument("--slow", type=float, default=0.75, help="speaking rate of slow passes. Default: 0.75")
    parser.add_argument(
        "--repeat",
        type=float,
        default=1.0,
        help="silence for repeating, as a share of a sentence; 0: none. Default: 1",
    )
    parser.add_argument("--format", choices=KINDS, default="mp3", help="of the sound files. Default: mp3")
    parser.add_argument("--subtitles", choices=(".srt", ".vtt", ".json"), default=".srt", help="Default: .srt")
    parser.add_argument(
        "--recognizer",
        nargs="+",
        default=[],
        metavar="LANGUAGE=MODEL",
        help="folders or Hub ids of recognizers that check what was made; a check needs the extra `eval`",
    )
    parser.add_argument(
        "--wrong", type=float, default=0.25, help="a sentence with more of it wrong is not understood. Default: 0.25"
    )
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    names = read_recognizers(args.recognizer)
    models = args.model or list(dict.fromkeys(default_voice(language) for language in LANGUAGES))
    from ..lessons.cast import Cast, known_parts
    from ..lessons.lesson import read_lesson
    from ..lessons.make import make_lesson

    wishes = dict(map(read_role, args.role))
    lesson = read_lesson(args.lesson)
    recognizers = load_recognizers(names) if names else {}
    started = time.perf_counter()
    voices = [load_any_voice(model) for model in models]
    cast = Cast(voices, lesson.roles(), {**known_parts(lesson.parts, voices), **wishes})
    loaded = time.perf_counter()
    folder = args.output or Path(args.lesson.stem)
    made = make_lesson(lesson, folder, cast, args.slow, args.repeat, args.format, args.subtitles, print)
    spoken = sum(clip.seconds for clip in made.clips)
    for role in lesson.roles():
        print(f"role      {role}: {cast.describe(role)}")
    print(f"loading   {loaded - started:8.2f} s")
    print(
        f"making    {time.perf_counter() - loaded:8.2f} s for {spoken:.2f} s of speech, {made.seconds:.0f} s of lesson"
    )
    if made.kept:
        print(f"kept      {made.kept} of {len(made.clips)} sentences, which were spoken before")
    if recognizers:
        check(made.clips, recognizers, args.wrong)
    print(made.sounds[-1].resolve())
    print(made.page.resolve())


def load_recognizers(names: dict[str, str]) -> "dict[str, Recognizer]":
    """The recognizer of each language."""
    with naming_extra("`--recognizer`", "eval"):
        from ..metrics.asr import load_recognizer
    return {language: load_recognizer(name, language) for language, name in names.items()}


def check(clips: "list[Clip]", recognizers: "dict[str, Recognizer]", share: float) -> None:
    """Print the error rates of what was spoken, and each sentence that was not understood."""
    from ..lessons.check import listen, not_understood

    heard = listen(clips, recognizers)
    for language in recognizers:
        own = [each for each in heard if each.language == language]
        errors, units = sum(each.errors for each in own), sum(each.units for each in own)
        print(f"heard {language}  {len(own)} sentences, error rate {errors / max(units, 1):.3f}")
    for each in not_understood(heard, share):
        print(f"not understood{' (slow)' if each.slow else ''}: {each.text} — heard: {each.transcript or 'nothing'}")


def read_role(text: str) -> "tuple[str, Part]":
    """What `--role` says.

    Raises:
        ValueError: It is written in another way.

    >>> read_role("Clerk:pitch=-4,rate=0.9")
    ('Clerk', Part(speaker=None, pitch=-4.0, rate=0.9, natives={}))
    """
    from ..lessons.cast import read_part

    name, _, rest = text.partition(":")
    pairs = dict(pair.split("=", 1) for pair in rest.split(",") if "=" in pair)
    try:
        if not name or len(pairs) != len(rest.split(",")):
            raise ValueError
        return name, read_part(pairs)
    except ValueError:
        raise ValueError(
            f"`--role` is `{text}`, but a name with `speaker`, `en`, `zh`, `pitch` or `rate` is needed: "
            "`Clerk:pitch=-4,rate=0.9`."
        ) from None


def read_recognizers(pairs: list[str]) -> dict[str, str]:
    """What `--recognizer` says.

    Raises:
        ValueError: It is written in another way.
    """
    for pair in pairs:
        if pair.partition("=")[0] not in LANGUAGES or not pair.partition("=")[2]:
            raise ValueError(f"`--recognizer` is `{pair}`, but a language and a model are needed: `en=folder`.")
    return dict(pair.split("=", 1) for pair in pairs)  # type: ignore[misc]
