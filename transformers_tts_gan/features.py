"""Acoustic features of a waveform: log-mel frames, fundamental frequency (F0) and level.

Waveforms enter as `(B, S)` floats in [-1, 1]; frames leave as `(B, F, ...)` with `F = S // hop_length`. The n-th frame
is centred on the middle of the n-th hop, so that a frame and its samples can be cut out of an utterance together.
"""

import functools

import torch
import torch.nn.functional as F
import torchaudio.functional as AF


MEL_FLOOR = 1e-5
MEL_MEAN, MEL_SCALE = -5.0, 2.0  # about the mean and deviation of log-mel frames of speech at -23 dBFS


@functools.lru_cache(maxsize=32)
def mel_filters(sampling_rate: int, n_fft: int, num_mel_bins: int, fmin: float, fmax: float, device: str):
    """Triangular mel filters `(n_fft // 2 + 1, M)` of equal area, on Slaney's mel scale."""
    with torch.inference_mode(False):  # the first caller may be in it, the next one in training
        filters = AF.melscale_fbanks(
            n_fft // 2 + 1, fmin, fmax, num_mel_bins, sampling_rate, norm="slaney", mel_scale="slaney"
        )
        return filters.to(device)


@functools.lru_cache(maxsize=32)
def hann_window(length: int, device: str) -> torch.Tensor:
    """A periodic Hann window in float32."""
    with torch.inference_mode(False):
        return torch.hann_window(length, dtype=torch.float32).to(device)


def spectrogram(waveform: torch.Tensor, n_fft: int, hop_length: int) -> torch.Tensor:
    """Magnitudes `(B, F, n_fft // 2 + 1)` of `(B, S)` samples, in float32; reflected at both ends."""
    pad = (n_fft - hop_length) // 2
    tail = n_fft - hop_length - pad
    waveform = waveform.float()
    mode = "reflect" if waveform.shape[-1] > max(pad, tail) else "constant"
    waveform = F.pad(waveform[:, None], (pad, tail), mode=mode)[:, 0]
    window = hann_window(n_fft, str(waveform.device))
    spectrum = torch.stft(waveform, n_fft, hop_length, window=window, center=False, return_complex=True)  # (B, N, F)
    return spectrum.abs().transpose(1, 2)


def mel_spectrogram(waveform, sampling_rate, n_fft, hop_length, num_mel_bins, fmin, fmax) -> torch.Tensor:
    """Natural logarithm of mel magnitudes, `(B, F, M)` in float32, never under the logarithm of 1e-5."""
    with torch.autocast(waveform.device.type, enabled=False):
        magnitudes = spectrogram(waveform, n_fft, hop_length)  # (B, F, N)
        filters = mel_filters(sampling_rate, n_fft, num_mel_bins, float(fmin), float(fmax), str(waveform.device))
        return (magnitudes @ filters).clamp(min=MEL_FLOOR).log()


def log_mel(waveform: torch.Tensor, config) -> torch.Tensor:
    """The log-mel frames `(B, F, M)` that a [`TTSGanVocoder`] with this [`TTSGanVocoderConfig`] turns into sound."""
    return mel_spectrogram(
        waveform,
        config.sampling_rate,
        config.n_fft,
        config.hop_length,
        config.num_mel_bins,
        config.mel_fmin,
        config.mel_fmax,
    )


def frame_level(mel: torch.Tensor) -> torch.Tensor:
    """Level `(B, F)` of log-mel frames `(B, F, M)`: their mean, near 0 for speech and about 1 apart in loudness."""
    return mel.mean(dim=-1) / 2 + 2.5


def fundamental_frequency(waveform: torch.Tensor, sampling_rate: int, hop_length: int) -> torch.Tensor:
    """F0 in Hz, `(B, F)`, 0 where no voice is heard: the highest peak of the normalised autocorrelation, smoothed.

    Searches 60 to 500 Hz in windows of 50 ms; a small price on long lags keeps it from falling an octave (after
    Boersma, 1993, "Accurate short-term analysis of the fundamental frequency", sections 3 and 4).
    """
    width, shortest, longest = sampling_rate // 20, sampling_rate // 500, sampling_rate // 60
    frames = waveform.shape[-1] // hop_length
    if frames == 0:
        return waveform.new_zeros(len(waveform), 0)
    pad = (width - hop_length) // 2
    padded = F.pad(waveform.float(), (max(pad, 0), width))
    pieces = padded.unfold(-1, width, hop_length)[:, :frames]  # (B, F, W)
    pieces = (pieces - pieces.mean(-1, keepdim=True)) * hann_window(width, str(waveform.device))
    size = 2 ** (2 * width - 1).bit_length()
    power = torch.fft.rfft(pieces, size).abs().square()
    correlation = torch.fft.irfft(power, size)[..., : longest + 2]
    window = torch.fft.rfft(hann_window(width, str(waveform.device)), size).abs().square()
    window = torch.fft.irfft(window, size)[: longest + 2]
    correlation = correlation / correlation[..., :1].clamp(min=1e-9) / (window / window[0])  # (B, F, lags)
    lags = torch.arange(longest + 2, device=waveform.device, dtype=torch.float32)
    priced = correlation - 0.02 * torch.log2(lags.clamp(min=1) / shortest)
    strength, best = priced[..., shortest : longest + 1].max(dim=-1)
    best = best + shortest  # (B, F)
    left, peak, right = (correlation.gather(-1, (best + step)[..., None])[..., 0] for step in (-1, 0, 1))
    shift = (0.5 * (left - right) / (left - 2 * peak + right).clamp(max=-1e-6)).clamp(-0.5, 0.5)
    level = pieces.square().mean(-1).sqrt()
    voiced = (strength > 0.5) & (level > 0.03 * level.amax(-1, keepdim=True))
    f0 = torch.where(voiced, sampling_rate / (best + shift), 0.0)
    return F.pad(f0[:, None], (2, 2), mode="replicate")[:, 0].unfold(-1, 5, 1).median(dim=-1).values
