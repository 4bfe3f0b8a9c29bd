"""Corpora: whatever describes recordings and their texts, as one `datasets.Dataset` with the same four columns.

Enters: a metadata file (jsonl, csv, tsv, parquet), a folder that holds one, a folder saved by `datasets`, or a Hub id.
Leaves: columns `audio` (an absolute path, or `{"bytes", "path"}`), `text`, `speaker`, `language`, and any others as
they came. Nothing is decoded by `datasets`, so torchcodec is never needed; `data/prepare.py` decodes each row once and
finds bad recordings before training does.
"""

from __future__ import annotations

import csv
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..audio.io import audio_name, why_no_file
from ..utils.require import require
from .files import Folder
from .tables import AUDIO_NAMES, read_csv, read_jsonl


if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

SUFFIXES = (".jsonl", ".csv", ".tsv", ".parquet")
NAMED = 5  # bad rows named per kind; the rest are counted


class Bars(csv.excel):
    """Columns between bars, without quotes, as LJSpeech has them."""

    delimiter, quoting, quotechar = "|", csv.QUOTE_NONE, None


@dataclass
class SpeechReport:
    """What a check found: rows kept, their length in seconds, and the names of the bad rows by kind."""

    kept: int = 0
    seconds: float = 0.0
    bad: dict[str, list[str]] = field(default_factory=dict)

    def add_bad(self, kind: str, name: str) -> None:
        self.bad.setdefault(kind, []).append(name)

    def __str__(self) -> str:
        bad = sum(map(len, self.bad.values()))
        lines = [f"{self.kept} of {self.kept + bad} recordings are usable ({self.seconds / 60:.1f} minutes)"]
        for kind, names in sorted(self.bad.items()):
            more = ", ..." if len(names) > NAMED else ""
            lines.append(f"  left out, {kind}: {len(names)} ({', '.join(names[:NAMED])}{more})")
        return "\n".join(lines)


def load_speech(
    path_or_id: str | Path,
    split: str | None = None,
    name: str | None = None,
    audio_column: str = "audio",
    text_column: str = "text",
    speaker_column: str = "speaker",
    language_column: str = "language",
    speaker: str = "speaker",
    language: str | None = None,
    on_bad: str = "skip",
    transcribed: bool = True,
) -> Dataset:
    """Load speech with the columns `audio`, `text`, `speaker`, `language` (and any others).

    Args:
        path_or_id: A metadata file, a folder with `metadata.jsonl`, `.csv`, `.tsv` or `.parquet`, a folder saved by
            `datasets`, or a Hub id. Audio paths are relative to the metadata file. A csv separated by `|` may lack a
            header, as LJSpeech's does: `ID|text` or `ID|text|normalized text`, with `wavs/ID.wav` beside it.
        split: Only the rows whose `split` column says so, or that split of a Hub dataset; `None` takes all rows of a
            metadata file. A file without that column is all "train".
        name: Configuration of a Hub dataset.
        audio_column, text_column, speaker_column, language_column: What these columns are called in the data.
        speaker, language: For data without such a column.
        on_bad: What to do with rows without text or whose file is missing: "skip" them with a warning, "raise", or
            "keep" them for a check that names them.
        transcribed: `False` also takes rows without text, and folders of sound files without metadata, which are all
            "train": for vocoders.

    Returns:
        A `datasets.Dataset`; `audio` holds paths or encoded bytes, which `prepare_speech` decodes.

    Raises:
        FileNotFoundError: Where there is nothing at `path_or_id`.
        ValueError: Where a column or a split is missing, or no row is left.

    Example:

    ```python
    held_out = load_speech("corpora/my_voice", split="test")
    print(held_out[0]["text"], held_out[0]["speaker"])
    ```
    """
    if on_bad != "keep":
        check_on_bad(on_bad)
    if not transcribed and (files := _sound_files(path_or_id)):
        rows = import_datasets().Dataset.from_dict({"audio": list(map(str, files))})
        dataset, folder = _select_split(rows, split, path_or_id), None
    else:
        given = (audio_column, text_column, speaker_column, language_column)
        dataset, folder = open_corpus(path_or_id, split, name, given)  # only the rows of `split`
    names = {"audio": audio_column, "text": text_column, "speaker": speaker_column, "language": language_column}
    if audio_column == "audio":  # `file_name` is what `audiofolder` metadata calls it, the others are common
        names["audio"] = next((each for each in AUDIO_NAMES if each in dataset.column_names), "audio")
    if not transcribed and text_column not in dataset.column_names:
        names["text"] = "text"
        dataset = _as_string(dataset, "text", None, path_or_id)
    _check_columns(dataset, names, path_or_id)
    dataset = _rename(dataset, names)
    for column, value in (("text", None), ("speaker", speaker), ("language", language)):
        dataset = _as_string(dataset, column, value, path_or_id)
    dataset = _plain_audio(dataset, folder, path_or_id)
    return dataset if on_bad == "keep" else _drop_bad(dataset, on_bad, path_or_id, transcribed)


