"""Silence of the length that a writer asks for, and where it is asked for, and loudness phone by phone.

Phones `(B, T)` and their durations enter, frames and samples leave. A break is a phone of a fixed duration whose
samples are zeros. The acoustic model still sees a pause there, so that the melody around it is that of a pause.
"""

import torch
import torch.nn.functional as F

from ..text.ssml.values import SILENT_DB
from .aligner import frame_to_phone
from .frame_synthesis import FADE_SHARE
from .prosody import at_least_one


def with_pauses(durations: torch.Tensor, pause_ms: torch.Tensor, seconds_per_frame: float) -> torch.Tensor:
    """Durations `(B, T)` in frames, with pauses of given milliseconds, to the nearest frame; negative: none."""
    frames = (pause_ms / (1_000 * seconds_per_frame)).round().long()
    return at_least_one(torch.where(pause_ms >= 0, frames, durations))


def over_frames(values: torch.Tensor, durations: torch.Tensor, frames: int) -> torch.Tensor:
    """Values of phones, `(B, T)`, for each of their frames, `(B, F, 1)`; those of a whole utterance as they are."""
    if values.dim() == 0 or values.shape[1] == 1:
        return values[..., None]
    return values.gather(1, frame_to_phone(durations, frames))[..., None]


def silent_frames(
    gain_db: torch.Tensor, pause_ms: torch.Tensor | None, durations: torch.Tensor, frames: int
) -> torch.Tensor:
    """1 for frames `(B, F)` of fixed pauses, and of what is spoken at `SILENT_DB` or less (`gain_db` as `(B, T)`)."""
    quiet = (gain_db <= SILENT_DB).expand(durations.shape)
    quiet = quiet if pause_ms is None else quiet | (pause_ms >= 0)
    return over_frames(quiet.float(), durations, frames)[..., 0]


def silence(waveform: torch.Tensor, quiet: torch.Tensor) -> torch.Tensor:
    """Samples `(B, S)` with zeros in the `quiet` frames `(B, F)`; the sound beside them fades out and in."""
    hop_length = waveform.shape[1] // quiet.shape[1]
    audible = 1 - quiet.to(waveform.dtype).repeat_interleave(hop_length, dim=1)  # (B, S)
    size = 2 * (hop_length // FADE_SHARE) + 1
    shrunk = -F.max_pool1d(-audible, size, stride=1, padding=size // 2)
    gain = F.avg_pool1d(shrunk, size, stride=1, padding=size // 2, count_include_pad=False)
    return waveform * gain
