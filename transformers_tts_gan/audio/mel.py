"""Acoustic features of a waveform: log-mel frames and their level.

Waveforms enter as `(B, S)` floats in [-1, 1]; frames leave as `(B, F, ...)` with `F = S // hop_length`. The n-th frame
is centered on the middle of the n-th hop, so that a frame and its samples can be cut out of an utterance together.
"""

import functools
import math

import torch
import torch.nn.functional as F
import torchaudio.functional as AF


MEL_FLOOR = 1e-5
LOG_PER_DB = math.log(10) / 20  # of a log-mel frame, for each dB of the waveform
MEL_MEAN, MEL_SCALE = -5.0, 2.0  # about the mean and deviation of log-mel frames of speech at -23 dBFS


@functools.lru_cache(maxsize=32)
def mel_filters(sampling_rate: int, n_fft: int, num_mel_bins: int, fmin: float, fmax: float, device: str):
    """Triangular mel filters `(n_fft // 2 + 1, M)` of equal area, on Slaney's mel scale."""
    with torch.inference_mode(False):  # the first caller may be in it, the next one in training
        filters = AF.melscale_fbanks(
            n_fft // 2 + 1, fmin, fmax, num_mel_bins, sampling_rate, norm="slaney", mel_scale="slaney"
        )
        return filters.to(device)


def hann_window(length: int, device: str) -> torch.Tensor:
    """A periodic Hann window in float32; not kept, since `torch.export` would leave one without numbers behind."""
    return torch.hann_window(length, dtype=torch.float32, device=device)


def spectrogram(waveform: torch.Tensor, n_fft: int, hop_length: int) -> torch.Tensor:
    """Magnitudes `(B, F, n_fft // 2 + 1)` of `(B, S)` samples, in float32; reflected at both ends."""
    return complex_spectrogram(waveform, n_fft, hop_length).abs()


def complex_spectrogram(waveform: torch.Tensor, n_fft: int, hop_length: int) -> torch.Tensor:
    """Spectra `(B, F, n_fft // 2 + 1)` of `(B, S)` samples, in complex64; reflected at both ends."""
    pad = (n_fft - hop_length) // 2
    tail = n_fft - hop_length - pad
    waveform = waveform.float()
    mode = "reflect" if waveform.shape[-1] > max(pad, tail) else "constant"
    waveform = F.pad(waveform[:, None], (pad, tail), mode=mode)[:, 0]
    window = hann_window(n_fft, str(waveform.device))
    spectrum = torch.stft(waveform, n_fft, hop_length, window=window, center=False, return_complex=True)  # (B, N, F)
    return spectrum.transpose(1, 2)


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
