"""An utterance whose durations are known and whose sound is not: the sound comes at once or window by window.

A frame depends on the frames around it, as far as the convolutions reach, and on no others. A window with so many
frames more on both sides is as good as the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch

from ..audio.mel import LOG_PER_DB
from .acoustic import place_frames
from .checks import refuse_not_finite
from .frame_synthesis import FIRST_FRAMES, FrameSynthesizer, audible, stream_windows
from .pauses import over_frames, silence, silent_frames, with_pauses
from .prosody import ProsodyControls, apply_prosody_controls
from .vocoder import F0_LAYERS, TTSGanVocoder


@dataclass
class FramePlan:
    """What is decided of an utterance before its frames are made."""

    hidden: torch.Tensor  # (B, T, H) phones with their prosody
    condition: torch.Tensor  # (B, 1, H)
    durations: torch.Tensor  # (B, T) frames
    gain_db: torch.Tensor  # a scalar, (B, 1) or (B, T)
    pause_ms: torch.Tensor | None  # (B, T)
    states: tuple[torch.Tensor, ...]  # (B, T, H) of the encoder

    def quiet(self, frames: int) -> torch.Tensor | None:
        """1 for frames `(B, F)` that are silent by order; `None` where no phone can be."""
        if self.gain_db.dim() < 2 and self.pause_ms is None:
            return None
        return silent_frames(self.gain_db, self.pause_ms, self.durations, frames)


class StreamingMixin:
    """Speaking in two steps, of a [`TTSGanModel`]: durations first, then frames, all or some."""

    def plan(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        text_input_ids: torch.Tensor | None = None,
        text_window_ids: torch.Tensor | None = None,
        token_spans: torch.Tensor | None = None,
        speaker_id: torch.Tensor | int | None = None,
        speaker_embedding: torch.Tensor | None = None,
        language_id: torch.Tensor | int | None = None,
        durations: torch.Tensor | None = None,
        prosody_controls: torch.Tensor | None = None,
        pause_ms: torch.Tensor | None = None,
        use_text_encoder: bool = True,
        controls: ProsodyControls | None = None,
    ) -> FramePlan:
        """Everything before the frames; the arguments are those of `synthesize`."""
        mask, condition, phones = self.embed(input_ids, attention_mask, speaker_id, speaker_embedding, language_id)
        context = self.encode_text(text_input_ids, text_window_ids, token_spans, use_text_encoder)
        encoded = self.acoustic.encode(phones, mask, condition, context)
        controls = ProsodyControls() if controls is None else controls
        text = (text_input_ids, text_window_ids, token_spans) if use_text_encoder else (None, None, None)
        who = (speaker_id, speaker_embedding, language_id)
        predicted, controls = self.predict_prosody(encoded.prosody, input_ids, mask, text, who, controls)
        refuse_not_finite(predicted.log_duration, "durations")
        prosody, usual, gain_db = apply_prosody_controls(predicted, mask, controls, prosody_controls)
        durations = usual if durations is None else durations
        if pause_ms is not None:
            pause_ms = pause_ms.masked_fill(mask[..., 0] == 0, -1)
            durations = with_pauses(durations, pause_ms, self.config.hop_length / self.config.sampling_rate)
        hidden = self.acoustic.with_prosody(encoded.sound, prosody, mask)
        return FramePlan(hidden, condition, durations, gain_db, pause_ms, encoded.states)

    def speak_plan(self, plan: FramePlan) -> tuple[torch.Tensor, torch.Tensor]:
        """All of the sound at once: samples `(B, S)` in [-1, 1], and the log-mel frames `(B, F, M)`."""
        log_mel, frame_mask = self.acoustic.decode_phones(plan.hidden, plan.durations, plan.condition)
        log_mel = log_mel + over_frames(plan.gain_db, plan.durations, log_mel.shape[1]) * LOG_PER_DB
        waveform = self.vocoder.synthesize(log_mel.to(self.dtype), frame_mask)
        refuse_not_finite(waveform, "samples")
        if (quiet := plan.quiet(log_mel.shape[1])) is not None:
            waveform = silence(waveform, quiet)
        return waveform.clamp(-1, 1), log_mel

    @property
    def context_frames(self) -> int:
        """Frames before and after a frame that its sound depends on, before the windows of its spectra overlap."""
        config, vocoder = self.config, self.config.vocoder_config
        of_decoder = config.kernel_size // 2 * config.num_decoder_layers
        return of_decoder + vocoder.kernel_size // 2 * (max(vocoder.num_hidden_layers, F0_LAYERS) + 1)

    @torch.no_grad()
    def stream(self, *args, first_frames: int = FIRST_FRAMES, **kwargs) -> Iterator[torch.Tensor]:
        """Speak one sentence in pieces: the first sound is there before the rest is made.

        Joined they are what `synthesize` returns, within rounding. A vocoder without windows, such as
        [`HifiGanVocoder`], gives all in one piece.

        Args:
            args, kwargs: Those of `synthesize`, for one sentence.
            first_frames: Frames of the first piece; each piece after it has four times as many as the one before, at
                most 256. Sound without a voice waits for the next voiced frame, which its pulses lead to.

        Yields:
            Samples `(S,)` on the CPU, in [-1, 1].

        Raises:
            ValueError: For a batch of several sentences, and as `synthesize`.
            TypeError: For `speaking_rate` and the like outside of `controls`.

        Example:

        ```python
        for samples in model.stream(**processor("Good morning.")):
            print(len(samples))
        ```
        """
        if loose := [field.name for field in fields(ProsodyControls) if field.name in kwargs]:
            named = ", ".join(f"{name}={kwargs[name]!r}" for name in loose)
            raise TypeError(
                f"Unknown arguments {loose}: pass `controls=ProsodyControls({named})`, as to `synthesize`."
            )
        input_ids = args[0] if args else kwargs["input_ids"]
        if len(input_ids) != 1:
            raise ValueError(f"`input_ids` holds {len(input_ids)} sentences, but one at a time can be streamed.")
        yield from self.stream_plan(self.plan(*args, **kwargs), first_frames)

    @torch.no_grad()
    def stream_plan(self, plan: FramePlan, first_frames: int = FIRST_FRAMES) -> Iterator[torch.Tensor]:
        """The same of a sentence that `plan` has been called for."""
        config, frames = self.config, int(plan.durations.sum())
        if not isinstance(self.vocoder, TTSGanVocoder):
            yield self.speak_plan(plan)[0][0].cpu()
            return
        index, positions = place_frames(plan.durations, frames)
        gain = (over_frames(plan.gain_db, plan.durations, frames) * LOG_PER_DB).expand(1, frames, 1)

        def network(start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
            inside = slice(start, end)
            log_mel = self.acoustic.decode_frames(plan.hidden, index[:, inside], positions[:, inside], plan.condition)
            log_mel = (log_mel + gain[:, inside]).to(self.dtype)
            parts, f0 = self.vocoder.gains_and_phases(log_mel)[0], self.vocoder.predict_f0(log_mel)[0]
            refuse_not_finite(parts, "spectra")
            return parts.cpu().numpy(), f0.cpu().numpy()

        synthesizer = FrameSynthesizer(config.sampling_rate, config.vocoder_config.n_fft, config.hop_length)
        quiet = plan.quiet(frames)
        gains = None if quiet is None else audible(quiet[0].cpu().numpy(), config.hop_length)
        for samples in stream_windows(network, synthesizer, frames, self.context_frames, first_frames, gains):
            yield torch.from_numpy(samples)
