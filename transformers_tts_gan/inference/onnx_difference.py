"""How far an exported voice is from the model that it was made of.

Enter: both, and one text. Leave: differences of durations, F0, spectra and samples. With 8 bit integers F0 differs by
fractions of a Hz, which add up to other phases: the samples then say nothing, and the spectra are what is heard.
"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..audio.mel import LOG_PER_DB
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from .onnx_voice import OnnxVoice


MOST = 0.95  # of the frames


@dataclass(frozen=True)
class Difference:
    """What differs over one text. All but the durations are compared with the durations of the model.

    Args:
        phones: Of the text.
        durations: Phones that last another number of frames.
        duration_frames: Largest difference of a duration, in frames.
        f0_hz: Median difference of F0, in Hz, over the frames that are voiced in both.
        most_f0_hz: What 95 of 100 of these frames do not exceed.
        voicing: Share of all frames that are voiced in one of the two alone.
        spectrum_db: Median over frames of the mean difference of the mel bands, in dB.
        most_spectrum_db: What 95 of 100 frames do not exceed.
        waveform: Largest difference of the samples.
        share: Power of the difference of the samples, as a share of their power.
        peak: Largest sample of the model.
    """

    phones: int
    durations: int
    duration_frames: int
    f0_hz: float
    most_f0_hz: float
    voicing: float
    spectrum_db: float
    most_spectrum_db: float
    waveform: float
    share: float
    peak: float


@torch.no_grad()
def measure_difference(
    model: TTSGanModel, processor: TTSGanProcessor, folder: str | os.PathLike, text: str
) -> Difference:
    """Let a model and what was exported of it say one sentence, and compare."""
    voice = OnnxVoice(folder)
    row = processor.encode_speech(text, None, None)
    inputs: dict[str, Any] = processor.pad([row])
    vocoder: Any = model.vocoder
    plan = model.plan(**inputs, use_text_encoder=voice.reads_text)
    exported = voice.plan(row)
    waveform: Any = model.synthesize(**inputs, durations=plan.durations, use_text_encoder=voice.reads_text).waveform
    durations = plan.durations[0].numpy()
    apart = np.abs(exported.durations - durations)
    log_mel = model.acoustic.decode_phones(plan.hidden, plan.durations, plan.condition)[0]
    f0 = vocoder.predict_f0(log_mel)[0].numpy()
    exported.durations = durations
    other_f0 = voice.frames(exported)(0, len(f0))[1]
    voiced = (f0 > 0) & (other_f0 > 0)
    hertz = np.abs(f0 - other_f0)[voiced] if voiced.any() else np.zeros(1)
    other = torch.from_numpy(np.concatenate(list(voice.speak_plan(exported))))[None]  # (1, S)
    decibels = ((vocoder.log_mel(other) - vocoder.log_mel(waveform)).abs().mean(dim=-1)[0] / LOG_PER_DB).numpy()
    error = other - waveform
    return Difference(
        phones=len(durations),
        durations=int((apart > 0).sum()),
        duration_frames=int(apart.max()),
        f0_hz=float(np.median(hertz)),
        most_f0_hz=float(np.quantile(hertz, MOST)),
        voicing=float(((f0 > 0) != (other_f0 > 0)).mean()),
        spectrum_db=float(np.median(decibels)),
        most_spectrum_db=float(np.quantile(decibels, MOST)),
        waveform=float(error.abs().max()),
        share=float(error.square().sum() / waveform.square().sum()),
        peak=float(waveform.abs().max()),
    )
