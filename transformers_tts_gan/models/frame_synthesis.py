"""From what the vocoder's network says of each frame to samples, in numpy, all at once or window by window.

Enter: gains and phases `(F, 5, N)` and F0 in Hz `(F,)` of the frames of one utterance. Leave: its samples. This is
what `vocoder.py` and `excitation.py` do in torch, which training needs, within rounding; here nothing needs torch, and
the sound of a frame leaves as soon as the frames that reach into it are there.
"""

import functools
import math
from collections.abc import Callable, Iterator

import numpy as np


NOISE_FRAMES = 512
MAX_LOG_GAIN = 6.0
UNKNOWN_F0 = 150.0  # Hz, of an utterance without any voice
FADE_SHARE = 8  # sound fades within a quarter of a hop, 3 ms at 24 kHz, beside silence
FIRST_FRAMES, MOST_FRAMES = 24, 256  # of the windows that an utterance is spoken in
GROWTH = 4  # each is so many times as long as the one before: what was heard so far gives time to make it
STEP, LEAST_WINDOW = 16, 96  # frames: of such windows libraries for matrices work out a frame alike in each
BLOCK = 64  # frames at a time: their spectra fit a cache


@functools.lru_cache(maxsize=4)
def noise_parts(bins: int) -> np.ndarray:
    """Real and imaginary parts `(2, NOISE_FRAMES, bins)` of the same complex values of power 1 everywhere."""
    values = np.random.RandomState(0).standard_normal((2, NOISE_FRAMES, bins)) / math.sqrt(2)
    return values.astype(np.float32)


