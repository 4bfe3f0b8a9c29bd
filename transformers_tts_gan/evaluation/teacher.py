"""A teacher on several test sets in one call: its errors and its predicted MOS beside those of the recordings.

Enter: a [`Teacher`] of `data.distill`, and corpora with held-out sentences. Leave: tables for each test set and
language, which `OUTPUT_DIR/teacher` holds too.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..audio.loudness import normalize_loudness
from ..audio.resample import resample
from ..data.distill.arguments import DistillArguments
from ..data.distill.run import mos_predictor, recognizers
from ..data.distill.teacher import Teacher
from ..data.load import load_speech
from .evaluate import evaluate_systems
from .report import tables
from .run import evenly_spread
from .systems import GroundTruth, Synthesis, System


RATE = 24_000  # Hz; what recordings and speech are compared at


class TeacherSystem:
    """Lets a teacher say rows of a corpus by one of its speakers."""

    computes = True

    def __init__(self, teacher: Teacher, speaker: str, language: str):
        self.teacher, self.speaker, self.language = teacher, speaker, language

    def say(self, row: dict, recording: np.ndarray | None = None) -> Synthesis:
        wave, rate = self.teacher.speak(row["text"], row.get("language") or self.language, self.speaker)
        return Synthesis(normalize_loudness(resample(wave, rate, RATE)))


def evaluate_teacher(teacher: Teacher, corpora: Sequence[str | Path], arguments: DistillArguments) -> str:
    """Let a teacher say the test sentences of several corpora, and write what was found.

    Args:
        teacher: Speaks, by the first of `arguments.speakers`.
        corpora: The test sets, as `load_speech` takes them.
        arguments: With the recognizers, `limit` (sentences of each test set) and `output_dir`.

    Returns:
        A table for each test set, and for each language with several; `OUTPUT_DIR/teacher/report.md` and
        `report.json` hold them too.

    Raises:
        ValueError: There is no recognizer of a language, or no test sentence.

    Example:

    ```python
    arguments = DistillArguments("hibari", ["a.txt"], "corpora/hibari", recognizer=["whisper-base"])
    print(evaluate_teacher(load_teacher("hibari"), ["corpora/kathleen", "corpora/allison"], arguments))
    ```
    """
    rows = defaultdict(list)
    for path in corpora:
        found = list(load_speech(path, split="test", language=arguments.language))
        for row in evenly_spread(found, arguments.limit or len(found)):
            rows[row["language"]].append({**row, "test_set": Path(path).name})
    make, speaker = recognizers(arguments), (arguments.speakers or teacher.speakers)[0]
    mos = mos_predictor(arguments, arguments.device)
    parts, reports = [], {}
    for language, sentences in rows.items():
        recognizer = make(language)
        if recognizer is None:
            raise ValueError(f"`recognizer` names none for `{language}`: add {language}=FOLDER to evaluate in it.")
        systems: dict[str, System] = {"ground_truth": GroundTruth(), "tts": TeacherSystem(teacher, speaker, language)}
        report = evaluate_systems(systems, sentences, recognizer, language, RATE, mos=mos)
        reports[language] = report.to_dict()
        parts += [f"## {language}, {teacher.name}, speaker {speaker}", *tables(report), report.summary_line()]
    folder = Path(arguments.output_dir, "teacher")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(reports, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text = "\n\n".join(parts)
    (folder / "report.md").write_text(text + "\n", encoding="utf-8")
    return text
