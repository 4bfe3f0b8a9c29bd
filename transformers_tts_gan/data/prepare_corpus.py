"""A corpus as it was published becomes one that training reads: wavs, `metadata.jsonl`, and what was left out.

Nothing is lost without a word: what cannot be used is counted in the report and named in `left_out.txt`.
"""

import logging
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
from tqdm.auto import tqdm

from ..audio.io import AudioError, file_rate, read_audio, write_audio
from ..audio.trim import trim_silence
from .files import read_lines
from .held_out import choose_held_out, fewest_held_out, find_held_out
from .load import SpeechReport, check_on_bad, save_metadata
from .recipes.aishell3 import AISHELL3
from .recipes.allison import ALLISON, G722_RATE, PACKAGES, decode_g722, fetch_debian_packages
from .recipes.baker import BAKER
from .recipes.clip import Clip, Recipe
from .recipes.folder import FOLDER
from .recipes.ljspeech import LJSPEECH


logger = logging.getLogger(__name__)

RECIPES: dict[str, Recipe] = {
    "allison": ALLISON,
    "ljspeech": LJSPEECH,
    "aishell3": AISHELL3,
    "baker": BAKER,
    "folder": FOLDER,
}


@dataclass
class PreparedCorpus:
    """What [`prepare_corpus`] wrote; `str(prepared)` is a summary of a few lines.

    Args:
        destination: The folder.
        recordings: How many there are, by split.
        seconds: How long they are together, by split.
        report: What was left out, by kind.
    """

    destination: Path
    recordings: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    report: SpeechReport = field(default_factory=SpeechReport)

    def __str__(self) -> str:
        amounts = [
            f"{split}: {self.recordings[split]} recordings, {self.seconds[split] / 3600:.3f} h"
            for split in ("train", "test")
        ]
        lines = [f"{self.destination}: {'; '.join(amounts)}.", *str(self.report).splitlines()[1:]]
        lines += ["All of them are named in `left_out.txt`."] * bool(self.report.bad)
        if self.recordings["train"] and not self.recordings["test"]:
            lines.append(
                "Nothing is held out of so few: hold out more by `--test_every 5`, or train without evaluation by "
                '`--eval_split ""`.'
            )
        return "\n".join(lines)


def prepare_corpus(
    corpus: str,
    source: str | Path | None,
    destination: str | Path,
    *,
    test_every: int | None = None,
    min_words: int = 3,
    held_out: str | Path | None = None,
    sampling_rate: int | None = None,
    speakers: Sequence[str] = (),
    speaker: str = "speaker",
    language: str | None = None,
    on_bad: str = "skip",
    overwrite: bool = False,
) -> PreparedCorpus:
    """Turn a published corpus into wavs without quiet edges, `metadata.jsonl` and a README.

    Args:
        corpus: "allison", "ljspeech", "aishell3", "baker" or "folder".
        source: The folder of the corpus as it was unpacked; `None` downloads it ("allison" only).
        destination: The folder to make.
        test_every: Every so manieth sentence by sorted name is held out; by default by corpus, and more where that
            would be fewer than 30 of 300 recordings, or than a tenth of fewer.
        min_words: A held-out text has at least so many words.
        held_out: A file with the texts to hold out instead, or their digests, one on each line: what another voice of
            this corpus held out.
        sampling_rate: Of the wavs, in Hz; by default as recorded.
        speakers: Only these ("aishell3").
        speaker: A name for who speaks ("folder").
        language: Of the texts, such as "en"; needed by "folder".
        on_bad: "skip" leaves out what cannot be used and names it; "raise" stops at the first such recording.
        overwrite: Whether a destination that holds a corpus already may be written over.

    Raises:
        FileNotFoundError: The source holds no such corpus.
        FileExistsError: The destination holds a corpus already.
        ValueError: An argument cannot be used, or no recording is left.

    Example:
        >>> print(prepare_corpus("folder", "my_recordings", "corpora/mine", language="en"))  # doctest: +SKIP
        corpora/mine: train: 19 recordings, 0.026 h; test: 1 recordings, 0.001 h.
    """
    check_on_bad(on_bad)
    recipe, destination = _recipe(corpus, language), Path(destination)
    if test_every is not None and test_every < 2:
        raise ValueError(f"`test_every` is {test_every}; needs 2 or more.")
    if held_out is not None and not Path(held_out).is_file():
        raise ValueError(f"`held_out` is `{held_out}`, which is not a file: give one with a text on each line.")
    _check_folders(corpus, source, destination, overwrite)
    prepared = PreparedCorpus(destination)
    given = {"speakers": speakers, "speaker": speaker, "language": language}
    options = {name: given[name] for name in recipe.options}
    with tempfile.TemporaryDirectory() as scratch:
        folder = fetch_debian_packages(PACKAGES, Path(scratch)) if source is None else Path(source)
        clips = _own_names(recipe.clips(folder, prepared.report, **options), prepared.report)
        if not clips:
            raise ValueError(f"no recording with a text was found in `{folder}`.\n{prepared.report}")
        fewest = fewest_held_out(len(clips)) if test_every is None else 0
        chosen = choose_held_out(clips, test_every or recipe.test_every, min_words, fewest)
        if held_out is not None:
            chosen, missing = find_held_out(clips, (line for _, line in read_lines(held_out)))
            if missing:
                logger.warning("%d of the texts to hold out are not in this corpus.", missing)
        _write_clips(clips, chosen, prepared, sampling_rate, on_bad)
    about = [f"# {corpus}", recipe.about, f"Made by `transformers_tts_gan` (recipe `{corpus}`).", str(prepared)]
    (destination / "README.md").write_text("\n\n".join(about) + "\n", encoding="utf-8")
    return prepared


