"""A lesson to a folder: a sound file and subtitles for each section and for all of it, and a page.

Enter: a [`Lesson`] and a [`Cast`]. Leaves: the folder.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..audio.encode import FORMATS
from ..inference.readings import file_name
from ..inference.subtitles import subtitle_writer
from .cast import Cast
from .clips import Clip
from .kept import KeptClips
from .lesson import Lesson
from .page import write_page
from .speaker import Speaker
from .track import Track, section_track


PAGE = "index.html"
WHOLE = "lesson"  # the name of the sound file with all sections
CLIPS = ".clips"  # what is spoken, until the lesson is done


@dataclass(frozen=True)
class Made:
    """What was made of a lesson.

    Args:
        page: Its path.
        sounds: Paths of the sections' sound files, and last that of the whole lesson.
        seconds: How long the whole lesson is.
        clips: Each sentence that was spoken.
        kept: How many of them a run had spoken that did not come to its end.
    """

    page: Path
    sounds: list[Path]
    seconds: float
    clips: list[Clip]
    kept: int


def make_lesson(
    lesson: Lesson,
    folder: str | Path,
    cast: Cast,
    slow_rate: float = 0.75,
    repeat: float = 1.0,
    kind: str = "mp3",
    subtitles: str = ".srt",
    watch: Callable[[str], None] = lambda title: None,
) -> Made:
    """Speak a lesson and write its folder.

    Sentences that a run had spoken which did not come to its end, in the same folder, with the same voices and
    arguments, are not spoken again.

    Args:
        lesson: As `read_lesson` gives it.
        folder: Is made if it is not there; files of the same names are replaced.
        cast: Who speaks.
        slow_rate: Speaking rate of slow passes.
        repeat: Length of the silence for repeating a sentence, as a share of the sentence; 0 leaves it out.
        kind: Of the sound files: `wav`, `flac`, `mp3`, `ogg` or `opus`. The page holds its own, in MP3.
        subtitles: `.srt`, `.vtt` or `.json`.
        watch: Called with the title of each section when it has been spoken.

    Raises:
        ValueError: Something cannot be spoken, or a number, `kind` or `subtitles` is none of those above.
        OSError: A file cannot be written.

    Example:

    ```python
    lesson = read_lesson("examples/lessons/at_the_station.md")
    voices = [TTSGanPipeline.from_pretrained("examples/voices/bilingual")]
    make_lesson(lesson, "station", Cast(voices, lesson.roles(), {}))
    ```
    """
    if kind not in FORMATS:
        raise ValueError(f"`kind` is `{kind}`, but one of {', '.join(FORMATS)} is needed.")
    if not 0 <= repeat < math.inf:
        raise ValueError(f"`repeat` is {repeat}, but 0 or more is needed.")
    subtitle_writer(f"{WHOLE}{subtitles}")
    folder = Path(folder)
    kept = KeptClips(folder / CLIPS)
    speaker = Speaker(cast, slow_rate, kept)
    whole = Track(cast.sampling_rate, repeat)
    sounds = []
    for number, section in enumerate(lesson.sections, start=1):
        track = section_track(section, speaker, repeat)
        sounds.append(folder / f"{file_name(number, len(lesson.sections), section.title)}.{kind}")
        track.write(sounds[-1], subtitles)
        whole.extend(track)
        watch(section.title)
    sounds.append(folder / f"{WHOLE}.{kind}")
    whole.write(sounds[-1], subtitles)
    page = write_page(lesson, speaker, folder / PAGE)
    kept.remove()
    return Made(page, sounds, whole.seconds, speaker.clips(), kept.found)
