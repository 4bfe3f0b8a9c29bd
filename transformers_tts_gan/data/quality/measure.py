"""What can be measured of one recording and its text without understanding it: level, noise, band, pitch, pace.

Enter: a row of a corpus (`audio`, `text`, `speaker`, `language`). Leaves: [`Measures`], numbers that `check_corpus`
compares with bounds and against the rest of the corpus. Everything is measured at the rate of the file, up to 48 kHz.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from ...audio.io import AudioError, file_rate, read_audio
from ...audio.mel import spectrogram
from ...audio.pitch import fundamental_frequency
from ...audio.trim import trim_silence
from ...audio.waveform import SILENCE_PEAK
from ...text.frontend import TextFrontend
from ...text.phoneset import BOUNDARY, PAUSES


HOP_SECONDS = 0.01
MAX_SECONDS = 60.0  # no sentence is that long; memory grows with it
MAX_RATE = 48_000  # Hz; nothing above 24 kHz is looked at
QUIET_SHARE = 0.1  # of the frames of a band: there is always a moment without speech in it
AMPLITUDE_STEPS = 20  # of 5 % of the peak
CLIFF_DB = (
    13  # fall within half a kilohertz for good; 65 recordings of kathleen: 10 at most, cut at 4 kHz: 16 at least
)
CLIFF_HZ = 500
NARROWEST_HZ = 2500  # a telephone passes 3400
LOUD_SHARE = 0.97
FINGERPRINT = (12, 32)  # bands and pieces of time
BANDS_HZ = np.geomspace(100, 3600, FINGERPRINT[0] + 1)


@dataclass
class Measures:
    """One recording in numbers; what could not be measured stays at its default.

    Args:
        seconds: Of the file.
        speech_seconds: Without the quiet before and after.
        sampling_rate: Of the file, in Hz.
        level_db: RMS in dBFS.
        clipped_share: By how much more samples lie in a tenth of the amplitudes than in the tenth below, as a share
            of all; above a quarter of the peak. Amplitudes of speech thin out toward the peak (0 or less); where it
            was cut off they pile up, however loud the file was made afterwards, and also in an mp3 or ogg of it.
        snr_db: Speech over noise, both over the whole file; the noise of each band is that of its quietest moments.
        bandwidth_hz: Where the spectrum falls off a cliff; half the sampling rate where it does not.
        voiced_seconds: With a pitch.
        f0_hz: Median of the fundamental frequency; NaN without voice.
        phones: Of the text, without pauses; 0 where the frontend refuses it.
        problem: Why the recording cannot be read, and `problem_kind`, the kind of an `AudioError`.
        unreadable: Why the frontend refuses the text.
        fingerprint: `(12, 32)` levels of bands over time, alike only for the same sound.
    """

    seconds: float = 0.0
    speech_seconds: float = 0.0
    sampling_rate: int = 0
    level_db: float = float("nan")
    clipped_share: float = 0.0
    snr_db: float = float("nan")
    bandwidth_hz: float = float("nan")
    voiced_seconds: float = 0.0
    f0_hz: float = float("nan")
    phones: int = 0
    problem: str = ""
    problem_kind: str = ""
    unreadable: str = ""
    fingerprint: np.ndarray | None = field(default=None, repr=False)

    @property
    def phone_rate(self) -> float:
        """Phones per second of speech; NaN where one of the two is not known."""
        return self.phones / self.speech_seconds if self.phones and self.speech_seconds else float("nan")


def measure_row(row: dict, language: str = "en") -> Measures:
    """Measure one row; what is wrong with it is noted in the result, not raised."""
    measures = Measures()
    language = row.get("language") or language
    try:
        measures.phones = len(text_phones(row.get("text") or "", language))
    except ValueError as error:
        measures.unreadable = str(error)
    try:
        measure_audio(row["audio"], measures)
    except AudioError as error:
        measures.problem, measures.problem_kind = str(error), error.kind
    return measures


def text_phones(text: str, language: str) -> list[str]:
    """Phones of a text without stress, pauses and boundaries: what two spellings of the same words share.

    Raises:
        ValueError: The frontend refuses the text.
    """
    phones = [phone for phone in frontend(language)(text).phones if phone not in PAUSES and phone != BOUNDARY]
    return [phone.rstrip("012") if phone[0].isupper() else phone for phone in phones]


@lru_cache(maxsize=8)
def frontend(language: str) -> TextFrontend:
    return TextFrontend(language)


def measure_audio(source, measures: Measures) -> None:
    """Fill in what the samples tell. Raises `AudioError` for a recording that cannot be read."""
    measures.sampling_rate = file_rate(source)
    rate = min(measures.sampling_rate, MAX_RATE)
    wave = read_audio(source, rate, max_seconds=MAX_SECONDS)  # (S,)
    measures.seconds = len(wave) / rate
    wave = wave - wave.mean()
    if np.abs(wave).max() < SILENCE_PEAK:
        raise AudioError("silent", "the recording is silent but for a constant: record it again.")
    measures.level_db = float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64))))
    measures.clipped_share = clipped_share(wave)
    speech = trim_silence(wave, rate)
    measures.speech_seconds = len(speech) / rate
    power = power_frames(wave, rate)  # (F, N)
    measures.snr_db = signal_to_noise(power)
    measures.bandwidth_hz = bandwidth(power, rate)
    f0 = fundamental_frequency(torch.from_numpy(wave)[None], rate, round(HOP_SECONDS * rate))[0].numpy()
    measures.voiced_seconds = float((f0 > 0).sum() * HOP_SECONDS)
    measures.f0_hz = float(np.median(f0[f0 > 0])) if (f0 > 0).any() else float("nan")
    measures.fingerprint = fingerprint(power_frames(speech, rate), rate)


def clipped_share(wave: np.ndarray) -> float:
    """See [`Measures`]; of samples `(S,)`."""
    size = np.abs(wave)
    counts = np.histogram(size / size.max(), AMPLITUDE_STEPS, range=(0, 1))[0]
    tenths = counts[1:] + counts[:-1]  # each begins half a tenth after the one before
    return float((tenths[2:] - tenths[:-2])[AMPLITUDE_STEPS // 4 :].max() / len(wave))


def power_frames(wave: np.ndarray, rate: int) -> np.ndarray:
    """Power `(F, N)` every 10 ms, in windows of about 40 ms."""
    samples = torch.from_numpy(np.ascontiguousarray(wave, dtype=np.float32))[None]
    n_fft = 2 ** round(np.log2(0.04 * rate))
    return spectrogram(samples, n_fft, round(HOP_SECONDS * rate))[0].double().square().numpy()


def signal_to_noise(power: np.ndarray) -> float:
    """Speech over noise in dB, of power `(F, N)`.

    The noise in a band is estimated from the tenth quietest frame of a hundred, after minimum statistics (Martin,
    2001, "Noise power spectral density estimation based on optimal smoothing and minimum statistics"): the power of
    Gaussian noise is distributed exponentially, so that this quantile is `-ln(0.9)` of its mean.
    """
    noise = np.quantile(power, QUIET_SHARE, axis=0).sum() / -np.log(1 - QUIET_SHARE)
    total = power.mean(axis=0).sum()
    return float(10 * np.log10(max(total - noise, 1e-6 * total) / max(noise, 1e-6 * total)))


def bandwidth(power: np.ndarray, rate: int) -> float:
    """The frequency in Hz from which on nothing is left, of power `(F, N)`; half the rate if there is no such edge.

    It is where the spectrum of the loudest moments of each band falls by 13 dB within half a kilohertz and never
    recovers.
    """
    spectrum = 10 * np.log10(np.quantile(power, LOUD_SHARE, axis=0) + 1e-12)  # (N,)
    step = rate / 2 / (len(spectrum) - 1)
    width = max(1, round(CLIFF_HZ / 2 / step))
    smooth = F.avg_pool1d(torch.from_numpy(spectrum)[None], width, 1)[0].numpy()  # (M,), each begins at its index
    below, above = smooth[: -2 * width], smooth[2 * width :]
    ahead = np.maximum.accumulate(above[::-1])[::-1]  # the loudest band from there on
    cliffs = np.flatnonzero(below - ahead > CLIFF_DB)
    cliffs = cliffs[(cliffs + 1.5 * width) * step > NARROWEST_HZ]
    return float((cliffs[0] + 1.5 * width) * step) if len(cliffs) else rate / 2


def fingerprint(power: np.ndarray, rate: int) -> np.ndarray:
    """Levels `(12, 32)` in float32 of the bands from 100 to 3600 Hz over equal pieces of power `(F, N)`, length 1."""
    hertz = np.linspace(0, rate / 2, power.shape[1])
    edges = np.searchsorted(hertz, BANDS_HZ)
    bands = np.add.reduceat(power, np.minimum(edges, power.shape[1] - 1), axis=1)[:, :-1]  # (F, 12)
    pieces = F.adaptive_avg_pool1d(torch.from_numpy(bands.T.copy())[None], FINGERPRINT[1])[0].numpy()  # (12, 32)
    levels = np.log(pieces + 1e-4 * pieces.max() + 1e-12)
    levels = levels - levels.mean(axis=1, keepdims=True)  # what every sentence of a voice shares
    return (levels / max(np.linalg.norm(levels), 1e-9)).astype(np.float32)
