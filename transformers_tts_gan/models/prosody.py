"""How phones are spoken: measured from the ground truth, predicted, and controlled by the caller.

Phones are `(B, T)`, frames `(B, F)`. One frame is `hop_length / sampling_rate` seconds.
"""

import dataclasses
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .frame_synthesis import seeded_noise


PITCH_REFERENCE_HZ = 150.0
PITCH_UNITS_PER_OCTAVE = 2.0
SEMITONES_PER_PITCH_UNIT = 12 / PITCH_UNITS_PER_OCTAVE
DURATION_NOISE, PITCH_NOISE = 0.2, 0.15  # standard deviations at `noise_scale` 1: of log durations, of pitch units
MAX_LOG_DURATION = 6.0  # 402 frames
LOWEST_RATE = 0.1


@dataclass
class Prosody:
    """How the phones are spoken; each `(B, T)`."""

    log_duration: torch.Tensor  # log(1 + frames)
    pitch: torch.Tensor  # units of 6 semitones around 150 Hz
    voicing: torch.Tensor  # share of the phone's frames that are voiced
    energy: torch.Tensor  # mean frame level


@dataclass(frozen=True)
class ProsodyControls:
    """What a caller asks of the prosody. The first three are one number, or a tensor `(B,)` or `(B, T)`.

    Args:
        speaking_rate: 2.0 takes half the time; above 0.
        pitch_shift: Semitones up or down.
        gain_db: Decibels louder or softer.
        noise_scale: 0 always speaks alike; 1 varies timing and melody by about what people do.
        seed: Makes `noise_scale` repeatable: a sentence is spoken alike alone and in a batch.

    Raises:
        ValueError: For a `speaking_rate` that is not above 0, and a `noise_scale` below 0.

    Example:

    ```python
    slow = model.synthesize(**inputs, controls=ProsodyControls(speaking_rate=0.8, pitch_shift=2.0)).waveform
    ```
    """

    speaking_rate: torch.Tensor | float = 1.0
    pitch_shift: torch.Tensor | float = 0.0
    gain_db: torch.Tensor | float = 0.0
    noise_scale: float = 0.0
    seed: int | None = None

    def __post_init__(self):
        if not isinstance(self.speaking_rate, torch.Tensor) and not self.speaking_rate > 0:
            raise ValueError(f"`speaking_rate` is {self.speaking_rate}, but it must be above 0: 0.5 is half as fast.")
        if self.noise_scale < 0:
            raise ValueError(f"`noise_scale` is {self.noise_scale}, but it must be 0 or above.")
        for name in ("speaking_rate", "pitch_shift", "gain_db", "noise_scale"):
            value = getattr(self, name)
            if not isinstance(value, torch.Tensor) and not math.isfinite(value):
                raise ValueError(f"`{name}` is {value}, but it must be a finite number.")


def measure_prosody(durations: torch.Tensor, f0: torch.Tensor, level: torch.Tensor) -> Prosody:
    """How phones were spoken, as means over the frames of their F0 `(B, F)` in Hz and their level `(B, F)`."""
    voiced = (f0 > 0).float()
    pitch = torch.log2(f0.clamp(min=20) / PITCH_REFERENCE_HZ) * PITCH_UNITS_PER_OCTAVE * voiced
    voicing = phone_mean(voiced, durations)
    return Prosody(
        durations.float().log1p(),
        phone_mean(pitch, durations) / voicing.clamp(min=1e-3),
        voicing,
        phone_mean(level, durations),
    )


def phone_mean(values: torch.Tensor, durations: torch.Tensor) -> torch.Tensor:
    """Mean `(B, T)` of frame values `(B, F)` over each phone; 0 for phones of no frames."""
    ends = durations.cumsum(dim=1).clamp(max=values.shape[1])
    starts = (ends - durations).clamp(min=0)
    sums = F.pad(values.double().cumsum(dim=1), (1, 0))  # (B, F + 1)
    return ((sums.gather(1, ends) - sums.gather(1, starts)) / durations.clamp(min=1)).float()