def _recipe(corpus: str, language: str | None) -> Recipe:
    if corpus not in RECIPES:
        raise ValueError(f"`corpus` is {corpus!r}; needs one of {', '.join(RECIPES)}.")
    if "language" in RECIPES[corpus].options and language is None:
        raise ValueError(f"`language` is missing: `{corpus}` needs the language of its texts, such as `en`.")
    return RECIPES[corpus]


def _check_folders(corpus: str, source: str | Path | None, destination: Path, overwrite: bool) -> None:
    if source is None and corpus != "allison":
        raise ValueError(f"`source` is missing: give the folder of `{corpus}` as it was unpacked.")
    if source is not None and not Path(source).is_dir():
        raise FileNotFoundError(f"`{source}` is not a folder: give the corpus as it was unpacked.")
    if source is not None and destination.exists() and destination.samefile(source):
        raise ValueError(f"`{destination}` is the source itself, whose recordings would be lost: give another folder.")
    if (destination / "metadata.jsonl").exists() and not overwrite:
        raise FileExistsError(
            f"`{destination}` holds a corpus already: give another folder, or allow to overwrite it."
        )


def _own_names(found: Iterable[Clip], report: SpeechReport) -> list[Clip]:
    """Clips with names that differ, also where capitals do not count, and that stay within the destination."""
    clips: list[Clip] = []
    taken: set[str] = set()
    for clip in sorted(found, key=lambda clip: (clip.name, str(clip.source))):
        parts = PurePosixPath(clip.name.replace("\\", "/")).parts
        if not parts or ".." in parts or parts[0] == "/" or ":" in parts[0] or not clip.name.isprintable():
            report.add_bad("name", f"{clip.name!r} leads out of the destination, or cannot be a file name")
            continue
        name, number = clip.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{clip.name}-{number}"
        if number > 1:
            logger.warning("`%s` becomes `%s.wav`: another recording has its name.", clip.source, name)
        taken.add(name.casefold())
        clips.append(replace(clip, name=name))
    return clips


def _write_clips(
    clips: list[Clip], held_out: set[str], prepared: PreparedCorpus, sampling_rate: int | None, on_bad: str
) -> None:
    """Write the wavs, `metadata.jsonl` and `left_out.txt`."""
    folder, rows = prepared.destination, []
    for clip in tqdm(clips, desc=f"Writing {folder}", unit="file", disable=None):
        try:
            wave, rate = _read_clip(clip.source, sampling_rate)
        except AudioError as error:
            if on_bad == "raise":
                raise
            prepared.report.add_bad(error.kind, str(error))
            continue
        wave = trim_silence(wave, rate)
        path = write_audio(folder / "wavs" / f"{clip.name}.wav", wave, rate)
        split = "test" if clip.name in held_out else "train"
        prepared.recordings[split] += 1
        prepared.seconds[split] += len(wave) / rate
        row = {"audio": path.relative_to(folder).as_posix(), "text": clip.text, "speaker": clip.speaker}
        row |= {"language": clip.language, "split": split}
        rows.append(row | ({"pinyin": clip.pinyin} if clip.pinyin else {}))
    prepared.report.kept, prepared.report.seconds = len(rows), sum(prepared.seconds.values())
    if not rows:
        raise ValueError(f"no recording is left for `{folder}`.\n{prepared.report}")
    save_metadata(rows, folder / "metadata.jsonl")
    left_out = [f"{kind}: {name}\n" for kind, names in sorted(prepared.report.bad.items()) for name in names]
    (folder / "left_out.txt").write_text("".join(left_out), encoding="utf-8", errors="backslashreplace")
    logger.log(logging.WARNING if left_out else logging.INFO, "%s", prepared)


def _read_clip(path: Path, sampling_rate: int | None) -> tuple[np.ndarray, int]:
    """The waveform `(S,)` and its rate in Hz."""
    if path.suffix == ".g722":
        rate = sampling_rate or G722_RATE
        return read_audio({"array": decode_g722(path), "sampling_rate": G722_RATE, "path": path}, rate), rate
    rate = sampling_rate or file_rate(path)
    return read_audio(path, rate), rate
