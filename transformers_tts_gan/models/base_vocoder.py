"""What every vocoder is to the model: log-mel frames and samples, and how far one is from the other.

A vocoder of your own is a subclass of [`BaseVocoder`] and of `PreTrainedConfig`, registered with `AutoConfig` and
`AutoModel`: the `model_type` of `vocoder_config` then picks it. `hifigan.py` is an example.
"""

import torch
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedConfig, PreTrainedModel

from ..audio.mel import log_mel
from ..audio.pitch import fundamental_frequency
from .layers import length_mask
from .loading import HUB_ARGUMENTS, StrictLoadingMixin
from .losses import total_loss, waveform_losses
from .outputs import TTSGanVocoderOutput


class BaseVocoder(StrictLoadingMixin, PreTrainedModel):
    """A model from log-mel frames to samples, which speaks alone or as a part of a [`TTSGanModel`].

    Its `config` has `sampling_rate` in Hz, `hop_length` in samples and `num_mel_bins`. Subclasses define `synthesize`;
    `log_mel` where their frames are not those of `audio.mel.log_mel`; `rebuild` where they have losses of their own.
    Frames are natural logarithms, about -5 on average, since the acoustic model scales them so: a vocoder that was
    trained on another scale converts them in `synthesize`.
    """

    base_model_prefix = "vocoder"
    main_input_name = "log_mel"
    accepts_loss_kwargs = False
    _supports_sdpa = True  # no attention inside: every implementation is as good
    _supports_flash_attn = True
    _supports_flex_attn = True
    _keys_to_ignore_on_load_unexpected = [r"^acoustic\.", r"^text_encoder\."]  # of a whole voice

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *args, **kwargs):
        """As of any model; from the folder of a whole voice, its vocoder.

        Raises:
            ValueError: For a model of another type, and for missing weights.
        """
        if kwargs.get("config") is None:
            options = {name: value for name, value in kwargs.items() if name in HUB_ARGUMENTS}
            kind = vocoder_type(pretrained_model_name_or_path, **options)
            if kind != cls.config_class.model_type:
                refuse_type(str(pretrained_model_name_or_path), kind, f"a `{cls.__name__}`")
        return super().from_pretrained(pretrained_model_name_or_path, *args, **kwargs)

    def forward(
        self,
        log_mel: torch.Tensor | None = None,
        frame_lengths: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        label_lengths: torch.Tensor | None = None,
        f0: torch.Tensor | None = None,
        segment_frames: int | None = None,
        return_dict: bool | None = None,
    ) -> TTSGanVocoderOutput | tuple:
        """Turn frames into samples, or with `labels` rebuild ground truth and return losses.

        Args:
            log_mel: `(B, F, M)` frames, as the method `log_mel` makes them.
            frame_lengths: `(B,)` frames of each item; `None`: all full.
            labels: `(B, S)` ground truth to rebuild, instead of `log_mel`.
            label_lengths: `(B,)` its samples.
            f0: `(B, F)` in Hz, 0 where unvoiced. With `labels` it is measured where left out; without them a vocoder
                that needs it predicts it.
            segment_frames: With `labels`: take a random piece of so many frames of each; `None`: all.
            return_dict: `False` returns a tuple.

        Raises:
            ValueError: Where neither `log_mel` nor `labels` are given.
        """
        if labels is not None:
            if f0 is None:
                f0 = fundamental_frequency(labels, self.config.sampling_rate, self.config.hop_length)
            target, f0 = self.piece(labels, label_lengths, f0, segment_frames)
            log_mel = self.log_mel(target).to(self.dtype)
            waveform, losses = self.rebuild(log_mel, f0, target)
            output = TTSGanVocoderOutput(total_loss(losses), waveform, None, target, losses)
        elif log_mel is None:
            raise ValueError("Neither `log_mel` nor `labels` are given: pass frames to speak, or samples to rebuild.")
        else:
            mask = None if frame_lengths is None else length_mask(frame_lengths, log_mel.shape[1])[..., None]
            output = TTSGanVocoderOutput(waveform=self.synthesize(log_mel, mask, f0))
        if frame_lengths is None:
            frame_lengths = torch.full((len(log_mel),), log_mel.shape[1], device=log_mel.device)
        output.waveform_lengths = frame_lengths * self.config.hop_length
        return output.to_tuple() if return_dict is False else output

    def piece(self, labels, label_lengths, f0, segment_frames: int | None) -> tuple[torch.Tensor, torch.Tensor]:
        """A random piece of `(B, S)` samples and of their `(B, F)` pitch; all of them where no length is given."""
        hop, frames = self.config.hop_length, labels.shape[1] // self.config.hop_length
        if segment_frames is None:
            return labels, f0[:, :frames]
        lengths = None if label_lengths is None else label_lengths // hop
        starts = segment_starts(lengths, len(labels), frames, segment_frames, labels.device)
        return cut(labels, starts * hop, segment_frames * hop), cut(f0, starts, segment_frames)

    def log_mel(self, waveform: torch.Tensor) -> torch.Tensor:
        """The frames `(B, F, M)` of `(B, S)` samples: natural logarithm, float32."""
        return log_mel(waveform, self.config)

    def copy_synthesis(self, waveform: torch.Tensor) -> torch.Tensor:
        """`(B, S)` samples to mel frames and back: what the vocoder alone loses."""
        return self(self.log_mel(waveform).to(self.dtype)).waveform

    def rebuild(
        self, log_mel: torch.Tensor, f0: torch.Tensor, target: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Frames to samples `(B, S)` that are to be the ground truth, and their losses by name.

        Args:
            log_mel: `(B, F, M)` frames, of the ground truth or predicted.
            f0: `(B, F)` measured, in Hz, 0 where unvoiced.
            target: `(B, S)` ground truth.
        """
        waveform = self.synthesize(log_mel, f0=f0)
        return waveform, waveform_losses(waveform, target[:, : waveform.shape[1]], self.config.sampling_rate)

    def synthesize(
        self, log_mel: torch.Tensor, mask: torch.Tensor | None = None, f0: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Frames `(B, F, M)` to samples `(B, F * hop_length)`, zero where the mask `(B, F, 1)` is 0.

        `f0` `(B, F)` in Hz is the melody where it is known; a vocoder that reads it off the frames may ignore it.
        """
        raise NotImplementedError(f"`{type(self).__name__}` does not define `synthesize`.")


def vocoder_type(name_or_path, **options) -> str | None:
    """`model_type` of the vocoder in a folder or a Hub repository of a vocoder or of a whole voice."""
    config, _ = PreTrainedConfig.get_config_dict(name_or_path, **options)
    return (config.get("vocoder_config") or config).get("model_type")


def vocoder_class(config_class: type[PreTrainedConfig], name: str = "`vocoder_config`") -> type[BaseVocoder]:
    """The registered class of a configuration's; ValueError, with `name`, for one that is no vocoder's."""
    found = MODEL_MAPPING.get(config_class, None)
    if found is None or not issubclass(found, BaseVocoder):
        refuse_type(name, config_class.model_type, "a vocoder")
    return found


def load_vocoder(name_or_path: str) -> BaseVocoder:
    """A vocoder of any registered type.

    Args:
        name_or_path: Folder or Hub id of a vocoder or of a whole voice.

    Raises:
        ValueError: For a model that is no vocoder, with what to do.

    Example:

    ```python
    vocoder = load_vocoder("examples/voices/bilingual")
    ```
    """
    kind = vocoder_type(name_or_path)
    if kind not in CONFIG_MAPPING:
        refuse_type(name_or_path, kind, "a vocoder")
    return vocoder_class(CONFIG_MAPPING[kind], name_or_path).from_pretrained(name_or_path)


def refuse_type(name: str, kind: str | None, needed: str):
    """A model of another type has frames of another scale: it would make noise without a word."""
    advice = "choose `examples/voices/bilingual`, or leave `vocoder` out for a new one"
    if kind == "speecht5_hifigan":
        advice = "wrap it by `HifiGanVocoder.from_hifigan`, which is told its mel scale, and save that"
    raise ValueError(f"`{name.strip('`')}` is a model of type `{kind}`, but {needed} is needed: {advice}.")


def segment_starts(lengths, batch: int, frames: int, segment_frames: int, device) -> torch.Tensor:
    """A random first frame `(B,)` for a piece of `segment_frames` within each item's length."""
    room = torch.full((batch,), frames, device=device) if lengths is None else lengths
    room = (room - segment_frames).clamp(min=0) + 1
    return (torch.rand(batch, device=device) * room).long()


def cut(sequence: torch.Tensor, starts: torch.Tensor, length: int) -> torch.Tensor:
    """The piece `(B, length, ...)` of `(B, T, ...)` that begins at `starts` `(B,)`; zeros past the end."""
    index = starts[:, None] + torch.arange(length, device=sequence.device)  # (B, length)
    inside = index < sequence.shape[1]
    rows = torch.arange(len(sequence), device=sequence.device)[:, None]
    piece = sequence[rows, index.clamp(max=sequence.shape[1] - 1)]
    return piece * inside.view(*inside.shape, *[1] * (sequence.dim() - 2)).to(sequence.dtype)
