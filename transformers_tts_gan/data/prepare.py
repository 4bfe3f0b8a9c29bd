"""From rows of a corpus to numbers that a model can be trained on; each recording is decoded once.

A prepared row holds `waveform` (int16 `(S,)`, a whole number of frames, trimmed and at one loudness), `f0` (`(F,)` in
Hz; not for VITS), `frames` (their number F) and what the processor makes of the text. A recording of a lower rate than
the model's gets a mirror image of its highs, so that no band of its frames is empty.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm.auto import tqdm

from ..audio.band import mirror_band
from ..audio.io import AudioError, audio_name, file_rate, read_audio
from ..audio.loudness import normalize_loudness
from ..audio.pitch import fundamental_frequency
from ..audio.trim import trim_silence
from ..models.configuration_tts_gan import TTSGanVocoderConfig
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.vits.processor import VitsProcessor
from ..models.vits.spectrogram import VitsFrames
from .load import SpeechReport, check_on_bad, import_datasets


if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)

LOUDNESS_DB = -23.0


class PrepareSpeech:
    """Turns one row of a corpus, as `load_speech` gives it, into numbers that a model is trained on.

    A call returns `waveform` (int16 `(S,)`, a whole number of frames), `f0` (Hz, `(F,)`, 0 where unvoiced), `frames`
    (F), and with a processor `text` and what it makes of it, such as `input_ids` `(T,)`.

    Args:
        config: Of the vocoder: its `sampling_rate` in Hz, `hop_length` and `n_fft` in samples; those of a `VitsModel`
            are `VitsFrames.of(model.config)`, which needs no F0.
        processor: Reads the texts; left out for a vocoder, which needs none.
        min_seconds: Shorter recordings are refused.
        max_seconds: Longer recordings are refused.

    Raises:
        AudioError: On a call, a `ValueError` for a recording or a text that cannot be used; its `kind` says why.

    Example:

    ```python
    prepare = PrepareSpeech(model.config.vocoder_config, processor)
    row = prepare({"audio": "hello.wav", "text": "Hello.", "language": "en"})
    ```
    """

    def __init__(
        self,
        config: TTSGanVocoderConfig | VitsFrames,
        processor: TTSGanProcessor | VitsProcessor | None = None,
        min_seconds: float = 0.3,
        max_seconds: float = 15.0,
    ):
        self.config, self.processor = config, processor
        self.min_seconds, self.max_seconds = min_seconds, max_seconds
        self.lower_rates: set[int] = set()  # that were met and warned of

    def __call__(self, row: dict) -> dict:
        prepared = self.sound(row["audio"])
        if self.processor is None:
            return prepared
        if row.get("text") is None or not str(row["text"]).strip():
            raise AudioError(
                "empty text", f"`{audio_name(row['audio'])}` has no text; every recording needs its words."
            )
        try:
            prepared.update(self.processor.encode(row["text"], row.get("language"), row.get("speaker")))
            prepared["text"] = str(row["text"])
        except ValueError as error:
            raise AudioError("text", f"`{audio_name(row['audio'])}`: {error}") from error
        if (phones := len(prepared["input_ids"])) > prepared["frames"]:
            raise AudioError(
                "too fast",
                f"`{audio_name(row['audio'])}` has {phones} phones in {prepared['frames']} frames: check its text.",
            )
        return prepared

    def sound(self, source) -> dict:
        """Samples as int16 of a recording, and its F0 where it is needed."""
        config = self.config
        wave = read_audio(source, config.sampling_rate, self.min_seconds, self.max_seconds)
        if (rate := file_rate(source)) < config.sampling_rate:
            wave = mirror_band(wave, config.sampling_rate, rate)
            self.warn_of(rate, source)
        wave = normalize_loudness(trim_silence(wave, config.sampling_rate), LOUDNESS_DB)
        frames = len(wave) // config.hop_length
        wave = wave[: frames * config.hop_length]
        if len(wave) < config.n_fft:
            raise AudioError(
                "too short", f"`{audio_name(source)}` has {len(wave) / config.sampling_rate:.2f} s of sound."
            )
        found = {"waveform": np.round(wave * 32767).astype(np.int16), "frames": frames}
        if isinstance(config, VitsFrames):
            return found
        f0 = fundamental_frequency(torch.from_numpy(wave)[None], config.sampling_rate, config.hop_length)[0]
        return found | {"f0": f0.numpy()}

    def warn_of(self, rate: int, source) -> None:
        """Say once that recordings of a rate in Hz have no highs of their own."""
        if rate not in self.lower_rates:
            self.lower_rates.add(rate)
            logger.warning(
                "`%s` is recorded at %d Hz, and the model speaks at %d Hz: what it lacks above is made of what lies "
                "below. Recordings of %d Hz or more sound better.",
                *(audio_name(source), rate, self.config.sampling_rate, self.config.sampling_rate),
            )


def prepare_speech(dataset: Dataset, prepare: PrepareSpeech, on_bad: str = "skip") -> tuple[Dataset, SpeechReport]:
    """Prepare every row and leave out (`on_bad="skip"`) or refuse (`"raise"`) what cannot be used.

    Args:
        dataset: Rows as `load_speech` gives them.
        prepare: What turns a row into numbers.
        on_bad: `skip` or `raise`.

    Returns:
        The prepared `Dataset` and a [`SpeechReport`], also logged, that counts and names what was left out.

    Raises:
        ValueError: With `on_bad="raise"` at the first bad row, or where no row is left.

    Example:

    ```python
    train, report = prepare_speech(load_speech("corpora/my_voice", split="train"), prepare)
    print(report)
    ```
    """
    check_on_bad(on_bad)
    rows, report = [], SpeechReport()
    for row in tqdm(dataset, desc="Preparing speech", disable=None):
        try:
            rows.append(prepare(row))
        except AudioError as error:
            if on_bad == "raise":
                raise
            report.add_bad(error.kind, str(error))
    if not rows:
        raise ValueError(f"No usable row is left of {len(dataset)}.\n{report}")
    report.kept = len(rows)
    report.seconds = sum(row["frames"] for row in rows) * prepare.config.hop_length / prepare.config.sampling_rate
    logger.log(logging.WARNING if report.bad else logging.INFO, "%s", report)
    return import_datasets().Dataset.from_list(rows).with_format("numpy"), report
