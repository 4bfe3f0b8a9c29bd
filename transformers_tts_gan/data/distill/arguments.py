"""What is distilled: the arguments of `tts-gan distill`."""

from dataclasses import dataclass, field


@dataclass
class DistillArguments:
    """Which teacher speaks which texts, and what of its speech is kept.

    Args:
        teacher: Folder or Hub id of a text-to-speech model, `hibari`, `kokoro:FOLDER` or `module:function`.
        texts: Files of lines, metadata files or folders of corpora, or Hub ids of datasets.
        output_dir: The folder of the corpus; a run that was stopped goes on where it stood.
        language: Of texts that name none.
        text_column: Of tables.
        split: Of tables: only these rows.
        limit: Number of texts, evenly spread; all by default.
        speakers: Of the teacher; its first one by default. Each text is spoken by each of them.
        seeds: Each text is spoken with each of them.
        speaking_rates: One of them is drawn for each recording; 2.0 speaks in half the time.
        recognizer: Folder or Hub id of a recognizer, or several as `LANGUAGE=FOLDER`.
        max_error: Highest share of words (Chinese: characters) that the recognizer may get wrong.
        min_mos: Lowest predicted MOS, from 1 to 5; 0 does not predict it.
        max_rate_deviation: Farthest speaking rate from the usual one of its language and speaker, in robust standard
            deviations; 0 does not look at it.
        test_share: Share of the texts that is held out, where their table does not say so.
        license: Of the teacher's speech, where the teacher does not know it.
        device: `cpu` or `cuda`.

    Raises:
        ValueError: An argument cannot be used; the message says what is needed.

    Example:

    ```python
    arguments = DistillArguments("facebook/mms-tts-fra", ["texts.txt"], "corpora/mms", language="fr")
    ```
    """

    teacher: str = field(
        metadata={
            "help": "Folder or Hub id of a text-to-speech model, `hibari`, `kokoro:FOLDER` or `module:function`."
        }
    )
    texts: list[str] = field(metadata={"help": "Files of lines, corpora or their metadata, or Hub ids of datasets."})
    output_dir: str = field(metadata={"help": "Folder of the corpus; a run that was stopped goes on there."})
    language: str = field(default="en", metadata={"help": "Language of texts that name none."})
    text_column: str = field(default="text", metadata={"help": "Column of the texts in tables."})
    split: str | None = field(default=None, metadata={"help": "Only this split of tables. Default: all rows."})
    limit: int | None = field(default=None, metadata={"help": "Number of texts, evenly spread. Default: all."})
    speakers: list[str] = field(
        default_factory=list, metadata={"help": "Speakers of the teacher; each says each text. Default: its first."}
    )
    seeds: list[int] = field(default_factory=lambda: [0], metadata={"help": "Each text is said with each seed."})
    speaking_rates: list[float] = field(
        default_factory=lambda: [1.0], metadata={"help": "One is drawn for each recording, such as 0.9 1 1.1."}
    )
    recognizer: list[str] = field(
        default_factory=list, metadata={"help": "Folder or Hub id of a recognizer, or LANGUAGE=FOLDER of several."}
    )
    max_error: float = field(default=0.15, metadata={"help": "Highest share of words not understood."})
    min_mos: float = field(default=3.0, metadata={"help": "Lowest predicted MOS; 0 does not predict it."})
    max_rate_deviation: float = field(
        default=4.0, metadata={"help": "Farthest speaking rate, in robust standard deviations; 0 keeps all."}
    )
    test_share: float = field(default=0.02, metadata={"help": "Share of the texts that is held out."})
    license: str | None = field(default=None, metadata={"help": "Of the speech, if the teacher does not know it."})
    device: str = field(default="cpu", metadata={"help": "cpu or cuda."})

    def __post_init__(self):
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"`limit` is {self.limit}; needs at least one text.")
        if not self.seeds or not self.speaking_rates:
            raise ValueError("`seeds` and `speaking_rates` need one value each at least.")
        if bad := [rate for rate in self.speaking_rates if not 0.25 <= rate <= 4]:
            raise ValueError(f"`speaking_rates` holds {bad[0]}; needs 0.25 to 4.")
        if not 0 <= self.test_share <= 0.5:
            raise ValueError(f"`test_share` is {self.test_share}; needs 0 to 0.5.")
        if self.min_mos and not 1 <= self.min_mos <= 5:
            raise ValueError(f"`min_mos` is {self.min_mos}; needs 1 to 5, or 0 for no prediction.")
