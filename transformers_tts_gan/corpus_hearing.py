"""Does a recording say its text? A recogniser's answer, and that of a voice's own aligner.

Enter: rows of a corpus and a judge. Leaves: for each row a [`Hearing`]: what was heard, and which share of the text's
phones was wrong. Phones, not words: "Steels" and "Steele's" are the same sound, and so are 他 and 她.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from .alignment import frame_to_phone
from .audio import normalize_loudness, read_audio, trim_silence
from .corpus_measure import text_phones
from .modeling_tts_gan import TTSGanModel
from .processing_tts_gan import TTSGanProcessor
from .recognition import EXTRA, RECOGNIZER_RATE, Recognizer


PACK_SECONDS = 27.0  # Whisper works on 30 s at a time, however little is said in them
GAP_SECONDS = 0.7


@dataclass
class Hearing:
    """What a recogniser heard of a row.

    Args:
        phone_error: Wrong, missing and added phones as a share of those of the text.
        text: What was heard; empty where the row was not suspected and so never heard alone.
    """

    phone_error: float
    text: str = ""


def hear_rows(
    rows: list[dict],
    recognizer: Recognizer,
    language: str,
    suspect: float,
    cache: Path | None = None,
) -> list[Hearing]:
    """Hear every row; the rows must have a readable recording and text.

    Several recordings are heard in one go with pauses between them, which costs Whisper little more than one, and the
    phones heard are laid along those of all their texts. Rows that then have `suspect` or more of their phones wrong
    are heard again alone, and the better of the two results counts.

    Args:
        language: Of rows that name none, and of the recogniser.
        suspect: Share of wrong phones.
        cache: A jsonl file that keeps what was heard: a run that was cut off goes on, a second one is quick.
    """
    known = _Cache(cache)
    waves = ((number, _speech(row["audio"])) for number, row in enumerate(rows))
    found: list[Hearing | None] = [None] * len(rows)
    with tqdm(total=len(rows), desc="Hearing", unit="row", disable=None) as bar:
        for pack in _packs(waves, known, rows, found, bar):
            said = [text_phones(rows[number]["text"], rows[number].get("language") or language) for number, _ in pack]
            heard = recognizer.transcribe(_joined([wave for _, wave in pack]), RECOGNIZER_RATE)
            errors = errors_by_part(said, _heard_phones(heard, language))
            for (number, wave), phones, wrong in zip(pack, said, errors, strict=True):
                found[number] = Hearing(wrong / len(phones), heard if len(pack) == 1 else "")
                if found[number].phone_error >= suspect and len(pack) > 1:
                    alone = recognizer.transcribe(wave, RECOGNIZER_RATE)
                    wrong = min(wrong, *errors_by_part([phones], _heard_phones(alone, language)))
                    found[number] = Hearing(wrong / len(phones), alone)
                known.add(wave, rows[number], found[number])
            bar.update(len(pack))
    return found


def errors_by_part(said: list[list[str]], heard: list[str]) -> list[int]:
    """Errors in each of several texts that were heard one after the other, all as phones.

    What was added between two texts counts for both.

    >>> errors_by_part([["a", "b"], ["c", "d", "e"]], ["a", "b", "c", "x", "e"])
    [0, 1]
    """
    try:
        import jiwer
    except ImportError as error:
        raise ImportError(f"comparing with what was heard needs `jiwer`: {EXTRA}.") from error
    whole = [phone for phones in said for phone in phones]
    part = np.repeat(np.arange(len(said)), [len(phones) for phones in said])
    errors = np.zeros(len(said), dtype=int)
    if not heard:
        return [len(phones) for phones in said]
    for chunk in jiwer.process_words([" ".join(whole)], [" ".join(heard)]).alignments[0]:
        if chunk.type == "insert":
            beside = {part[max(chunk.ref_start_idx - 1, 0)], part[min(chunk.ref_start_idx, len(part) - 1)]}
            errors[list(beside)] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            np.add.at(errors, part[chunk.ref_start_idx : chunk.ref_end_idx], 1)
    return errors.tolist()


def _heard_phones(text: str, language: str) -> list[str]:
    """Recognisers write notes and other languages where they hear no speech: nothing that counts was heard."""
    try:
        return text_phones(text, language)
    except ValueError:
        return []


def _speech(source) -> np.ndarray:
    wave = trim_silence(read_audio(source, RECOGNIZER_RATE), RECOGNIZER_RATE)
    return normalize_loudness(wave)


def _joined(waves: list[np.ndarray]) -> np.ndarray:
    gap = np.zeros(round(GAP_SECONDS * RECOGNIZER_RATE), dtype=np.float32)
    return np.concatenate([part for wave in waves for part in (wave, gap)][:-1])


def _packs(waves: Iterable, known: "_Cache", rows, found, bar) -> Iterator[list[tuple[int, np.ndarray]]]:
    """Numbers and waveforms of rows that are heard together; those heard before are filled into `found`."""
    pack, seconds = [], 0.0
    for number, wave in waves:
        if (hearing := known.get(wave, rows[number])) is not None:
            found[number] = hearing
            bar.update()
            continue
        length = len(wave) / RECOGNIZER_RATE + GAP_SECONDS
        if pack and seconds + length > PACK_SECONDS:
            yield pack
            pack, seconds = [], 0.0
        pack.append((number, wave))
        seconds += length
    if pack:
        yield pack


class AlignmentJudge:
    """Scores how well texts fit a recording, by the aligner of a voice of the same language; the speaker may differ.

    The score is the mean over frames of the log-probability of the phone that the best path puts there. 40 held-out
    recordings of kathleen and their own texts score higher than with any of 9 other texts each.
    """

    def __init__(self, model: TTSGanModel, processor: TTSGanProcessor):
        self.model, self.processor = model.float().eval(), processor

    @torch.inference_mode()
    def __call__(self, row: dict, texts: list[str]) -> list[float]:
        """One score for each text, 0 at best; minus infinity for one with more phones than there are frames."""
        rate, hop = self.processor.sampling_rate, self.model.config.hop_length
        wave = normalize_loudness(trim_silence(read_audio(row["audio"], rate), rate))
        frames = len(wave) // hop
        language = row.get("language") if row.get("language") in self.processor.languages else None
        speaker = row.get("speaker") if row.get("speaker") in self.processor.speakers else None
        inputs = self.processor(texts, language=language, speaker=speaker)
        length = inputs["attention_mask"].sum(1)
        fitting = torch.nonzero((length < frames) & (length <= self.model.config.max_phones))[:, 0]
        scores = [float("-inf")] * len(texts)
        if not len(fitting):
            return scores
        labels = torch.from_numpy(wave[: frames * hop]).expand(len(fitting), -1)
        known = {
            name: inputs[name][fitting]
            for name in ("input_ids", "attention_mask", "speaker_id", "language_id")
            if name in inputs
        }
        output = self.model(**known, labels=labels, align_only=True)
        for number, durations, frame_scores in zip(fitting.tolist(), output.durations, output.alignment, strict=True):
            phone = frame_to_phone(durations[None, : int(length[number])], frames)[0]  # (F,)
            chosen = frame_scores[:, : int(length[number])].log_softmax(-1).gather(1, phone[:, None])
            scores[number] = float(chosen.mean())
        return scores


class _Cache:
    """What was heard before, by sound and text; a file that grows by one line for each row."""

    def __init__(self, path: Path | None):
        self.path, self.known = path, {}
        if path is not None and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            entries = [json.loads(line) for line in lines if line.endswith("}")]  # the last may have been cut off
            self.known = {entry["key"]: Hearing(entry["phone_error"], entry["heard"]) for entry in entries}

    def key(self, wave: np.ndarray, row: dict) -> str:
        samples = (wave * 2**15).astype(np.int16).tobytes()
        return hashlib.sha256(samples + row["text"].encode()).hexdigest()[:24]

    def get(self, wave: np.ndarray, row: dict) -> Hearing | None:
        return self.known.get(self.key(wave, row))

    def add(self, wave: np.ndarray, row: dict, hearing: Hearing) -> None:
        if self.path is not None:
            entry = {"key": self.key(wave, row), "phone_error": hearing.phone_error, "heard": hearing.text}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