def round_durations(durations: torch.Tensor) -> torch.Tensor:
    """Round real durations `(B, T)` so that their running sum is never off by more than half a frame."""
    ends = durations.double().cumsum(dim=1).float().round()  # double: all backends sum alike
    return torch.diff(ends, dim=1, prepend=torch.zeros_like(ends[:, :1])).long()


def apply_prosody_controls(
    predicted: Prosody, mask: torch.Tensor, controls: ProsodyControls, phone_controls: torch.Tensor | None = None
) -> tuple[Prosody, torch.Tensor, torch.Tensor]:
    """Change predicted prosody as the caller and the text ask.

    Args:
        predicted: Each of its tensors is `(B, T)`.
        mask: `(B, T, 1)` ones for phones.
        controls: Of the caller.
        phone_controls: `(B, T, 3)` rate, semitones and decibels of each phone, from markup; on top of `controls`.

    Returns:
        The prosody, the durations `(B, T)` in whole frames, and the gain in dB: a scalar, `(B, 1)` or `(B, T)`.
    """
    rate, semitones = per_phone(controls.speaking_rate, mask), per_phone(controls.pitch_shift, mask)
    gain_db = per_phone(controls.gain_db, mask)
    if phone_controls is not None:
        phone_rate, phone_semitones, phone_db = phone_controls.float().unbind(-1)  # each (B, T)
        rate, semitones, gain_db = rate * phone_rate, semitones + phone_semitones, gain_db + phone_db
    noise = prosody_noise(mask, controls.seed) * controls.noise_scale if controls.noise_scale else None
    prosody, durations = change_prosody(predicted, mask, rate, semitones, noise)
    return prosody, durations, gain_db


def change_prosody(
    predicted: Prosody,
    mask: torch.Tensor,
    rate: torch.Tensor,
    semitones: torch.Tensor,
    noise: torch.Tensor | None,
) -> tuple[Prosody, torch.Tensor]:
    """Another speaking rate and pitch, and noise `(2, B, T)` of timing and melody; and durations in whole frames."""
    frames, pitch = predicted.log_duration.clamp(max=MAX_LOG_DURATION).expm1().clamp(min=0), predicted.pitch
    if noise is not None:
        frames, pitch = frames * (DURATION_NOISE * noise[0]).exp(), pitch + PITCH_NOISE * noise[1]
    durations = round_durations(frames * mask[..., 0] / rate.clamp(min=LOWEST_RATE))
    pitch, voicing = pitch + semitones / SEMITONES_PER_PITCH_UNIT, predicted.voicing.clamp(0, 1)
    return dataclasses.replace(predicted, pitch=pitch, voicing=voicing), at_least_one(durations)


def at_least_one(durations: torch.Tensor) -> torch.Tensor:
    """Durations `(B, T)` in frames, the first phone's longer where all are 0: no frames would be no waveform."""
    empty = (durations.sum(dim=1, keepdim=True) < 1).long()
    return durations + F.pad(empty, (0, durations.shape[1] - 1))


def prosody_noise(mask: torch.Tensor, seed: int | None) -> torch.Tensor:
    """Noise `(2, B, T)` of power 1 for phones with a mask `(B, T, 1)`, the same in any batch where `seed` is given."""
    if seed is None:
        return torch.randn(2, *mask.shape[:2]).to(mask.device)
    noise = torch.zeros(2, *mask.shape[:2])
    for row, length in enumerate(mask.sum((1, 2)).long().tolist()):
        noise[:, row, :length] = torch.from_numpy(seeded_noise(length, seed))
    return noise.to(mask.device)


def per_phone(value: torch.Tensor | float, like: torch.Tensor) -> torch.Tensor:
    """One number, `(B,)` or `(B, T)` in a shape that goes with `(B, T)`, on the device of `like`."""
    value = torch.as_tensor(value, dtype=torch.float32, device=like.device)
    return value[:, None] if value.dim() == 1 else value
