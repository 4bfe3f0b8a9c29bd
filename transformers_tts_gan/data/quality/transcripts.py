"""Does a recording say its text? The transcript of a recognizer, and the score of a model's aligner.

Enter: rows of a corpus and a recognizer. Leaves: for each row a [`TranscriptCheck`]: what was transcribed, and which
share of the phones of the text was wrong. Phones, not words: "Steels" and "Steele's" are the same sound, and so are 他
and 她.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from ...audio.io import read_audio
from ...audio.loudness import normalize_loudness
from ...audio.trim import trim_silence
from ...metrics.asr import RECOGNIZER_RATE, Recognizer, VoskRecognizer
from ...models.aligner import frame_to_phone
from ...models.modeling_tts_gan import TTSGanModel
from ...models.processing_tts_gan import TTSGanProcessor
from ...utils.require import require
from .measure import text_phones


PACK_SECONDS = 27.0  # Whisper works on 30 s at a time, however little is said in them
GAP_SECONDS = 0.7


@dataclass
class TranscriptCheck:
    """How the transcript of a row differs from its text.

    Args:
        phone_error: Wrong, missing and added phones as a share of those of the text.
        syllables: How many more the transcript has than the text, of Chinese. A recognizer may take a word for
            another, but seldom misses or adds a syllable, so that one short word that the text lacks shows here.
        text: The transcript; empty where the row was not suspected and so never transcribed alone.
    """

    phone_error: float
    syllables: int = 0
    text: str = ""


def transcribe_rows(
    rows: list[dict],
    recognizer: Recognizer,
    language: str,
    suspect: float,
    cache: Path | None = None,
) -> list[TranscriptCheck]:
    """Transcribe every row; the rows must have a readable recording and text.

    Vosk gets each row alone. Others get several recordings in one go with pauses between them, which costs Whisper
    little more than one, and the phones of the transcript are laid along those of all their texts. Rows that then have
    `suspect` or more of their phones wrong, or another number of syllables, are transcribed again alone, and the
    better of the two results counts. Where it is still as bad, so are the rows beside them, and only that counts: a
    text that is not in the sound takes up phones of its neighbors.

    Args:
        language: Of rows that name none, and of the recognizer.
        suspect: Share of wrong phones.
        cache: A jsonl file that keeps the transcripts: a run that was cut off goes on, a second one is quick.
    """
    known = _Cache(cache)
    waves = ((number, _speech(row["audio"])) for number, row in enumerate(rows))
    found: list[TranscriptCheck | None] = [None] * len(rows)
    most = 0.0 if isinstance(recognizer, VoskRecognizer) else PACK_SECONDS
    with tqdm(total=len(rows), desc="Transcribing", unit="row", disable=None) as bar:
        for pack in _packs(waves, most, known, rows, found, bar):
            checks = _transcribe_pack(pack, rows, recognizer, language, suspect)
            for (number, wave), transcript in zip(pack, checks, strict=True):
                found[number] = transcript
                known.add(wave, rows[number], transcript)
            bar.update(len(pack))
    return [transcript for transcript in found if transcript is not None]  # all of them: the packs hold every row


def _transcribe_pack(pack: list[tuple[int, np.ndarray]], rows, recognizer, language, suspect) -> list[TranscriptCheck]:
    """A transcript for each row of a pack; see `transcribe_rows`."""
    said = [text_phones(rows[number]["text"], rows[number].get("language") or language) for number, _ in pack]
    transcribed = recognizer.transcribe(_joined([wave for _, wave in pack]), RECOGNIZER_RATE)
    together = [
        TranscriptCheck(wrong / len(phones), more)
        for phones, (wrong, more) in zip(
            said, errors_by_part(said, _transcript_phones(transcribed, language)), strict=True
        )
    ]
    if len(pack) == 1:
        return [replace(together[0], text=transcribed)]

    def doubtful(transcript: TranscriptCheck) -> bool:
        return transcript.phone_error >= suspect or transcript.syllables != 0

    found: dict[int, TranscriptCheck] = {}
    waiting = [place for place, transcript in enumerate(together) if doubtful(transcript)]
    while waiting:
        place = waiting.pop()
        text, first = recognizer.transcribe(pack[place][1], RECOGNIZER_RATE), together[place]
        ((wrong, more),) = errors_by_part([said[place]], _transcript_phones(text, language))
        found[place] = transcript = TranscriptCheck(wrong / len(said[place]), more, text)
        if doubtful(first):
            transcript.phone_error = min(transcript.phone_error, first.phone_error)
            transcript.syllables = min(transcript.syllables, first.syllables, key=abs)
        if doubtful(transcript):
            waiting += {place - 1, place + 1} & set(range(len(pack))) - set(found) - set(waiting)
    return [found.get(place, transcript) for place, transcript in enumerate(together)]


def errors_by_part(said: list[list[str]], transcribed: list[str]) -> list[tuple[int, int]]:
    """Wrong phones and syllables too many in each of several texts spoken one after the other, as phones.

    What was added between two texts counts for both.

    >>> errors_by_part([["n", "i3"], ["h", "ao3"]], ["n", "i3", "h", "ao3", "m", "a5"])
    [(0, 0), (2, 1)]
    """
    jiwer = require("jiwer", "Comparing with a transcription", extra="eval")
    if not transcribed:
        return [(len(phones), -syllables(phones)) for phones in said]
    whole = [phone for phones in said for phone in phones]
    part = np.repeat(np.arange(len(said)), [len(phones) for phones in said])
    errors, more = np.zeros((2, len(said)), dtype=int)
    for chunk in jiwer.process_words([" ".join(whole)], [" ".join(transcribed)]).alignments[0]:
        new = transcribed[chunk.hyp_start_idx : chunk.hyp_end_idx]
        if chunk.type == "insert":
            beside = {part[max(chunk.ref_start_idx - 1, 0)], part[min(chunk.ref_start_idx, len(part) - 1)]}
            errors[list(beside)] += len(new)
            more[list(beside)] += syllables(new)
        elif chunk.type != "equal":
            for place in range(chunk.ref_start_idx, chunk.ref_end_idx):
                errors[part[place]] += 1
                more[part[place]] -= syllables(whole[place : place + 1])
            for place, phone in enumerate(new, chunk.ref_start_idx):
                more[part[place]] += syllables([phone])
    return list(zip(errors.tolist(), more.tolist(), strict=True))


def syllables(phones: list[str]) -> int:
    """How many Chinese syllables, each with one final and its tone. None of English, where a name that the recognizer
    does not know often has one too many, and a missing word has phones enough to be found by them.

    >>> syllables(["n", "i3", "h", "ao3"]), syllables(["HH", "AH", "L", "OW"])
    (2, 0)
    """
    return sum(phone[-1].isdigit() for phone in phones)


def _transcript_phones(text: str, language: str) -> list[str]:
    """Recognizers write notes and other languages where there is no speech: that counts as no phones."""
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


def _packs(waves: Iterable, most: float, known: "_Cache", rows, found, bar) -> Iterator[list[tuple[int, np.ndarray]]]:
    """Numbers and waveforms of rows transcribed together, up to `most` seconds or one; `found` gets the known."""
    pack: list[tuple[int, np.ndarray]] = []
    seconds = 0.0
    for number, wave in waves:
        if (transcript := known.get(wave, rows[number])) is not None:
            found[number] = transcript
            bar.update()
            continue
        length = len(wave) / RECOGNIZER_RATE + GAP_SECONDS
        if pack and seconds + length > most:
            yield pack
            pack, seconds = [], 0.0
        pack.append((number, wave))
        seconds += length
    if pack:
        yield pack


class AlignmentScorer:
    """Scores how well texts fit a recording, by the aligner of a model of the same language; the speaker may differ.

    The score is the mean over frames of the log-probability of the phone that the best path puts there. 40 held-out
    recordings of kathleen and their own texts score higher than with any of 9 other texts each.
    """

    def __init__(self, model: TTSGanModel, processor: TTSGanProcessor):
        self.model, self.processor = model.float().eval(), processor

    @torch.inference_mode()
    def __call__(self, row: dict, texts: list[str]) -> list[float]:
        """One score for each text, 0 at best; minus infinity for one with more phones than there are frames.

        NaN where the model does not speak the language of the row.
        """
        if row.get("language") and row["language"] not in self.processor.languages:
            return [float("nan")] * len(texts)
        rate, hop = self.processor.sampling_rate, self.model.config.hop_length
        wave = normalize_loudness(trim_silence(read_audio(row["audio"], rate), rate))
        frames = len(wave) // hop
        language = row.get("language") or None
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
    """Transcripts of earlier runs, by sound and text; a file that grows by one line for each row."""

    def __init__(self, path: Path | None):
        self.path, self.known = path, {}
        if path is not None and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            entries = [json.loads(line) for line in lines if line.endswith("}")]  # the last may have been cut off
            self.known = {
                entry["key"]: TranscriptCheck(entry["phone_error"], entry["syllables"], entry["text"])
                for entry in entries
            }

    def key(self, wave: np.ndarray, row: dict) -> str:
        samples = (wave * 2**15).astype(np.int16).tobytes()
        return hashlib.sha256(samples + row["text"].encode()).hexdigest()[:24]

    def get(self, wave: np.ndarray, row: dict) -> TranscriptCheck | None:
        return self.known.get(self.key(wave, row))

    def add(self, wave: np.ndarray, row: dict, transcript: TranscriptCheck) -> None:
        if self.path is not None:
            entry = {"key": self.key(wave, row), "phone_error": transcript.phone_error}
            entry |= {"syllables": transcript.syllables, "text": transcript.text}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
