"""The losses that need no discriminator, and how much each counts. Those of the alignment are in `aligner.py`.

Waveforms are `(B, S)` floats in [-1, 1]; every loss is a scalar.
"""

import torch
import torch.nn.functional as F

from ..audio.mel import complex_spectrogram, mel_spectrogram, spectrogram


STFT_FLOOR = 1e-4
PHASE_FLOOR, PHASE_CEILING = 1e-3, 10.0  # power that counts as silence, and the worst share of it that is worse still
LOSS_WEIGHTS = {  # of `loss`; the training arguments have the same defaults
    "mel": 1.0,
    "duration": 0.3,
    "pitch": 0.1,
    "voicing": 0.1,
    "energy": 0.1,
    "forward_sum": 1.0,
    "binarization": 0.1,
    "f0": 0.1,
    "waveform_mel": 1.0,
    "waveform_stft": 0.5,
    "phase": 0.0,
}


def total_loss(losses: dict[str, torch.Tensor]) -> torch.Tensor:
    """The sum of named losses by `LOSS_WEIGHTS`; a name without a weight, such as a foreign vocoder's, counts once."""
    return sum(LOSS_WEIGHTS.get(name, 1.0) * loss for name, loss in losses.items())


def waveform_losses(fake: torch.Tensor, real: torch.Tensor, sampling_rate: int) -> dict[str, torch.Tensor]:
    """Spectral differences of generated and ground-truth samples `(B, S)`, in float32 also under autocast."""
    with torch.autocast(fake.device.type, enabled=False):
        fake, real = fake.float(), real.float()
        return {
            "waveform_mel": multi_resolution_mel_loss(fake, real, sampling_rate),
            "waveform_stft": multi_resolution_stft_loss(fake, real),
        }


def multi_resolution_mel_loss(fake: torch.Tensor, real: torch.Tensor, sampling_rate: int) -> torch.Tensor:
    """Mean absolute log-mel difference of `(B, S)` waveforms at three window lengths.

    One resolution as in HiFi-GAN (Kong et al., 2020, arXiv:2010.05646, section 2.3) leaves a buzz that the others show
    (Kumar et al., 2023, arXiv:2306.06546, section 3.4).
    """
    loss = fake.new_zeros(())
    resolutions = ((2048, 512, 80), (1024, 256, 80), (256, 64, 20))
    for n_fft, hop_length, num_mel_bins in resolutions:
        arguments = (sampling_rate, n_fft, hop_length, num_mel_bins, 0.0, sampling_rate / 2)
        loss = loss + F.l1_loss(mel_spectrogram(fake, *arguments), mel_spectrogram(real, *arguments))
    return loss / len(resolutions)


def multi_resolution_stft_loss(fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of the log magnitudes of `(B, S)` waveforms at three window lengths.

    Mel bands of high frequencies are wider than the distance of harmonics. This loss tells pulses from noise there,
    and its short windows show single pulses. The log-magnitude term of Yamamoto et al. (2020, Parallel WaveGAN,
    arXiv:1910.11480, section 2.2).
    """
    loss = fake.new_zeros(())
    resolutions = ((1024, 256), (512, 128), (256, 64))
    for n_fft, hop_length in resolutions:
        logs = [spectrogram(wave, n_fft, hop_length).clamp(min=STFT_FLOOR).log() for wave in (fake, real)]
        loss = loss + F.l1_loss(*logs)
    return loss / len(resolutions)


def phase_loss(fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Share of the power of `(B, S)` ground truth that is left when a waveform without noise is taken from it.

    Each place of the spectrogram counts alike, however loud it is. Of all waveforms that are a function of the frames,
    the mean has the least: what can be foretold of the samples, phases included. What cannot is left to the noise.
    """
    with torch.autocast(fake.device.type, enabled=False):
        fake, real = (complex_spectrogram(wave, 512, 128) for wave in (fake, real))  # (B, F, N)
        power = F.avg_pool2d(real.abs().square()[:, None], (3, 9), 1, (1, 4), count_include_pad=False)[:, 0]
        share = (fake - real).abs().square() / (power + PHASE_FLOOR)
        return share.clamp(max=PHASE_CEILING).mean()


def masked_l1(prediction: torch.Tensor, target: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of `(B, F, M)` where the mask `(B, F, 1)` is 1."""
    return ((prediction - target).abs() * mask).sum() / (mask.sum() * prediction.shape[-1]).clamp(min=1)


def masked_mse(prediction: torch.Tensor, target: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of `(B, T)` where the mask `(B, T)` is 1."""
    return ((prediction - target).square() * mask).sum() / mask.sum().clamp(min=1)
