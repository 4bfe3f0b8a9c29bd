"""Texts to be spoken, and what is said of each: by whom, with which seed, how fast.

Enter: files of lines, tables, or datasets. Leave: [`Take`]s, in an order and with names that never depend on the run.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..files import read_lines
from ..held_out import fewest_held_out, text_digest
from ..load import open_corpus


@dataclass(frozen=True)
class Text:
    """One text of a source.

    Args:
        text: As it stands there.
        language: Its code.
        split: As the table says; empty where it says nothing.
    """

    text: str
    language: str
    split: str = ""


@dataclass(frozen=True)
class Take:
    """One recording that is to be made.

    Args:
        text: What is said.
        speaker: By whom.
        seed: With which seed.
        speaking_rate: How fast.
    """

    text: Text
    speaker: str
    seed: int
    speaking_rate: float

    @property
    def name(self) -> str:
        """16 hexadecimal digits that no other take has."""
        return _digest(self.text.language, self.text.text, self.speaker, str(self.seed))


def read_texts(
    sources: Iterable[str | Path], language: str = "en", text_column: str = "text", split: str | None = None
) -> list[Text]:
    """The texts of several sources, each once.

    Args:
        sources: `.txt` files with one text a line, metadata files, folders of corpora, or Hub ids of datasets.
        language: Of texts that name none.
        text_column: Of tables.
        split: Of tables; all rows by default.

    Raises:
        FileNotFoundError: A source does not exist.
        ValueError: A source cannot be read, or holds no text.

    Example:

    ```python
    texts = read_texts(["sentences.txt", "corpora/kathleen"], "en")
    ```
    """
    found: dict[tuple[str, str], Text] = {}
    for source in sources:
        before = len(found)
        for text in (
            _lines(source, language) if Path(source).suffix == ".txt" else _rows(source, language, text_column, split)
        ):
            found.setdefault((text.language, text.text), text)
        if len(found) == before and not found:
            raise ValueError(f"`{source}` holds no texts.")
    return list(found.values())


def _lines(source: str | Path, language: str) -> Iterable[Text]:
    for _, line in read_lines(source):
        yield Text(" ".join(line.split()), language)


def _rows(source: str | Path, language: str, text_column: str, split: str | None) -> Iterable[Text]:
    table, _ = open_corpus(source, split, None, (text_column,))
    if text_column not in table.column_names:
        raise ValueError(f"`{source}` has no column `{text_column}`; it has {table.column_names}: name one.")
    known = [name for name in (text_column, "language", "split") if name in table.column_names]
    for row in table.select_columns(known):
        text = " ".join(str(row[text_column] or "").split())
        if text:
            yield Text(text, str(row.get("language") or language), str(row.get("split") or ""))


def plan_takes(
    texts: Sequence[Text], speakers: Sequence[str], seeds: Sequence[int], speaking_rates: Sequence[float]
) -> list[Take]:
    """Each text by each speaker with each seed; of the speaking rates one is drawn by the name of the take."""
    takes = []
    for text in texts:
        for speaker in speakers:
            for seed in seeds:
                drawn = int(_digest(text.text, speaker, str(seed), "rate"), 16) % len(speaking_rates)
                takes.append(Take(text, speaker, seed, speaking_rates[drawn]))
    return takes


def held_out_texts(texts: Sequence[Text], share: float) -> set[str]:
    """The texts that are held out: as the table says, else those with the smallest digests; always the same."""
    if any(text.split not in ("", "train") for text in texts):
        return {text.text for text in texts if text.split not in ("", "train")}
    count = 0 if share == 0 else max(round(share * len(texts)), min(fewest_held_out(len(texts)), len(texts) // 2))
    return set(sorted((text.text for text in texts), key=text_digest)[:count])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
