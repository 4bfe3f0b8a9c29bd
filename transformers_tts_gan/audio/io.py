"""Audio files in, clean waveforms out: reading, resampling, trimming, loudness, writing.

Enters: a path, the bytes of a file, or what a `datasets` row holds. Leaves: a float32 mono waveform `(S,)` in [-1, 1]
at the rate asked for. Files are decoded by soundfile (wav, flac, ogg, mp3, ...); FFmpeg and torchcodec are not needed.
"""

import io
import logging
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import torch
import torchaudio


logger = logging.getLogger(__name__)

SILENCE_PEAK = 10 ** (-60 / 20)  # a recording that never leaves -60 dBFS holds no speech
CLIPPED_SHARE = 0.01  # of the samples at full scale; good recordings have none
MAX_PEAK = 4.0  # a decoder overshoots a little; beyond this the samples are integers that nobody scaled


class AudioError(ValueError):
    """A recording that cannot be used; `kind` is one word or two to count by, the message names the file."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


def read_audio(source, sampling_rate: int, min_seconds: float = 0.1, max_seconds: float | None = None) -> np.ndarray:
    """Read a recording as float32 mono `(S,)` in [-1, 1] at `sampling_rate` Hz.

    Args:
        source: A path, the bytes of an audio file, or a dict with `path` and/or `bytes`, or with `array` (floats
            `(S,)` or `(channels, S)`, or int16) and `sampling_rate`.
        sampling_rate: In Hz; any other rate is resampled, several channels are averaged.
        min_seconds: Shorter recordings are refused.
        max_seconds: Longer recordings are refused before they are decoded; no limit by default.

    Raises:
        AudioError: `error.kind` is "missing", "corrupt", "empty", "silent", "too short", "too long" or "not finite".
        TypeError: `source` is none of the above.
    """
    name = audio_name(source)
    wave, rate = _decode(source, name, max_seconds)
    wave = _to_mono(wave, name)
    _check_samples(wave, rate, name, min_seconds, max_seconds)
    if rate != sampling_rate:
        wave = _resampler(rate, sampling_rate)(torch.from_numpy(wave)).numpy()
    return np.clip(wave, -1.0, 1.0)  # decoders and filters overshoot


def audio_name(source) -> str:
    """What to call a recording in messages: its path if it has one."""
    if isinstance(source, (str, Path)):
        return str(source)
    if isinstance(source, dict) and source.get("path"):
        return str(source["path"])
    return "<audio in memory>"


def as_waveform(samples, name: str = "wave") -> np.ndarray:
    """Samples as float32 mono `(S,)`: 16 bit integers are scaled to [-1, 1], channels averaged; silence and NaN stay.

    Args:
        samples: An array, a tensor on the CPU or a list: `(S,)`, `(channels, S)` or `(S, channels)`.
        name: What to call it in messages.

    Raises:
        ValueError: not samples, or integers that nobody scaled.
    """
    try:
        wave = _from_array(samples)
        wave = _to_mono(wave, name) if wave.ndim else None
    except (TypeError, ValueError):
        wave = None
    if wave is None:
        raise ValueError(
            f"`{name}` is {type(samples).__name__}; needs samples `(S,)`: `read_audio` makes an array of a file."
        )
    peak = float(np.abs(wave, where=np.isfinite(wave), out=np.zeros_like(wave)).max(initial=0.0))
    if peak > MAX_PEAK:
        raise ValueError(f"`{name}` has samples up to {peak:,.0f}; needs [-1, 1]: divide 16 bit samples by 32768.")
    return wave


def check_sampling_rate(sampling_rate: int, lowest: int = 1) -> int:
    """The rate in Hz, or a `ValueError` where it is none or below `lowest`."""
    whole = isinstance(sampling_rate, (int, float, np.number)) and sampling_rate == sampling_rate // 1
    if not whole or sampling_rate < lowest:
        raise ValueError(
            f"`sampling_rate` is `{sampling_rate!r}`; needs a whole number of Hz, at least {lowest}: pass the rate "
            "that the samples were recorded at, such as 16000."
        )
    return int(sampling_rate)


def trim_silence(wave: np.ndarray, sampling_rate: int, keep_seconds: float = 0.05) -> np.ndarray:
    """Cut the quiet before the first and after the last sound of `(S,)`, but leave `keep_seconds` of it.

    Quiet is what stays within 6 dB of the recording's own noise (its quietest twentieth), but always what lies 40 dB
    below the loudest 20 ms, and never what comes within 30 dB of them. Pauses inside stay.
    """
    hop = max(1, sampling_rate // 100)  # 10 ms
    level = _frame_rms(wave, hop)
    loudest, noise = level.max(), np.quantile(level, 0.05)
    loud = np.flatnonzero(level > np.clip(2 * noise, loudest * 10 ** (-40 / 20), loudest * 10 ** (-30 / 20)))
    if len(loud) == 0:
        return wave
    keep = round(keep_seconds * sampling_rate)
    return wave[max(0, int(loud[0]) * hop - keep) : (int(loud[-1]) + 2) * hop + keep]


def normalize_loudness(wave: np.ndarray, target_db: float = -23.0, max_peak: float = 0.95) -> np.ndarray:
    """Scale `(S,)` so that the RMS of its active part is `target_db` dBFS; less if the peak would pass `max_peak`.

    Active are the stretches less than 30 dB below the loudest one: pauses do not make a recording louder.
    """
    level = _frame_rms(wave, hop=240)
    loudest = level.max()
    if loudest == 0:
        return wave
    active = level[level > loudest * 10 ** (-30 / 20)]
    gain = 10 ** (target_db / 20) / np.sqrt(np.mean(active**2))
    return (wave * min(gain, max_peak / np.abs(wave).max())).astype(np.float32)


def write_audio(path: str | Path, wave: np.ndarray, sampling_rate: int) -> Path:
    """Write `(S,)` in [-1, 1] as a 16 bit wav file; makes the folder. Returns the path.

    Raises:
        ValueError: not a mono waveform of finite numbers, or not a `.wav` path.
        OSError: the folder cannot be written.
    """
    path, wave = Path(path), np.asarray(wave, dtype=np.float32)
    if wave.ndim != 1 or len(wave) == 0:
        raise ValueError(f"`wave` has shape {wave.shape}; `write_audio` needs one mono waveform `(S,)`: pass one row.")
    if not np.isfinite(wave).all():
        raise ValueError(f"`wave` for `{path}` holds NaN or infinite samples; nothing was written.")
    if path.suffix.lower() != ".wav":
        raise ValueError(f"`path` is `{path}`, but `write_audio` writes wav only: let the name end in `.wav`.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.clip(wave, -1.0, 1.0), int(sampling_rate), subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise OSError(f"cannot write `{path}` ({error}): choose a folder you may write to.") from error
    return path


def _decode(source, name: str, max_seconds: float | None) -> tuple[np.ndarray, int]:
    """The samples, `(S,)` or `(S, channels)`, and their rate in Hz."""
    if isinstance(source, dict) and source.get("array") is not None:
        if not source.get("sampling_rate"):
            raise ValueError("`array` came without `sampling_rate`: pass both, the rate in Hz.")
        return _from_array(source["array"]), int(source["sampling_rate"])
    if isinstance(source, dict):
        source = source["bytes"] if source.get("bytes") is not None else source.get("path")
    if source is None:
        raise AudioError("missing", "there is no audio (neither `path` nor `bytes`): leave the row out.")
    if isinstance(source, (bytes, bytearray)):
        return _decode_file(io.BytesIO(source), len(source), name, max_seconds)
    if not isinstance(source, (str, Path)):
        raise TypeError(
            f"audio is {type(source).__name__}; needs a path, bytes, a dict with `path` or `bytes`, or a dict with "
            "`array` and `sampling_rate`. For a `datasets` column: `cast_column('audio', Audio(decode=False))`."
        )
    path = Path(source)
    if not path.is_file():
        reason = "is a folder" if path.is_dir() else "does not exist"
        raise AudioError("missing", f"`{name}` {reason}: check the path.")
    return _decode_file(path, path.stat().st_size, name, max_seconds)


def _decode_file(file: Path | io.BytesIO, size: int, name: str, max_seconds: float | None) -> tuple[np.ndarray, int]:
    if size == 0:
        raise AudioError("empty", f"`{name}` has 0 bytes: record or download it again.")
    try:
        with soundfile.SoundFile(file) as opened:
            if max_seconds is not None:
                _check_not_too_long(opened.frames / opened.samplerate, max_seconds, name)
            return opened.read(dtype="float32"), opened.samplerate
    except soundfile.LibsndfileError as error:
        raise AudioError(
            "corrupt",
            f"`{name}` cannot be decoded ({error}): it is damaged, or of a kind soundfile does not read. "
            "wav, flac, ogg and mp3 work; convert others with `ffmpeg -i FILE FILE.wav`.",
        ) from error


def _from_array(array) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype == np.int16:
        return array.astype(np.float32) / 2**15
    if array.ndim == 2 and array.shape[0] < array.shape[1]:  # (channels, S), as torchaudio and `datasets` have it
        array = array.T
    return array.astype(np.float32)


def _to_mono(wave: np.ndarray, name: str) -> np.ndarray:
    """`(S,)` or `(S, channels)` to `(S,)`."""
    if wave.ndim > 2:
        raise AudioError("corrupt", f"`{name}` has shape {wave.shape}; needs `(S,)` or `(channels, S)`.")
    return wave if wave.ndim == 1 else np.ascontiguousarray(wave.mean(axis=1))


def _check_samples(wave: np.ndarray, rate: int, name: str, min_seconds: float, max_seconds: float | None) -> None:
    if len(wave) == 0:
        raise AudioError("empty", f"`{name}` holds no samples: record or download it again.")
    seconds = len(wave) / rate
    if seconds < min_seconds:
        raise AudioError("too short", f"`{name}` lasts {seconds:.2f} s, `min_seconds` is {min_seconds}: leave it out.")
    if max_seconds is not None:
        _check_not_too_long(seconds, max_seconds, name)
    low, high = float(wave.min()), float(wave.max())
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN spreads through min and max
        raise AudioError("not finite", f"`{name}` holds NaN or infinite samples: export it again as 16 bit PCM.")
    if (high - low) / 2 < SILENCE_PEAK:
        raise AudioError("silent", f"`{name}` is silent (never louder than -60 dBFS): record it again.")
    peak = max(-low, high)
    if peak > MAX_PEAK:
        raise AudioError(
            "not scaled", f"`{name}` has samples up to {peak:,.0f}; needs [-1, 1]: divide 16 bit samples by 32768."
        )
    if peak >= 0.99 and (clipped := float(np.mean(np.abs(wave) >= 0.99))) > CLIPPED_SHARE:
        logger.warning("`%s` is clipped: %.0f %% of its samples are at full scale.", name, 100 * clipped)


def _check_not_too_long(seconds: float, max_seconds: float, name: str) -> None:
    if seconds > max_seconds:
        raise AudioError(
            "too long", f"`{name}` lasts {seconds:.1f} s, `max_seconds` is {max_seconds}: cut it, or raise the limit."
        )


@lru_cache(maxsize=16)
def _resampler(from_rate: int, to_rate: int) -> torchaudio.transforms.Resample:
    """Kaiser-windowed sinc with the settings torchaudio documents as matching resampy's `kaiser_best`."""
    return torchaudio.transforms.Resample(
        from_rate,
        to_rate,
        lowpass_filter_width=64,
        rolloff=0.9475937167399596,
        resampling_method="sinc_interp_kaiser",
        beta=14.769656459379492,
    )


def _frame_rms(wave: np.ndarray, hop: int) -> np.ndarray:
    """RMS of windows of two hops, one per hop, float64; the last ones are cut short by the end."""
    ends = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    start = np.arange(0, max(1, len(wave) - hop), hop)
    stop = np.minimum(start + 2 * hop, len(wave))
    return np.sqrt(np.maximum(ends[stop] - ends[start], 0.0) / np.maximum(stop - start, 1))
