"""Say a text, a document or a folder of texts, and write sound files.

tts-gan speak "Good morning. The train leaves at 9:45."
tts-gan speak --model outputs/my_voice --speed 0.9 -o hello.mp3 --subtitles hello.srt "Hello."
tts-gan speak --model outputs/my_voice_onnx "Hello."   # a folder of `tts-gan export`: without torch
tts-gan speak '<speak>Wait<break time="500ms"/> for <prosody rate="slow">it</prosody>.</speak>'
tts-gan speak book.epub -o book --format mp3 --subtitles .srt   # a file a chapter; goes on where it was stopped
echo "What is read here is spoken." | tts-gan speak - --play
"""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ..inference.any_voice import load_any_voice
from ..inference.onnx_voice import OnnxVoice
from ..text.han import HAN
from .main import new_parser
from .player import Player


if TYPE_CHECKING:
    from ..inference.any_voice import Voice
    from ..inference.readings import Reading
    from ..inference.streaming import SpeechChunk
    from ..text.documents import Chapter

VOICES = Path(__file__).resolve().parents[2] / "examples" / "voices"  # in a clone; an installed package has none
DEFAULT_VOICE = "bilingual"
MIXED_TEXT = "我用 Python 写代码，下午三点有一个 meeting。"  # said without a text, by a voice of both languages
KINDS = ("wav", "flac", "mp3", "ogg", "opus")
LONGEST_NAME = 255  # of a file: a longer text is none


def parser() -> argparse.ArgumentParser:
    parser = new_parser("speak", __doc__)
    parser.add_argument("text", nargs="?", help="text, SSML, a txt, md, epub or srt file, a folder of them, or `-`")
    parser.add_argument("--model", help="folder or Hub id of a voice, or an exported folder. Default: one of ours")
    parser.add_argument("--language", help="`en` or `zh`. Default: decided by the text")
    parser.add_argument("--speaker", help="one of the voice's speakers. Default: the first")
    parser.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast. Default: 1")
    parser.add_argument("--pitch", type=float, default=0.0, help="semitones up or down. Default: 0")
    parser.add_argument("--gain", type=float, default=0.0, help="decibels louder or softer. Default: 0")
    parser.add_argument("--strict", action="store_true", help="refuse what cannot be read. Default: warn, pass over")
    parser.add_argument("--lexicon", help="file of `word<TAB>phones` lines, added to the voice's own")
    parser.add_argument("--user_dict", help="file of Chinese words that are never split, added to the voice's own")
    parser.add_argument("-o", "--output", type=Path, help="file, or for documents folder. Default: speech.wav")
    parser.add_argument("--format", choices=KINDS, help="of the sound. Default: that of the output's name, or wav")
    parser.add_argument("--subtitles", help=".srt, .vtt or .json file; `.srt` alone writes it beside the sound")
    parser.add_argument("--play", action="store_true", help="play it while it is made; alone it writes no file")
    parser.add_argument("--list-voices", action="store_true", help="list the repository's voices, and say nothing")
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    if args.list_voices:
        list_voices()
        return
    chapters, name = ([], "speech") if args.text is None else read_input(args.text)
    language = args.language or ("zh" if any(HAN.search(chapter.text) for chapter in chapters) else "en")
    model = args.model or default_voice(language)
    started = time.perf_counter()
    speak = load_any_voice(model)
    speak.processor.add_words(args.lexicon, args.user_dict)
    languages = speak.processor.languages
    chapters = chapters or samples([args.language] if args.language else languages)
    whole = " ".join(chapter.text for chapter in chapters)
    loaded = time.perf_counter()
    controls: dict = {
        "language": args.language or (None if language in languages else language),
        "speaker": args.speaker,
        "strict": args.strict,
        "speaking_rate": args.speed,
        "pitch_shift": args.pitch,
        "gain_db": args.gain,
    }
    if isinstance(speak, OnnxVoice):  # which would make the pieces of a sentence one by one
        controls["first_frames"] = None
    with contextlib.ExitStack() as stack:
        player = stack.enter_context(Player(speak.sampling_rate)) if args.play else None
        watch = stack.enter_context(watching(len(whole), player, is_long=name is not None))
        readings = say(speak, chapters, name, args, watch, controls)
    spoken = time.perf_counter()
    seconds = sum(reading.seconds for reading in readings if reading.is_new)
    print(f"voice     {model}")
    print(f"loading   {loaded - started:8.2f} s")
    print(f"speaking  {spoken - loaded:8.2f} s for {seconds:.2f} s of speech")
    if kept := sum(not reading.is_new for reading in readings):
        print(f"kept      {kept} of {len(readings)} chapters, which were spoken before")
    for reading in readings:
        print(reading.path.resolve())


