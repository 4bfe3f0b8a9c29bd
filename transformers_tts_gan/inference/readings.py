"""Texts and documents to sound files, while they are spoken: a book needs no more memory than its longest sentence.

Enter: a pipeline or an exported voice, and a text or the chapters of a document. Leave: sound files, subtitles, and
for documents a `chapters.json` that says which chapters are done, so that a reading goes on where it was stopped.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..audio.encode import AudioFile
from ..text.documents import Chapter
from .onnx_voice import OnnxVoice
from .streaming import SpeechChunk
from .subtitles import subtitle_writer, write_subtitles
from .times import TimedWord


if TYPE_CHECKING:
    from .pipeline import TTSGanPipeline

CONTENTS = "chapters.json"
Watch = Callable[[SpeechChunk], None]


class Reading(NamedTuple):
    """What was spoken into a file.

    Args:
        path: Of the sound file.
        seconds: Of speech in it.
        is_new: Whether it was spoken now; it was there already otherwise.
    """

    path: Path
    seconds: float
    is_new: bool


def speak_to_file(
    speak: "TTSGanPipeline | OnnxVoice",
    text: str | Sequence[str],
    path: str | Path,
    subtitles: str | Path | None = None,
    watch: Watch | None = None,
    **arguments: Any,
) -> Reading:
    """Speak a text into a sound file, sentence by sentence.

    Args:
        speak: The pipeline of a voice, or an exported voice.
        text: A text, or several that follow each other in the file.
        path: `.wav`, `.flac`, `.mp3`, `.ogg` or `.opus`; there is no file before all of it is spoken.
        subtitles: A file for subtitles, see [`write_subtitles`].
        watch: Called with each chunk as soon as it is made.
        arguments: What `speak.stream` takes, such as `speaking_rate`.

    Raises:
        ValueError: For text that cannot be spoken, and for endings of names that are not known.
        OSError: A file cannot be written.

    Example:

    ```python
    speak_to_file(speak, "Good morning. The train leaves at 9:45.", "morning.mp3", "morning.srt")
    ```
    """
    if subtitles is not None:
        subtitle_writer(subtitles)
    texts = [text] if isinstance(text, str) else list(text)
    words: list[TimedWord] = []
    with AudioFile(path, speak.sampling_rate) as file:
        for number, part in enumerate(texts):
            begin, place = file.samples / speak.sampling_rate, sum(map(len, texts[:number])) + 2 * number
            for chunk in speak.stream(part, **arguments):
                file.write(chunk.audio)
                if subtitles is not None:
                    words += [word.moved(begin, place) for word in chunk.words]
                if watch is not None:
                    watch(chunk)
    if subtitles is not None:
        write_subtitles(subtitles, "\n\n".join(texts), words)
    return Reading(Path(path), file.samples / speak.sampling_rate, True)


def speak_document(
    speak: "TTSGanPipeline | OnnxVoice",
    chapters: Sequence[Chapter],
    folder: str | Path,
    kind: str = "wav",
    subtitles: str | None = None,
    watch: Watch | None = None,
    **arguments: Any,
) -> list[Reading]:
    """Speak each chapter of a document into a file of its own.

    Chapters that are there already, of the same text, voice and arguments, are not spoken again.

    Args:
        speak: The pipeline of a voice, or an exported voice.
        chapters: As `read_document` gives them.
        folder: For the files.
        kind: `wav`, `flac`, `mp3`, `ogg` or `opus`.
        subtitles: `.srt`, `.vtt` or `.json` writes them beside each sound file.
        watch: Called with each chunk as soon as it is made.
        arguments: What `speak.stream` takes, such as `speaking_rate`.

    Raises:
        ValueError: For text that cannot be spoken, and for an unknown `kind`.
        OSError: A file cannot be written.

    Example:

    ```python
    speak_document(speak, read_document("book.epub"), "book", kind="mp3", subtitles=".srt")
    ```
    """
    folder = Path(folder)
    done: dict[str, dict] = {}
    if (folder / CONTENTS).is_file():
        done = {each["file"]: each for each in json.loads((folder / CONTENTS).read_text(encoding="utf-8"))}
    readings = []
    voice = str(speak.folder if isinstance(speak, OnnxVoice) else speak.model.config.name_or_path)
    for number, chapter in enumerate(chapters, start=1):
        path = folder / f"{file_name(number, len(chapters), chapter.title)}.{kind}"
        beside = None if subtitles is None else path.with_suffix(subtitles)
        digest = _digest([chapter.text, voice, arguments])
        known = done.get(path.name, {})
        if known.get("digest") == digest and path.is_file() and (beside is None or beside.is_file()):
            reading = Reading(path, known["seconds"], False)
        else:
            reading = speak_to_file(speak, chapter.text, path, beside, watch, **arguments)
        readings.append(reading)
        entry = {"file": path.name, "title": chapter.title, "seconds": round(reading.seconds, 3), "digest": digest}
        done[path.name] = entry
        contents = json.dumps(list(done.values()), ensure_ascii=False, indent=1)
        (folder / CONTENTS).write_text(f"{contents}\n", encoding="utf-8")
    return readings


def file_name(number: int, count: int, title: str) -> str:
    """A name that sorts by number and that every file system takes.

    >>> file_name(3, 12, 'Who/what is "it"?')
    '03 Who what is it'
    """
    name = " ".join(re.sub(r"[^\w\s.,'()-]", " ", title).split())[:60].rstrip(" .")
    return f"{number:0{len(str(count))}} {name}".strip()


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()