@functools.lru_cache(maxsize=4)
def scaled_noise(n_fft: int, hop_length: int) -> np.ndarray:
    """The same with the power of which overlapping windows, divided by their squares, are noise of power 1."""
    return noise_parts(n_fft // 2 + 1) * np.float32(math.sqrt(n_fft / hop_length * 3 / 8 * n_fft))


def seeded_noise(phones: int, seed: int) -> np.ndarray:
    """`(2, phones)` values of power 1, of timing and of melody: the same for a seed wherever it is spoken."""
    return np.random.RandomState(seed % 2**32).standard_normal((2, phones)).astype(np.float32)


@functools.lru_cache(maxsize=4)
def hann(length: int) -> np.ndarray:
    """A periodic Hann window in float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi / length * np.arange(length))).astype(np.float32)


@functools.lru_cache(maxsize=4)
def line_shares(hop_length: int) -> np.ndarray:
    """How far each sample of a hop is from the frame before it, as a share of a hop, `(hop_length,)` from 0 to 1.

    Values stand in the middle of hops: the first half of the samples lies between the last frame and this one, the
    second half between this one and the next.
    """
    return (((np.arange(hop_length) + 0.5) / hop_length + 0.5) % 1).astype(np.float32)


class FrameSynthesizer:
    """Samples of one utterance from its frames, which come in any number of windows, one after the other.

    What leaves does not depend on how the frames were cut into windows.

    Args:
        sampling_rate: In Hz.
        n_fft: Samples in the window of a frame.
        hop_length: Samples per frame.

    Example:

    ```python
    synthesizer = FrameSynthesizer(24_000, 1200, 300)
    samples = synthesizer.add(parts, f0, is_last=True)  # `(F * 300,)`
    ```
    """

    def __init__(self, sampling_rate: int, n_fft: int, hop_length: int):
        self.sampling_rate, self.n_fft, self.hop_length = sampling_rate, n_fft, hop_length
        bins = n_fft // 2 + 1
        self._parts = np.zeros((0, 5, bins), np.float32)  # of frames that are not spoken yet
        self._f0 = np.zeros(0, np.float32)  # of frames without pulses, 0 where unvoiced
        self._before: np.ndarray | None = None  # `(1,)` F0 of the frame before those
        self._turns = 0.0  # of the fundamental, at the last pulse
        self._pulses = np.zeros((n_fft - hop_length) // 2, np.float32)  # that frames to come reach into
        self._tail = np.zeros((n_fft // hop_length - 1, hop_length), np.float32)  # of the sum, still to be added to
        self._frame = 0  # number of the next frame to speak
        self._skip = (n_fft - hop_length) // 2  # samples of the sum before the first hop

    def add(self, parts: np.ndarray, f0: np.ndarray, is_last: bool) -> np.ndarray:
        """The samples `(S,)` that are known after these frames; with the last ones, all that are left.

        Args:
            parts: `(F, 5, n_fft // 2 + 1)` logarithms of the gains of the harmonic part, the noise and the free part,
                and the phases, in radians, of the harmonic and of the free part.
            f0: `(F,)` in Hz, 0 where unvoiced.
            is_last: Whether the utterance ends with them.
        """
        self._parts = np.concatenate([self._parts, parts]) if len(self._parts) else parts
        self._f0 = np.concatenate([self._f0, f0])
        pitch = self._pitch(is_last)
        self._pulses = np.concatenate([self._pulses, self._new_pulses(pitch)])
        if is_last:
            tail = self.n_fft - self.hop_length - (self.n_fft - self.hop_length) // 2
            self._pulses = np.concatenate([self._pulses, np.zeros(tail, np.float32)])
        hop, ready = self.hop_length, max((len(self._pulses) - self.n_fft) // self.hop_length + 1, 0)
        total = np.zeros((ready + len(self._tail), hop), np.float32)
        total[: len(self._tail)] = self._tail
        step = self._pulses.itemsize
        around = np.lib.stride_tricks.as_strided(self._pulses, (ready, self.n_fft), (hop * step, step))
        size = -(-ready // -(-ready // BLOCK)) if ready else 1  # of blocks of one length
        for start in range(0, ready, size):
            frames = self._speak(around[start : start + size], start)
            for part in range(self.n_fft // hop):
                total[start + part : start + part + len(frames)] += frames[:, part * hop : (part + 1) * hop]
        self._parts, self._pulses = self._parts[ready:], self._pulses[ready * hop :]
        return self._finish(total, ready, is_last)

    def _pitch(self, is_last: bool) -> np.ndarray:
        """F0 per sample, `(S,)`, up to the last frame whose own and next F0 are known.

        Straight lines through the gaps, in which there is no voice: their right ends must be there.
        """
        place = np.flatnonzero(self._f0 > 0)
        if is_last:
            known = len(self._f0)
        elif len(place) == 0:
            return np.zeros(0, np.float32)
        else:
            known = int(place[-1]) + 1
        line = filled(self._f0[:known], place)
        count = known if is_last else known - 1  # the last voiced frame stays: the next gap begins there
        before = np.append(line[:1] if self._before is None else self._before, line[:-1])[:count, None]
        after = np.append(line[1:], line[-1:])[:count, None]
        line = line[:count, None]
        if count:
            self._before = line[-1]
        shares, half = line_shares(self.hop_length), self.hop_length // 2
        pitch = np.empty((count, self.hop_length), np.float32)
        for part, left, right in ((slice(half), before, line), (slice(half, None), line, after)):
            np.multiply(right - left, shares[part], out=pitch[:, part])
            pitch[:, part] += left
        self._f0 = self._f0[count:]
        return pitch.ravel()

    def _new_pulses(self, pitch: np.ndarray) -> np.ndarray:
        """Pulses `(S,)` of power 1 that go on from the last ones, as `excitation.pulse_train` makes them."""
        pulses, size = np.empty_like(pitch), BLOCK * self.hop_length
        for start in range(0, len(pitch), size):
            pulses[start : start + size] = self._next_pulses(pitch[start : start + size])
        return pulses

    def _next_pulses(self, pitch: np.ndarray) -> np.ndarray:
        """The same for so few samples that they fit a cache."""
        turns = pitch.astype(np.float64) / self.sampling_rate
        turns[0] += self._turns
        np.cumsum(turns, out=turns)
        self._turns = turns[-1]
        turns -= np.floor(turns)  # `% 1` takes ten times as long
        turns *= 2 * math.pi
        phase = turns.astype(np.float32)
        count = np.float32(self.sampling_rate / 2) / pitch
        whole = np.floor(count)
        half = np.sin(phase / 2)
        near = np.flatnonzero(half < 1e-4)  # the kernel's limit at its peak
        half[near] = 1
        kernel = (whole + np.float32(0.5)) * phase
        np.sin(kernel, out=kernel)
        half *= 2
        kernel /= half
        kernel -= np.float32(0.5)
        kernel[near] = whole[near]
        count -= whole
        whole += 1
        phase *= whole
        count *= np.cos(phase, out=phase)
        kernel += count
        kernel *= 2
        kernel *= np.sqrt(pitch / np.float32(self.sampling_rate))
        return kernel

    def _speak(self, around: np.ndarray, start: int) -> np.ndarray:
        """Windowed samples of the frames from `start` on, from the pulses around each; both `(frames, n_fft)`."""
        window, parts = hann(self.n_fft), self._parts[start : start + len(around)]
        pulses = np.fft.rfft(around * window).astype(np.complex64, copy=False)
        gains = parts[:, :3]
        if gains.max() > MAX_LOG_GAIN:
            gains = np.minimum(gains, np.float32(MAX_LOG_GAIN))
        gains = np.exp(gains)
        cosine, sine = np.cos(parts[:, 3:]), np.sin(parts[:, 3:])
        cosine *= gains[:, ::2]
        sine *= gains[:, ::2]
        place = np.arange(self._frame + start, self._frame + start + len(around)) % NOISE_FRAMES
        noise_real, noise_imaginary = (part[place] for part in scaled_noise(self.n_fft, self.hop_length))
        noise_real *= gains[:, 1]
        noise_imaginary *= gains[:, 1]
        noise_real += cosine[:, 1]
        noise_imaginary += sine[:, 1]
        # Real and imaginary parts by themselves: numpy is slow where it has to convert.
        real, imaginary = np.ascontiguousarray(pulses.real), np.ascontiguousarray(pulses.imag)
        noise_real += real * cosine[:, 0]
        noise_real -= imaginary * sine[:, 0]
        real *= sine[:, 0]
        imaginary *= cosine[:, 0]
        noise_imaginary += real
        noise_imaginary += imaginary
        pulses.real, pulses.imag = noise_real, noise_imaginary
        frames = np.fft.irfft(pulses).astype(np.float32, copy=False)
        frames *= window
        return frames

    def _finish(self, total: np.ndarray, count: int, is_last: bool) -> np.ndarray:
        """The samples of the sum `(count + overlaps, hop_length)` of `count` frames that no later frame reaches into.

        They are divided by the sum of the squared windows, which is the same in all hops but the first and last ones.
        """
        hop, squares = self.hop_length, np.square(hann(self.n_fft)).reshape(-1, self.hop_length)
        first, overlaps, end = self._frame, len(self._tail), len(total)
        self._frame += count
        if not is_last:
            self._tail, total, end = total[count:].copy(), total[:count], count
        inside = slice(min(max(overlaps - first, 0), end), count)
        total[inside] *= 1 / squares.sum(axis=0)
        for row in (*range(inside.start), *range(max(count, inside.start), end)):
            last = first + row  # of the frames that reach into it, unless there are fewer
            reaching = squares[max(last - self._frame + 1, 0) : last + 1]
            total[row] /= np.maximum(reaching.sum(axis=0), np.float32(1e-6))
        samples = total.ravel()
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        end = (self.n_fft - hop) - (self.n_fft - hop) // 2 if is_last else 0
        return samples[skipped : len(samples) - end]


def filled(f0: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """F0 `(F,)` with straight lines between the frames `voiced`, and level ends, as `audio.pitch.fill_gaps` has it."""
    if len(voiced) == 0:
        return np.full_like(f0, UNKNOWN_F0)
    place = np.arange(len(f0))
    next_voiced = np.searchsorted(voiced, place)
    right = voiced[np.minimum(next_voiced, len(voiced) - 1)]
    left = np.where(f0 > 0, place, voiced[np.maximum(next_voiced - 1, 0)])
    share = ((place - left) / np.maximum(right - left, 1)).astype(np.float32).clip(0, 1)
    return f0[left] + (f0[right] - f0[left]) * share


def audible(quiet: np.ndarray, hop_length: int) -> np.ndarray:
    """Gains `(S,)` that are 0 in the `quiet` frames `(F,)`; beside them they rise within a quarter of a hop.

    As `pauses.silence` has them.
    """
    fade, count = hop_length // FADE_SHARE, len(quiet) * hop_length
    place = np.arange(count)
    first, end = np.maximum(place - fade, 0), np.minimum(place + fade + 1, count)
    silent = np.append(0, np.repeat(quiet > 0, hop_length).cumsum())
    loud = np.append(0, (silent[end] == silent[first]).cumsum())
    return ((loud[end] - loud[first]) / (end - first)).astype(np.float32)


def stream_windows(
    network: Callable[[int, int], tuple[np.ndarray, np.ndarray]],
    synthesizer: FrameSynthesizer,
    frames: int,
    context: int,
    first_frames: int = FIRST_FRAMES,
    gains: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """The samples `(S,)` of an utterance, in [-1, 1], piece by piece.

    Args:
        network: Called with the first frame of a window and one past its last; what [`FrameSynthesizer.add`] takes.
        synthesizer: A new one.
        frames: Of the utterance.
        context: Frames on both sides that the network needs. Windows begin and end at multiples of `STEP`.
        first_frames: Of the first window; each one after it is four times as long, up to `MOST_FRAMES`. With
            more than that, all have as many.
        gains: `(S,)` of the samples, from `audible`.

    Raises:
        ValueError: For no frames in the first window.
    """
    if first_frames < 1:
        raise ValueError(f"`first_frames` is {first_frames}, but the first piece needs 1 frame or more.")
    start, size, spoken = 0, first_frames, 0
    while start < frames:
        end = min(start + size, frames)
        left = max(start - context, 0) // STEP * STEP
        right = min(-(-max(end + context, left + LEAST_WINDOW) // STEP) * STEP, frames)
        parts, f0 = network(left, right)
        inside = slice(start - left, end - left)
        samples = synthesizer.add(parts[inside], f0[inside], is_last=end == frames)
        if gains is not None:
            samples = samples * gains[spoken : spoken + len(samples)]
        spoken += len(samples)
        if len(samples):
            yield samples.clip(-1, 1)
        start, size = end, max(size, min(GROWTH * size, MOST_FRAMES))
