"""Audio files: reading them as clean waveforms, and writing them.

Enter: a path, the bytes of a file, or what a `datasets` row holds. Leaves: a float32 mono waveform `(S,)` in [-1, 1]
at the rate that was asked for. soundfile decodes the files (wav, flac, ogg, mp3, GSM, ...); FFmpeg and torchcodec are
not needed.
"""

import io
import logging
import os
import stat
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from .resample import resample
from .waveform import HIGHEST_RATE, LOWEST_RATE, MAX_PEAK, SILENCE_PEAK, to_float, to_mono


logger = logging.getLogger(__name__)

CLIPPED_SHARE = 0.01  # of the samples at full scale; good recordings have none
MAX_SAMPLES = 2**28  # of all channels of one recording: 1 GiB, three hours at 24 kHz; a file is read no further
BLOCK_SAMPLES = 2**20
UNKNOWN_FRAMES = 2**40  # a header with more has no number: the file was streamed
LOSSY = ("VORBIS", "OPUS", "MPEG")  # such decoders pass full scale a little wherever the music was loud


class AudioError(ValueError):
    """A recording that cannot be used; `kind` is one word or two to count by, the message names the file."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


class SequentialFile(soundfile.SoundFile):
    """A sound file that is read from its beginning to its end.

    soundfile seeks after each block where it believes it can, which fails in a streamed flac, whose length is unknown.
    """

    def seekable(self) -> bool:
        return False


class Recording(NamedTuple):
    """What was decoded: samples `(S,)` or `(S, channels)` as they are, their rate in Hz, and whether loss is known."""

    samples: np.ndarray
    rate: int
    lossy: bool


def read_audio(source, sampling_rate: int, min_seconds: float = 0.1, max_seconds: float | None = None) -> np.ndarray:
    """Read a recording as float32 mono `(S,)` in [-1, 1].

    Several channels are averaged; one of opposite polarity is turned over first. Another rate is resampled. Samples
    over full scale (32-bit float files can hold them) are scaled down together with all others, with a warning.

    Args:
        source: A path, the bytes of an audio file, or a dict with `path` and/or `bytes`, or with `array` (floats
            `(S,)` or `(channels, S)`, or integers) and `sampling_rate`.
        sampling_rate: Of the result, in Hz.
        min_seconds: Shorter recordings are refused.
        max_seconds: Longer recordings are refused before the rest of them is decoded. There is no limit by default
            but that of memory: 2**28 samples.

    Raises:
        AudioError: `error.kind` is "missing", "corrupt", "empty", "silent", "too short", "too long", "not finite" or
            "not scaled"; the message names the file.
        TypeError: `source` is none of the above.

    Example:
        >>> wave = read_audio("speech.flac", 24_000)  # doctest: +SKIP
    """
    name = audio_name(source)
    samples, rate, lossy = _decode(source, name, max_seconds)
    _check_rate(rate, name)
    wave = to_mono(samples, name)
    if len(wave) * sampling_rate > MAX_SAMPLES * rate:
        raise _too_many_samples(name)
    _check_samples(wave, rate, name, min_seconds, max_seconds)
    wave = _within_full_scale(wave, name, lossy)
    if rate != sampling_rate:
        wave = resample(wave, rate, sampling_rate)
    return np.clip(wave, -1.0, 1.0)  # filters overshoot


def file_rate(source) -> int:
    """Return the sampling rate of a recording in Hz, as its header says.

    Args:
        source: As of `read_audio`.

    Raises:
        AudioError: As of `read_audio`, with "missing" or "corrupt".

    Example:
        >>> file_rate({"array": np.zeros(8_000), "sampling_rate": 16_000})
        16000
    """
    if isinstance(source, dict) and source.get("array") is not None:
        return int(source["sampling_rate"])
    with _open(source, audio_name(source)) as opened:
        rate = opened.samplerate
    return _check_rate(rate, audio_name(source))


def audio_name(source) -> str:
    """Return what messages call a recording: its path if it has one; characters that cannot be printed are escaped."""
    if isinstance(source, dict):
        source = source.get("path")
    if not isinstance(source, (str, Path)) or not str(source):
        return "<audio in memory>"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(source))


def why_no_file(path: str | Path) -> str:
    """Return why a path names no file that can be read: "does not exist", "is a folder", ...; "" if it names one.

    A pipe is not opened: it would wait for a writer that never comes.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "does not exist"
    except ValueError:  # a NUL in it
        return "is a name that no file can have"
    except OSError as error:  # a link to itself, a name that is too long, a folder that may not be entered
        return f"cannot be opened ({error.strerror})"
    if stat.S_ISREG(mode):
        return ""
    return "is a folder" if stat.S_ISDIR(mode) else "is a pipe or a device"


