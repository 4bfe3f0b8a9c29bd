"""Which frame belongs to which phone, learned while training and from nothing but text and sound.

Phones `(B, T, H)` and mel frames `(B, F, M)` meet in a small space; near is likely. After JETS (Lim et al., 2022,
arXiv:2203.16852, section 2.3) and "One TTS alignment to rule them all" (Badlani et al., 2021, arXiv:2108.10447).
Nothing is compiled for it: the best monotonic path comes from `torchaudio.functional.forced_align`.
"""

import torch
import torch.nn.functional as F
import torchaudio.functional as AF
from torch import nn

from ..audio.mel import MEL_MEAN, MEL_SCALE
from .layers import Convolution


class Aligner(nn.Module):
    """Scores of each frame against each phone."""

    def __init__(self, hidden_size: int, num_mel_bins: int, aligner_size: int):
        super().__init__()
        self.phones = nn.ModuleList(
            [Convolution(hidden_size, hidden_size, 3), Convolution(hidden_size, aligner_size, 1)]
        )
        self.frames = nn.ModuleList(
            [
                Convolution(num_mel_bins, hidden_size, 3),
                Convolution(hidden_size, aligner_size, 3),
                Convolution(aligner_size, aligner_size, 1),
            ]
        )

    def forward(
        self, phones: torch.Tensor, mel: torch.Tensor, phone_mask: torch.Tensor, frame_mask: torch.Tensor
    ) -> torch.Tensor:
        """Log-probability of each phone given a frame, `(B, F, T)`, prior included; `phone_mask` `(B, T, 1)`."""
        key = embed(self.phones, phones, phone_mask)  # (B, T, A)
        query = embed(self.frames, (mel - MEL_MEAN) / MEL_SCALE, frame_mask)  # (B, F, A)
        with torch.autocast(mel.device.type, enabled=False):
            key, query = key.float(), query.float()
            distance = query.square().sum(-1, keepdim=True) - 2 * query @ key.transpose(1, 2)
            distance = (distance + key.square().sum(-1)[:, None]).clamp(min=1e-8).sqrt()  # (B, F, T)
            lengths, frames = phone_mask.sum((1, 2)).long(), frame_mask.sum((1, 2)).long()
            scores = (-distance).masked_fill(~phone_mask[:, None, :, 0].bool(), -1e4).log_softmax(-1)
            return scores + beta_binomial_prior(lengths, frames, *scores.shape[:0:-1])


def embed(convolutions: nn.ModuleList, sequence: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """`(B, T, C)` through convolutions with ReLU between them; the padding stays silent."""
    for number, convolution in enumerate(convolutions):
        sequence = F.relu(sequence) if number else sequence
        sequence = convolution(sequence, mask)
    return sequence


def beta_binomial_prior(phones: torch.Tensor, frames: torch.Tensor, T: int, F: int) -> torch.Tensor:
    """Log-probability `(B, F, T)` that favors the diagonal (Badlani et al., 2021, section 3.2, with scale 1).

    `phones` and `frames` are the lengths `(B,)`. All arguments of the gamma functions are whole, so one table serves.
    """
    table = torch.lgamma(torch.arange(1, T + F + 3, device=phones.device, dtype=torch.float64)).float()  # log(n!)
    n = (phones - 1).clamp(min=0)[:, None, None]
    k = torch.minimum(torch.arange(T, device=phones.device)[None, None], n)
    a = torch.minimum(torch.arange(1, F + 1, device=phones.device)[None, :, None], frames[:, None, None])
    b = frames[:, None, None] + 1 - a

    def log_beta(x, y):
        return table[x - 1] + table[y - 1] - table[x + y - 1]

    return table[n] - table[k] - table[n - k] + log_beta(k + a, n - k + b) - log_beta(a, b)


@torch.no_grad()
def viterbi_durations(scores: torch.Tensor, phones: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Durations `(B, T)` in frames, 1 or more each, of the best monotonic path through scores `(B, F, T)`."""
    device, scores = scores.device, scores.float().cpu()  # once: a call for each item would wait for an accelerator
    durations = torch.zeros(scores.shape[0], scores.shape[2], dtype=torch.long)
    for item, (T, length) in enumerate(zip(phones.tolist(), frames.tolist(), strict=True)):
        if length < T:
            raise ValueError(
                f"{T} phones cannot be aligned to {length} frames: the recording is too short for its text."
            )
        blank = scores.new_full((1, length, 1), -1e6)
        emission = torch.cat([blank, scores[item : item + 1, :length, :T].nan_to_num(-1e4)], dim=-1)
        target = torch.arange(1, T + 1, dtype=torch.int32)[None]
        path, _ = AF.forced_align(emission, target, blank=0)  # (1, length) of 1 to T
        durations[item, :T] = torch.bincount(path[0].long() - 1, minlength=T)
    return durations.to(device)


def forward_sum_loss(scores: torch.Tensor, phones: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood, per frame, of all monotonic paths (Shih et al., 2021, RAD-TTS, section 3.3)."""
    emission = F.pad(scores, (1, 0), value=-1.0).log_softmax(-1).transpose(0, 1)  # (F, B, T + 1)
    targets = torch.arange(1, scores.shape[2] + 1, device=scores.device).expand(len(scores), -1)
    loss = F.ctc_loss(emission, targets, frames, phones, reduction="none", zero_infinity=True)
    return (loss / frames).mean()


def binarization_loss(scores: torch.Tensor, durations: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """Mean negative log-probability of the hard path: the soft alignment must come to agree with it."""
    index = frame_to_phone(durations, scores.shape[1])  # (B, F)
    chosen = scores.log_softmax(-1).gather(-1, index[..., None])[..., 0]
    mask = torch.arange(scores.shape[1], device=scores.device) < frames[:, None]
    return -(chosen * mask).sum() / mask.sum()


def frame_to_phone(durations: torch.Tensor, frames: int) -> torch.Tensor:
    """Index `(B, F)` of the phone that each frame belongs to, by durations `(B, T)`; the last phone past the end."""
    ends = durations.cumsum(dim=1)
    index = torch.arange(frames, device=durations.device).repeat(len(ends), 1)
    return torch.searchsorted(ends, index, right=True).clamp(max=durations.shape[1] - 1)