def say(
    speak: "Voice",
    chapters: "list[Chapter]",
    name: str | None,
    args: argparse.Namespace,
    watch,
    controls: dict[str, Any],
) -> "list[Reading]":
    """Speak into a file a chapter, into one file, or only into the loudspeakers."""
    from ..inference.readings import speak_document, speak_to_file

    output: Path | None = args.output
    if args.play and output is None and args.subtitles is None:
        for chapter in chapters:
            for chunk in speak.stream(chapter.text, **controls):
                watch(chunk)
        return []
    is_file = output is not None and output.suffix.lower().removeprefix(".") in KINDS
    if name is not None and not is_file and (len(chapters) > 1 or output is not None):
        kind = args.format or "wav"
        if args.subtitles and not args.subtitles.startswith("."):
            raise ValueError(f"`--subtitles` is `{args.subtitles}`, but `.srt` alone is needed for several files.")
        return speak_document(speak, chapters, output or Path(name), kind, args.subtitles, watch, **controls)
    if output is None:
        output = Path(f"{name or 'speech'}.{args.format or 'wav'}")
    elif args.format:
        output = output.with_suffix(f".{args.format}")
    subtitles = args.subtitles
    if subtitles in (".srt", ".vtt", ".json"):
        subtitles = output.with_suffix(subtitles)
    return [speak_to_file(speak, [each.text for each in chapters], output, subtitles, watch, **controls)]


def samples(languages: list[str]) -> "list[Chapter]":
    """A sentence of each language, and one of English and Mandarin for a voice that knows both."""
    from ..text.documents import Chapter
    from ..text.languages import find

    known = [find(code) for code in languages]
    chapters = [Chapter(language.name, language.sample) for language in known if language.sample]
    return [*chapters, Chapter("Both", MIXED_TEXT)] if {"en", "zh"} <= set(languages) else chapters


def read_input(text: str) -> "tuple[list[Chapter], str | None]":
    """What to say, and the name of the document or folder that it comes from, if it comes from one.

    Raises:
        ValueError: There is nothing to say in it.
    """
    from ..text.documents import SUFFIXES, Chapter, read_document

    if text == "-":
        return [Chapter("", sys.stdin.read())], None
    if 0 < len(text) <= LONGEST_NAME and "\n" not in text:  # the path of an empty text is this folder
        path = Path(text)
        if path.is_dir():
            files = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES)
            if not files:
                raise ValueError(f"There is no {', '.join(SUFFIXES)} file in the folder `{path}`.")
            parts = [(file, read_document(file)) for file in files]
            whole = [Chapter(file.stem, "\n\n".join(each.text for each in chapters)) for file, chapters in parts]
            return whole, f"{path.resolve().name}_speech"
        if path.suffix.lower() in SUFFIXES and (path.is_file() or not any(map(str.isspace, text))):
            return read_document(path), path.stem
    return [Chapter("", text)], None


@contextlib.contextmanager
def watching(characters: int, player: Player | None, is_long: bool) -> Iterator:
    """What is done with each chunk: it is played, and of a document a bar shows how much was spoken."""
    with tqdm(total=characters, unit=" characters", disable=None if is_long else True, leave=False) as bar:
        place = 0

        def watch(chunk: "SpeechChunk") -> None:
            nonlocal place
            if player is not None:
                player.write(chunk.audio)
            if chunk.start == 0:
                place = 0
            if chunk.words:
                bar.update(max(chunk.words[-1].span[1] - place, 0))
                place = chunk.words[-1].span[1]

        yield watch


def default_voice(language: str) -> Path:
    """The voice of the repository that speaks a language.

    Raises:
        ValueError: Where there is none, which is so in an installed package.
    """
    spoken = {folder: saved_settings(folder)["languages"] for folder in shipped_voices()}
    voices = [folder for folder, languages in spoken.items() if language in languages]
    if not voices:
        known = ", ".join(f"`{code}`" for code in sorted({code for codes in spoken.values() for code in codes}))
        known = f"only for {known}" if known else "for it was installed alone"
        raise ValueError(f"No voice for `{language}` comes with the package, {known}: name one with `--model`.")
    return VOICES / DEFAULT_VOICE if VOICES / DEFAULT_VOICE in voices else voices[0]


def shipped_voices() -> list[Path]:
    """Folders of the repository's voices."""
    return sorted(file.parent for file in VOICES.glob("*/processor_config.json"))


def saved_settings(folder: Path) -> dict:
    """What the processor of a voice has saved."""
    return json.loads((folder / "processor_config.json").read_text(encoding="utf-8"))


def list_voices() -> None:
    """Print the repository's voices with their languages and speakers."""
    for folder in shipped_voices():
        saved = saved_settings(folder)
        languages, speakers = ", ".join(saved["languages"]), ", ".join(saved["speakers"])
        print(f"{folder}  languages {languages}; speakers {speakers}; {saved['sampling_rate'] / 1_000:g} kHz")
