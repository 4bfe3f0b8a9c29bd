"""The share of one process: each of its takes is spoken, judged, encoded and written down.

Enter: a teacher, takes and a judge. Leave: flac files, and a line for each take in the shard of the process.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from ...audio.io import write_audio
from ...audio.waveform import as_waveform
from ...metrics.asr import find_problem
from ...text.frontend import TextFrontend
from ...text.phoneset import BOUNDARY
from ...text.utterance import Utterance
from .judging import Judge
from .shards import Shard, read_shards
from .teacher import Teacher
from .texts import Take


logger = logging.getLogger(__name__)
AUDIO = "audio"


def speak_share(
    teacher: Teacher, takes: Sequence[Take], judge: Judge, folder: Path, rank: int = 0, world_size: int = 1
) -> None:
    """Speak the takes that fall to this process and that nobody has spoken yet.

    Args:
        teacher: Speaks.
        takes: All of them, in the order that all processes have.
        judge: Scores what was spoken.
        folder: Of the corpus.
        rank: Of this process, below `world_size`.
        world_size: How many processes there are.

    Raises:
        ValueError: Another process with this rank writes into the folder.
    """
    shard = Shard(folder, rank)
    done = {record["name"] for record in read_shards(folder)}
    mine = takes[rank::world_size]
    left = [take for take in mine if take.name not in done]
    frontends: dict[str, TextFrontend] = {}
    name = "Distilling" if world_size == 1 else f"Distilling, process {rank}"
    try:
        for take in tqdm(left, desc=name, initial=len(mine) - len(left), total=len(mine), position=rank, disable=None):
            code = take.text.language
            frontend = frontends.setdefault(code, TextFrontend(code))
            shard.append(_record(teacher, take, judge, frontend, folder))
    finally:
        shard.close()


def _record(teacher: Teacher, take: Take, judge: Judge, frontend: TextFrontend, folder: Path) -> dict:
    """What the corpus says of one take; one that failed has a `problem` and no recording."""
    record = {
        "name": take.name,
        "audio": "",
        "text": take.text.text,
        "speaker": take.speaker,
        "language": take.text.language,
        "seed": take.seed,
        "speaking_rate": take.speaking_rate,
        "problem": "",
    }
    try:
        utterance = frontend(take.text.text)
        wave, rate = teacher.speak(take.text.text, take.text.language, take.speaker, take.seed, take.speaking_rate)
        wave = as_waveform(wave)
        if problem := find_problem(wave):
            raise ValueError(f"the speech is {problem}")
        wave = np.clip(wave, -1.0, 1.0)
        scores = judge(utterance, wave, rate)
    except ImportError:  # every text would fail
        raise
    except Exception as error:  # of a teacher that we do not know: the other texts are spoken nevertheless
        logger.info("`%s` failed: %s", take.text.text, error)
        return {**record, "problem": f"{type(error).__name__}: {error}"}
    path = folder / AUDIO / take.name[:2] / f"{take.name}.flac"
    written = write_audio(path.with_suffix(".part.flac"), wave, rate)
    os.replace(written, path)
    seconds = {"seconds": round(len(wave) / rate, 3), "sampling_rate": rate}
    return {**record, "audio": path.relative_to(folder).as_posix(), **seconds, **encoded(utterance), **scores}


def encoded(utterance: Utterance) -> dict[str, str]:
    """The words, cut apart, and the phones with `|` between words, both separated by spaces."""
    phones = ("|" if phone == BOUNDARY else phone for phone in utterance.phones)
    return {"words": " ".join(word.text for word in utterance.words), "phones": " ".join(phones)}