def save_metadata(rows: Iterable[dict], path: str | Path) -> Path:
    """Write rows as jsonl, csv (`,`) or tsv (`|`), by the suffix of `path`; `load_speech` reads them back.

    Raises:
        ValueError: no rows, another suffix, or a `|` in a text for tsv.
    """
    path, rows = Path(path), list(rows)
    if not rows:
        raise ValueError(f"there are no rows to write to `{path}`: check what produced them.")
    if path.suffix not in (".jsonl", ".csv", ".tsv"):
        raise ValueError(f"`path` is `{path}`; metadata is written as `.jsonl`, `.csv` or `.tsv`.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            return path
        if path.suffix == ".tsv" and any("|" in str(value) for row in rows for value in row.values()):
            raise ValueError(f"a value holds `|`, which separates the columns of `{path.name}`: write jsonl instead.")
        dialect = Bars if path.suffix == ".tsv" else csv.excel
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n", dialect=dialect)
        writer.writeheader()
        writer.writerows(rows)
    return path


def open_corpus(
    path_or_id: str | Path, split: str | None, name: str | None, names: Iterable[str]
) -> tuple[Dataset, Path | None]:
    """The table as it is, and the folder that its audio paths are relative to (`None` for the Hub)."""
    path = Path(path_or_id)
    if path.is_dir():
        for found in (path / f"metadata{suffix}" for suffix in SUFFIXES):
            if found.is_file():
                return _select_split(_read_metadata(found, names), split, found), path
        if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
            return _one_split(import_datasets().load_from_disk(str(path)), split, path), path
        if any(path.rglob("*.parquet")):
            return _load_dataset(str(path), split, name), None
        raise ValueError(
            f"`{path}` holds no `metadata.jsonl`, `.csv`, `.tsv` or `.parquet`, and `datasets` did not save it. "
            "`tts-gan prepare --help` makes one from common corpora or from wav + txt pairs."
        )
    if path.is_file():
        return _select_split(_read_metadata(path, names), split, path), path.parent
    text = str(path_or_id)
    if text.startswith(("/", ".", "~")) or text.count("/") > 1 or path.suffix in SUFFIXES:
        raise FileNotFoundError(f"`{path_or_id}` does not exist: check the path, or give a Hub id (`user/corpus`).")
    return _load_dataset(text, split, name), None


def _load_dataset(path_or_id: str, split: str | None, name: str | None) -> Dataset:
    try:
        return _one_split(import_datasets().load_dataset(path_or_id, name), split, path_or_id)
    except ImportError as error:
        if "torchcodec" not in str(error):
            raise
        raise ValueError(
            f"`{path_or_id}` is a folder of loose audio files, which `datasets` opens only with torchcodec. Download "
            f"it (`hf download --repo-type dataset {path_or_id} --local-dir DIR`) and pass DIR, or its metadata file."
        ) from error


def _one_split(data, split: str | None, origin) -> Dataset:
    if isinstance(data, import_datasets().Dataset):
        return _select_split(data, split, origin)
    if split in data:
        return data[split]
    if split is None and len(data) == 1:
        return next(iter(data.values()))
    raise ValueError(f"`split` is {split!r}, but `{origin}` has the splits {list(data)}: name one of them.")


def _read_metadata(path: Path, names: Iterable[str]) -> Dataset:
    """The table of a file; `names` are the columns that the caller expects."""
    datasets = import_datasets()
    if path.suffix == ".parquet":
        try:
            return datasets.load_dataset("parquet", data_files=str(path), split="train")
        except Exception as error:  # of pyarrow, wrapped by `datasets` in several ways
            cause = error.__cause__ or error
            raise ValueError(f"`{path}` cannot be read as parquet ({cause}): write or download it again.") from error
    if path.suffix not in SUFFIXES:
        raise ValueError(f"`{path}` is not metadata: needs one of {', '.join(SUFFIXES)}.")
    rows = read_jsonl(path) if path.suffix == ".jsonl" else read_csv(path, names)
    if not rows:
        raise ValueError(f"`{path}` has no rows: write one row per recording.")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    _check_values(rows, {*names, "audio", "file_name"}, path)
    try:
        return datasets.Dataset.from_dict({column: [row.get(column) for row in rows] for column in columns})
    except (TypeError, ValueError, OverflowError) as error:  # what pyarrow raises
        raise ValueError(f"`{path}` mixes kinds of values in a column ({error}): write numbers or text.") from error


def _check_values(rows: list[dict], names: Iterable[str], origin) -> None:
    """The columns that are read hold text or numbers (or, of a recording, its path and bytes)."""
    for number, row in enumerate(rows, start=1):
        for name in names:
            value = row.get(name)
            if isinstance(value, list) or (isinstance(value, dict) and not {"path", "bytes"} & set(value)):
                raise ValueError(f"`{origin}` row {number}: `{name}` is a {type(value).__name__}; needs text.")
            if isinstance(value, int) and abs(value) >= 2**63:
                raise ValueError(
                    f"`{origin}` row {number}: `{name}` is a number of {value.bit_length()} bits, too large."
                )


def _check_columns(dataset: Dataset, names: dict[str, str], origin) -> None:
    """`audio` and `text` must be there; the others only if the caller named them."""
    for column, given in names.items():
        wanted = column in ("audio", "text") or given != column
        if wanted and given not in dataset.column_names:
            raise ValueError(
                f"`{origin}` has no column `{given}`; it has {dataset.column_names}. Name the right one with "
                f"`{column}_column`."
            )


def _select_split(dataset: Dataset, split: str | None, origin) -> Dataset:
    """The rows of `split` by the `split` column; without that column everything is "train"."""
    values = dataset["split"][:] if "split" in dataset.column_names else ["train"] * len(dataset)
    keep = [index for index, value in enumerate(values) if split in (None, value)]
    if not keep:
        known = sorted(set(map(str, values)))
        raise ValueError(
            f"`split` is {split!r}, but `{origin}` has {known}: name one, or add a `split` column. To train without "
            'evaluation, give `--eval_split ""`.'
        )
    return dataset if len(keep) == len(dataset) else dataset.select(keep)


def _rename(dataset: Dataset, names: dict[str, str]) -> Dataset:
    for column, given in names.items():
        if given != column:
            if column in dataset.column_names:  # `text_column="normalized"` beside another `text`
                dataset = dataset.remove_columns(column)
            dataset = dataset.rename_column(given, column)
    return dataset


def _as_string(dataset: Dataset, column: str, value: str | None, origin) -> Dataset:
    """Numbers become strings; a column that is not there is filled with `value`."""
    string = import_datasets().Value("string")
    if column not in dataset.column_names:
        return dataset.add_column(column, [value] * len(dataset), feature=string)
    if dataset.features[column] == string:
        return dataset
    try:
        return dataset.cast_column(column, string)
    except Exception as error:  # of pyarrow: lists, structures, bytes that are no text
        raise ValueError(
            f"`{origin}` has `{dataset.features[column]}` in the column `{column}`, in row 1 "
            f"{str(dataset[0][column])[:100]}; needs text or numbers ({error})."
        ) from error


def _plain_audio(dataset: Dataset, folder: Path | None, origin) -> Dataset:
    """`Audio` features stop decoding; paths become absolute (those of a Hub dataset are already)."""
    datasets = import_datasets()
    feature = dataset.features["audio"]
    if isinstance(feature, datasets.Audio):
        dataset = dataset.cast_column("audio", datasets.Audio(decode=False))
        feature = {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}
    plain = isinstance(feature, datasets.Value) and feature.dtype in ("string", "large_string", "null")
    stored = isinstance(feature, dict) and set(feature) <= {"bytes", "path"}
    if not plain and not stored:
        raise ValueError(
            f"`{origin}` has `{feature}` in the column of its recordings, in row 1 {str(dataset[0]['audio'])[:100]}; "
            "needs paths, or files as `{'bytes', 'path'}`: name the right column with `audio_column`."
        )
    if folder is None:
        return dataset
    if plain:
        files = Folder(folder)
        paths = [_path(files, value) for value in dataset["audio"]]
        return dataset.remove_columns("audio").add_column("audio", paths, feature=datasets.Value("string"))
    return dataset.map(_absolute_path, fn_kwargs={"folder": os.path.abspath(folder)}, input_columns="audio")


def _path(files: Folder, name: str | None) -> str | None:
    """The absolute path of a recording; where there is none, the one it should have."""
    if not name or not name.strip():
        return None
    return str(files.find(name) or files.find_sound(name) or os.path.join(files.path, name))


def _absolute_path(audio: dict | None, folder: str) -> dict:
    """For stored `{"bytes", "path"}`: only a path without bytes is ever opened."""
    audio = {"bytes": None, "path": None, **(audio or {})}
    if audio["bytes"] is None and audio["path"]:
        audio = {**audio, "path": os.path.join(folder, audio["path"])}
    return {"audio": audio}


def _sound_files(path: str | Path) -> list[Path]:
    """The sound files in and below a folder that has no metadata."""
    if not Path(path).is_dir() or any(Path(path, f"metadata{suffix}").is_file() for suffix in SUFFIXES):
        return []
    return Folder(path).sounds()


def _drop_bad(dataset: Dataset, on_bad: str, origin, transcribed: bool) -> Dataset:
    """Leave out rows without text or whose audio file is not there; the audio itself is not opened."""
    report, keep = SpeechReport(), []
    paths = dataset["audio"][:] if dataset.features["audio"] == import_datasets().Value("string") else None
    for index, text in enumerate(dataset["text"]):
        name = f"row {index}" if paths is None else audio_name(Path(paths[index] or f"row {index}").name)
        if transcribed and not str(text or "").strip():
            report.add_bad("empty text", name)
        elif paths is not None and (reason := why_no_file(paths[index]) if paths[index] else "has no path"):
            missing = audio_name(paths[index]) if paths[index] else name
            report.add_bad("missing", missing if reason == "does not exist" else f"{missing} {reason}")
        else:
            keep.append(index)
    report.kept = len(keep)
    if report.bad and (on_bad == "raise" or not keep):
        kind, names = next(iter(report.bad.items()))
        raise ValueError(
            f"`{origin}` has {len(names)} bad rows of {len(dataset)} ({kind}), first `{names[0]}`: mend or drop them."
        )
    if report.bad:
        logger.warning("`%s`: %s", origin, report)
    return dataset.select(keep) if report.bad else dataset


def check_on_bad(on_bad: str) -> None:
    """What to do with a row that cannot be used is `skip` or `raise`."""
    if on_bad not in ("skip", "raise"):
        raise ValueError(f"`on_bad` is {on_bad!r}; needs 'skip' or 'raise'.")


def import_datasets():
    """The `datasets` package, or an error that names the extra which brings it."""
    return require("datasets", "Loading a corpus", extra="train")
