"""What is evaluated, on which sentences, and by what: the arguments of `tts-gan evaluate`.

Enter: the fields of [`EvaluationArguments`]. Leave: the same, checked, with the reports' folder and the test sets.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from ..data.origin import ORIGIN, read_origin


DEFAULT_RECOGNIZER = "Systran/faster-whisper-base"


@dataclass
class EvaluationArguments:
    """What is evaluated, on which sentences, and by what.

    Args:
        model: Folder or Hub id of the voice.
        corpus: Test sets: corpora with held-out sentences, by default those of the voice.
        split: Held-out split, by default the one that the voice names, else `test`.
        language: Of the sentences, by default the first one of the voice.
        recognizer: Folder or Hub id, by default the variable `TTS_GAN_RECOGNIZER`, else Whisper base.
        limit: Number of sentences, evenly spread, by default all.
        output_dir: Where the reports and wavs are written, by default `MODEL/_evaluation`.
        text_encoder: Whether to speak with the text encoder, if the voice has one.
        compare: Other systems as `NAME=FOLDER` (wavs named as the recordings) or `NAME=COMMAND` (with `{wav}` in it).
        update_card: Whether to write the numbers into the model card of the voice.
        device: `cpu` or `cuda`.
        seed: Of the synthesis.

    Raises:
        ValueError: An argument cannot be used; the message says what is needed.

    Example:

    ```python
    arguments = EvaluationArguments("examples/voices/bilingual", recognizer="whisper-base", limit=20)
    ```
    """

    model: str = field(metadata={"help": "Folder or Hub id of the voice."})
    corpus: list[str] | None = field(
        default=None, metadata={"help": "Test sets: corpora with held-out sentences. Default: those of the voice."}
    )
    split: str | None = field(
        default=None, metadata={"help": 'Held-out split. Default: the one that the voice names, else "test".'}
    )
    language: str | None = field(
        default=None, metadata={"help": "Language of the sentences. Default: the first one of the voice."}
    )
    recognizer: str | None = field(
        default_factory=lambda: os.environ.get("TTS_GAN_RECOGNIZER"),
        metadata={
            "help": f"Folder or Hub id of a recognizer. Default: TTS_GAN_RECOGNIZER, else {DEFAULT_RECOGNIZER}."
        },
    )
    limit: int | None = field(default=None, metadata={"help": "Number of sentences, evenly spread. Default: all."})
    output_dir: str | None = field(
        default=None, metadata={"help": "Where the reports and wavs are written. Default: MODEL/_evaluation."}
    )
    text_encoder: bool = field(default=True, metadata={"help": "Speak with the text encoder, if the voice has one."})
    compare: list[str] = field(
        default_factory=list,
        metadata={
            "help": "Other systems as NAME=FOLDER (wavs named as the recordings) or NAME=COMMAND (with {wav} in it)."
        },
    )
    update_card: bool = field(default=False, metadata={"help": "Write the numbers into the model card of the voice."})
    device: str = field(default="cpu", metadata={"help": "cpu or cuda."})
    seed: int = field(default=0, metadata={"help": "Seed of the synthesis."})

    def __post_init__(self):
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"`limit` is {self.limit}; needs at least one sentence.")
        if wrong := [each for each in self.compare if not all(each.partition("="))]:
            raise ValueError(f"`compare` got {wrong[0]!r}; needs NAME=FOLDER, such as piper=wavs/piper.")

    @property
    def folder(self) -> Path:
        """Where the reports are written."""
        if self.output_dir is not None:
            return Path(self.output_dir)
        return Path(self.model, "_evaluation") if Path(self.model).is_dir() else Path("evaluation")

    @property
    def test_sets(self) -> tuple[list[str], str]:
        """The corpora with held-out sentences, and the name of their split.

        Raises:
            ValueError: Neither the arguments nor the voice name any.
        """
        origin = read_origin(self.model)
        paths = self.corpus or [dataset["path"] for dataset in origin.get("datasets", [])]
        split = self.split or ("test" if self.corpus else origin.get("eval_split"))
        if not paths or not split:
            known = Path(self.model) / ORIGIN
            raise ValueError(
                f"`{known}` names no held-out sentences: say where they are with --corpus PATH --split NAME."
            )
        return paths, split
