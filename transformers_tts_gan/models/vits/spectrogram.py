"""The spectrograms of VITS (Kim et al., 2021, arXiv:2106.06103, section 3.1): linear into the model, mel for the loss.

Frames lie as in HiFi-GAN: the recording is reflected by `(n_fft - hop_length) / 2` samples at both ends.
"""

import math
from dataclasses import dataclass

import torch
from transformers import VitsConfig

from ...audio.mel import MEL_FLOOR, hann_window, mel_filters


EPSILON = 1e-6  # under the root, as the published weights know it
MEL_BINS = 80


@dataclass(frozen=True)
class VitsFrames:
    """How a VITS model sees sound.

    Args:
        sampling_rate: In Hz.
        n_fft: Samples in the window of a frame.
        hop_length: Samples from frame to frame.

    Example:

    ```python
    frames = VitsFrames.of(VitsConfig.from_pretrained("facebook/mms-tts-deu"))
    ```
    """

    sampling_rate: int
    n_fft: int
    hop_length: int

    @classmethod
    def of(cls, config: VitsConfig) -> "VitsFrames":
        """Those of a model, whose configuration holds them only between the lines.

        Args:
            config: Of the model.
        """
        return cls(config.sampling_rate, 2 * (config.spectrogram_bins - 1), math.prod(config.upsample_rates))


def linear_spectrogram(waveform: torch.Tensor, lengths: torch.Tensor, frames: VitsFrames) -> torch.Tensor:
    """Magnitudes `(B, N, F)` in float32 of `(B, S)` samples, each recording reflected at its own end.

    So a recording has the same frames whatever batch it is in; past its end they mean nothing.

    Args:
        waveform: Whole frames of samples, padded.
        lengths: `(B,)` samples of each recording.
        frames: Of the model.
    """
    pad = (frames.n_fft - frames.hop_length) // 2
    with torch.autocast(waveform.device.type, enabled=False):
        waveform = waveform.float()
        place = torch.arange(-pad, waveform.shape[1] + pad, device=waveform.device)  # (P,)
        last = lengths[:, None] - 1
        place = last - (last - place.abs()).abs()  # (B, P)
        padded = waveform.gather(1, place.clamp(min=0))
        window = hann_window(frames.n_fft, str(waveform.device))
        spectrum = torch.stft(
            padded, frames.n_fft, frames.hop_length, window=window, center=False, return_complex=True
        )
        return (spectrum.real.square() + spectrum.imag.square() + EPSILON).sqrt()


def log_mel(magnitudes: torch.Tensor, frames: VitsFrames) -> torch.Tensor:
    """Log-mel frames `(B, M, F)` of magnitudes `(B, N, F)`."""
    rate = frames.sampling_rate
    filters = mel_filters(rate, frames.n_fft, MEL_BINS, 0.0, rate / 2, str(magnitudes.device))
    with torch.autocast(magnitudes.device.type, enabled=False):
        return (filters.T @ magnitudes.float()).clamp(min=MEL_FLOOR).log()
