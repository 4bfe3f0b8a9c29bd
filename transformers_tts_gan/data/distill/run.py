"""One distillation: load the teacher, read the texts, do this process's share, and make the corpus at the end.

Enter: [`DistillArguments`]. Leave: a corpus that `load_speech` reads, with its report. Processes know of each other by
the variables `RANK` and `WORLD_SIZE`, which `accelerate launch` sets, and by the folder, which all of them see; nobody
waits for anybody, and whoever ends last makes the corpus.
"""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...metrics.asr import Recognizer, load_recognizer
from ...metrics.mos import MosPredictor
from .arguments import DistillArguments
from .corpus import write_corpus
from .judging import Judge
from .report import DistillReport
from .shards import Shard, read_shards
from .teacher import Teacher
from .teachers import load_teacher
from .texts import Take, Text, held_out_texts, plan_takes, read_texts
from .work import speak_share


logger = logging.getLogger(__name__)

SETTINGS = "distill.json"
MERGE_RANK = 9_999  # of the lock that one process holds while it makes the corpus


def distill(arguments: DistillArguments, teacher: Teacher | None = None) -> DistillReport | None:
    """Make a corpus of what a pretrained TTS says. A run that was stopped goes on where it stood.

    Args:
        arguments: What is spoken and what is kept.
        teacher: In place of the one that `arguments.teacher` names.

    Returns:
        The report; None while other processes still speak.

    Raises:
        ValueError: An argument does not fit the teacher, or the folder holds what another teacher said.
        ImportError: A package is missing; the message has the line that installs it.
        OSError: There is no such teacher, text or recognizer.

    Example:

    ```python
    report = distill(DistillArguments("hibari", ["sentences.txt"], "corpora/hibari", recognizer=["whisper-base"]))
    print(report)
    ```
    """
    rank, world_size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = arguments.device
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    texts = chosen_texts(arguments)
    teacher = teacher or load_teacher(arguments.teacher, device)
    takes = planned_takes(texts, teacher, arguments)
    folder = Path(arguments.output_dir)
    _same_run(folder, arguments, teacher)
    speak_share(
        teacher, takes, Judge(recognizers(arguments), mos_predictor(arguments, device)), folder, rank, world_size
    )
    records = list(read_shards(folder))
    if missing := len(takes) - len({record["name"] for record in records} & {take.name for take in takes}):
        logger.warning("%d of %d recordings are left to other processes.", missing, len(takes))
        return None
    try:
        lock = Shard(folder, MERGE_RANK)
    except ValueError:  # another process makes the corpus just now
        return None
    report = write_corpus(records, takes, held_out_texts(texts, arguments.test_share), arguments, teacher)
    lock.close()
    return report


def chosen_texts(arguments: DistillArguments) -> list[Text]:
    """The texts of all sources, `limit` of them evenly spread."""
    texts = read_texts(arguments.texts, arguments.language, arguments.text_column, arguments.split)
    count = min(arguments.limit or len(texts), len(texts))
    return [texts[number * len(texts) // count] for number in range(count)]


def planned_takes(texts: list[Text], teacher: Teacher, arguments: DistillArguments) -> list[Take]:
    """All takes.

    Raises:
        ValueError: The teacher does not know a speaker or a language, or no seed changes what it says.
    """
    speakers = arguments.speakers or [teacher.speakers[0]]
    if unknown := [name for name in speakers if name not in teacher.speakers]:
        known = ", ".join(f"`{name}`" for name in teacher.speakers[:20])
        raise ValueError(f"`{teacher.name}` has no speaker `{unknown[0]}`; it knows {known}.")
    spoken = {text.language for text in texts}
    if teacher.languages and (foreign := sorted(spoken.difference(teacher.languages))):
        raise ValueError(
            f"`{teacher.name}` speaks {', '.join(teacher.languages)}, but there are texts in {foreign[0]}."
        )
    if len(arguments.seeds) > 1 and not teacher.seeded:
        raise ValueError(f"`{teacher.name}` says the same with every seed: give one of `seeds`.")
    return plan_takes(texts, speakers, arguments.seeds, arguments.speaking_rates)


def recognizers(arguments: DistillArguments) -> Callable[[str], Recognizer | None]:
    """What makes the recognizer of a language: the one that is named for it, or the one that is named for all."""
    named = dict(each.split("=", 1) for each in arguments.recognizer if "=" in each)
    for_all = [each for each in arguments.recognizer if "=" not in each]
    if len(for_all) > 1:
        raise ValueError(f"`recognizer` names {for_all}: write `LANGUAGE=FOLDER` for each.")
    if not arguments.recognizer:
        logger.warning("No recognizer is named: what the teacher says is not checked.")

    def make(language: str) -> Recognizer | None:
        name = named.get(language, for_all[0] if for_all else None)
        return None if name is None else load_recognizer(name, language, arguments.device)

    return make


def mos_predictor(arguments: DistillArguments, device: str) -> Callable[[np.ndarray, int], float] | None:
    """The predictor of MOS, unless `min_mos` is 0 or it is not installed, of which a warning tells."""
    if not arguments.min_mos:
        return None
    try:
        return MosPredictor(device)
    except ImportError as error:
        logger.warning("MOS is not predicted: %s", error)
        return None


def _same_run(folder: Path, arguments: DistillArguments, teacher: Teacher) -> None:
    """Refuse a folder in which another teacher spoke, or speech was judged by something else."""
    path = folder / SETTINGS
    mine: dict[str, object] = {
        "teacher": arguments.teacher,
        "teacher_name": teacher.name,
        "recognizer": arguments.recognizer,
    }
    mine["predicts MOS"] = arguments.min_mos > 0
    if path.is_file():
        theirs = json.loads(path.read_text(encoding="utf-8"))
        if different := [name for name in mine if theirs.get(name) != mine[name]]:
            name = different[0]
            raise ValueError(
                f"`{folder}` was begun with `{name}` {theirs.get(name)!r}, not {mine[name]!r}: give another folder."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(mine, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(part, path)