def write_audio(path: str | Path, wave: np.ndarray, sampling_rate: int) -> Path:
    """Write a waveform as a 16 bit wav or flac file; the folder is made if it is not there.

    Args:
        path: Of the file; ends in `.wav` or `.flac`.
        wave: Samples `(S,)` in [-1, 1]; what lies outside is cut off.
        sampling_rate: In Hz.

    Returns:
        The path.

    Raises:
        ValueError: The wave is no mono waveform of finite numbers, or the path has another ending.
        OSError: The file cannot be written there.

    Example:
        >>> write_audio("tone.wav", np.sin(np.arange(16_000) / 5), 16_000)  # doctest: +SKIP
    """
    path, wave = Path(path), np.asarray(wave, dtype=np.float32)
    if wave.ndim != 1 or len(wave) == 0:
        raise ValueError(f"`wave` has shape {wave.shape}; `write_audio` needs one mono waveform `(S,)`: pass one row.")
    if not np.isfinite(wave).all():
        raise ValueError(f"`wave` for `{path}` holds NaN or infinite samples; nothing was written.")
    if path.suffix.lower() not in (".wav", ".flac"):
        raise ValueError(f"`path` is `{path}`, but `write_audio` writes `.wav` and `.flac`: let the name end so.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.clip(wave, -1.0, 1.0), int(sampling_rate), subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise OSError(f"cannot write `{path}` ({error}): choose a folder you may write to.") from error
    return path


def _open(source, name: str) -> SequentialFile:
    """Open a path, or the bytes of a file, or a dict with either."""
    if isinstance(source, dict):
        source = source["bytes"] if source.get("bytes") is not None else source.get("path")
    if source is None:
        raise AudioError("missing", "there is no audio (neither `path` nor `bytes`): leave the row out.")
    if not isinstance(source, (str, Path, bytes, bytearray)):
        raise TypeError(
            f"audio is {type(source).__name__}; needs a path, bytes, a dict with `path` or `bytes`, or a dict with "
            "`array` and `sampling_rate`. For a `datasets` column: `cast_column('audio', Audio(decode=False))`."
        )
    if isinstance(source, (bytes, bytearray)):
        file: io.BytesIO | Path = io.BytesIO(source)
        size = len(source)
    elif reason := why_no_file(source):
        raise AudioError("missing", f"`{name}` {reason}: check the path.")
    else:
        file, size = Path(source), Path(source).stat().st_size
    if size == 0:
        raise AudioError("empty", f"`{name}` has 0 bytes: record or download it again.")
    try:
        return SequentialFile(file)
    except Exception as error:  # whatever soundfile says about a file that may hold anything
        raise _corrupt(name, error) from error


def _decode(source, name: str, max_seconds: float | None) -> Recording:
    if isinstance(source, dict) and source.get("array") is not None:
        return _decode_array(source, name)
    with _open(source, name) as opened:
        rate, channels = opened.samplerate, opened.channels
        if max_seconds is not None and opened.frames < UNKNOWN_FRAMES:
            _check_not_too_long(opened.frames / rate, max_seconds, name)
        longest = MAX_SAMPLES if max_seconds is None else int(max_seconds * rate) + 1
        try:
            samples = _read_blocks(opened, min(longest, MAX_SAMPLES // channels))
        except Exception as error:  # whatever a decoder says
            raise _corrupt(name, error) from error
        lossy = opened.subtype.startswith(LOSSY)
    if max_seconds is not None:
        _check_not_too_long(len(samples) / rate, max_seconds, name)  # the header may be wrong
    if samples.size > MAX_SAMPLES - channels:
        raise _too_many_samples(name)
    return Recording(samples, rate, lossy)


def _decode_array(source: dict, name: str) -> Recording:
    if not source.get("sampling_rate"):
        raise ValueError("`array` came without `sampling_rate`: pass both, the rate in Hz.")
    try:
        return Recording(to_float(source["array"]), int(source["sampling_rate"]), lossy=False)
    except (TypeError, ValueError) as error:
        message = f"`{name}` holds no samples ({error}): needs `(S,)` or `(channels, S)`."
        raise AudioError("corrupt", message) from error


def _corrupt(name: str, error: Exception) -> AudioError:
    return AudioError(
        "corrupt",
        f"`{name}` cannot be decoded ({error}): it is damaged, or of a kind soundfile does not read. "
        "wav, flac, ogg and mp3 work; convert others with `ffmpeg -i FILE FILE.wav`.",
    )


def _check_rate(rate: int, name: str) -> int:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise AudioError(
            "corrupt",
            f"`{name}` claims a sampling rate of {rate:,} Hz; needs {LOWEST_RATE:,} to {HIGHEST_RATE:,} Hz: mend its "
            "header or leave it out.",
        )
    return rate


def _read_blocks(opened: SequentialFile, longest: int) -> np.ndarray:
    """Decode up to `longest` frames `(S, channels)`, whatever the header says about their number.

    The array grows in place: blocks that are joined in the end would take twice the memory.
    """
    step = max(1, BLOCK_SAMPLES // opened.channels)
    samples, frames = np.empty((0, opened.channels), np.float32), 0
    while frames < longest:
        samples.resize((min(frames + step, longest), opened.channels), refcheck=False)
        read = len(opened.read(out=samples[frames:]))
        if read == 0:
            break
        frames += read
    samples.resize((frames, opened.channels), refcheck=False)
    return samples


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
    if (peak := max(-low, high)) > MAX_PEAK:
        raise AudioError(
            "not scaled", f"`{name}` has samples up to {peak:,.0f}; needs [-1, 1]: divide 16 bit samples by 32768."
        )


def _within_full_scale(wave: np.ndarray, name: str, lossy: bool) -> np.ndarray:
    """Scale what passes full scale, and warn of it and of recordings that were clipped before."""
    size = np.abs(wave)
    peak = float(size.max())
    if peak >= 0.99 and (lossy or peak <= 1.0):
        if (clipped := float(np.mean(size >= 0.99))) > CLIPPED_SHARE:
            logger.warning("`%s` is clipped: %.0f %% of its samples are at full scale.", name, 100 * clipped)
    elif peak > 1.0:
        logger.warning("`%s` has samples up to %.2f, over full scale: all were divided by that.", name, peak)
    return wave / np.float32(max(peak, 1.0))


def _check_not_too_long(seconds: float, max_seconds: float, name: str) -> None:
    if seconds > max_seconds:
        raise AudioError(
            "too long", f"`{name}` lasts {seconds:.1f} s, `max_seconds` is {max_seconds}: cut it, or raise the limit."
        )


def _too_many_samples(name: str) -> AudioError:
    return AudioError("too long", f"`{name}` has more than {MAX_SAMPLES:,} samples, too many for memory: cut it.")
