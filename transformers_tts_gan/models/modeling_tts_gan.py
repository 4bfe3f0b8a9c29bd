"""The voice: a pretrained text encoder, an acoustic model and a vocoder as one `PreTrainedModel`.

Phones and text tokens enter, a waveform leaves. With `labels` (recorded waveforms) it also returns the losses that
need no discriminator, and a piece of the waveform for the discriminators to judge.
"""

import copy
import inspect
import math
from dataclasses import dataclass

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForTextEncoding,
    AutoModelForTextToWaveform,
    PreTrainedModel,
)
from transformers import initialization as init
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING
from transformers.utils import ModelOutput

from ..audio.mel import frame_level
from ..audio.pitch import fundamental_frequency
from .acoustic import AcousticModel, Prosody, measure_prosody, whole_frames
from .aligner import Aligner, binarization_loss, forward_sum_loss, viterbi_durations
from .configuration_tts_gan import TTSGanConfig, TTSGanVocoderConfig
from .layers import length_mask, masked_l1, masked_mse
from .lora import LoraMixin
from .pauses import over_frames, silence, silent_frames, with_pauses
from .processing_tts_gan import TTSGanProcessor
from .text_encoder import text_states
from .transfer import TransferReport, pretrained_vocoder, table_sizes, warm_start
from .vocoder import TTSGanVocoder, cut, init_weights, segment_starts


LOG_PER_DB = math.log(10) / 20  # of a log-mel frame
EMBEDDING_STD = 0.3  # phones that start far apart are told apart sooner: the aligner needs 100 steps instead of 200


@dataclass
class TTSGanOutput(ModelOutput):
    """What a [`TTSGanModel`] returns.

    Args:
        waveform: `(B, S)` samples in [-1, 1], zero past `waveform_lengths`; in training a random piece of each.
        waveform_lengths: `(B,)` samples.
        durations: `(B, T)` frames of each phone.
        log_mel: `(B, F, M)` predicted frames.
        target_waveform: `(B, S)` recorded samples of the same piece, in training.
        losses: Scalars by name, not weighted yet, in training.
        alignment: `(B, F, T)` log-probabilities of phones given frames, in training.
    """

    waveform: torch.Tensor | None = None
    waveform_lengths: torch.Tensor | None = None
    durations: torch.Tensor | None = None
    log_mel: torch.Tensor | None = None
    target_waveform: torch.Tensor | None = None
    losses: dict[str, torch.Tensor] | None = None
    alignment: torch.Tensor | None = None


@dataclass
class Recording:
    """A recorded utterance and how the phones lie on it."""

    waveform: torch.Tensor  # (B, S)
    log_mel: torch.Tensor  # (B, F, M)
    frames: torch.Tensor  # (B,)
    mask: torch.Tensor  # (B, F, 1)
    durations: torch.Tensor  # (B, T)
    scores: torch.Tensor  # (B, F, T)
    losses: dict[str, torch.Tensor]


class TTSGanModel(LoraMixin, PreTrainedModel):
    """Text to waveform in one forward pass.

    Example:

    ```python
    processor = TTSGanProcessor.from_pretrained("examples/voices/en")
    voice = TTSGanModel.from_pretrained("examples/voices/en")
    waveform = voice(**processor("Good morning.")).waveform  # (1, S)
    ```
    """

    config_class = TTSGanConfig
    base_model_prefix = "tts_gan"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    accepts_loss_kwargs = False
    _supports_sdpa = True
    _supports_flash_attn = True
    transfer_report: TransferReport | None = None  # of `from_pretrained_parts`

    def __init__(
        self,
        config: TTSGanConfig,
        text_encoder: PreTrainedModel | None = None,
        vocoder: TTSGanVocoder | None = None,
    ):
        attention = None if text_encoder is None else text_encoder.config._attn_implementation
        super().__init__(config)
        if text_encoder is None and config.text_encoder_config is not None:
            text_encoder = new_text_encoder(config.text_encoder_config)
            attention = text_encoder.config._attn_implementation
        self.text_encoder = text_encoder
        self.put_lora()
        context_size = None
        if text_encoder is not None:
            self.text_encoder.config = self.config.text_encoder_config
            self.text_encoder.config._attn_implementation = attention  # our own, which has no say in it, overwrote it
            context_size = config.text_encoder_config.hidden_size
        self.acoustic = AcousticModel(config, context_size)
        self.vocoder = TTSGanVocoder(config.vocoder_config) if vocoder is None else vocoder
        self.vocoder.config = self.config.vocoder_config
        self.post_init()

    def _init_weights(self, module: nn.Module):
        init_weights(module, self.config.initializer_range)
        if isinstance(module, nn.Embedding):
            init.normal_(module.weight, std=EMBEDDING_STD)
        elif isinstance(module, Aligner):
            for convolution in (*module.phones, *module.frames):  # distances far from zero from the first step
                init.kaiming_uniform_(convolution.weight, a=5**0.5)

    def get_input_embeddings(self) -> nn.Module:
        return self.acoustic.phone_embedding

    @classmethod
    def from_pretrained_parts(
        cls,
        config: TTSGanConfig | None = None,
        text_encoder: str | PreTrainedModel | None = None,
        vocoder: str | TTSGanVocoder | None = None,
        acoustic: "str | TTSGanModel | None" = None,
        text_encoder_layers: int | None = None,
        processor: TTSGanProcessor | None = None,
        acoustic_processor: TTSGanProcessor | None = None,
    ) -> "TTSGanModel":
        """A new voice of parts that are pretrained where they are given and new where not.

        Its `transfer_report` tells what was loaded, resized, new or left out.

        Args:
            config: Sizes of the new parts; `text_encoder_config` and `vocoder_config` come from the parts given.
            text_encoder: Hub id, folder or model of any text encoder that `AutoModel` knows.
            vocoder: Hub id, folder or model of a [`TTSGanVocoder`].
            acoustic: Hub id, folder or model of another voice; what is not given comes from it, too, and what does
                not fit begins anew.
            text_encoder_layers: Keep only so many of the text encoder's first layers.
            processor: Of the new voice: its phones, speakers and languages size the tables, and are matched by name
                with those of `acoustic`. Without it the tables must have the same sizes.
            acoustic_processor: That of `acoustic`; loaded from the same place where that is not a model.

        Raises:
            ValueError: Where parts do not fit, such as a vocoder of another sampling rate than `config` asks for.
        """
        given = {name for name, part in (("text_encoder", text_encoder), ("vocoder", vocoder)) if part is not None}
        if isinstance(acoustic, str):
            if processor is not None and acoustic_processor is None:
                acoustic_processor = TTSGanProcessor.from_pretrained(acoustic)
            acoustic = cls.from_pretrained(acoustic)
        if acoustic is not None:
            config = acoustic.config if config is None else config
            text_encoder = copy.deepcopy(acoustic.text_encoder) if text_encoder is None else text_encoder
            vocoder = copy.deepcopy(acoustic.vocoder) if vocoder is None else vocoder
        elif config is None:
            config = TTSGanConfig.from_preset("small")
        fields = {k: v for k, v in config.to_dict().items() if k not in ("text_encoder_config", "vocoder_config")}
        if processor is not None:
            fields.update(table_sizes(processor))
        vocoder = None if vocoder is None else pretrained_vocoder(vocoder, config)
        if isinstance(text_encoder, str):
            text_encoder = load_text_encoder(text_encoder, text_encoder_layers)
        context_config = config.text_encoder_config if text_encoder is None else copy.deepcopy(text_encoder.config)
        config = TTSGanConfig(
            **fields,
            text_encoder_config=context_config,
            vocoder_config=(config.vocoder_config if vocoder is None else vocoder.config).to_dict(),
        )
        model = cls(config, text_encoder=text_encoder, vocoder=vocoder)
        model.transfer_report = warm_start(model, acoustic, given, processor, acoustic_processor)
        return model

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        text_input_ids: torch.Tensor | None = None,
        text_window_ids: torch.Tensor | None = None,
        token_spans: torch.Tensor | None = None,
        speaker_id: torch.Tensor | int | None = None,
        speaker_embedding: torch.Tensor | None = None,
        language_id: torch.Tensor | int | None = None,
        speaking_rate: torch.Tensor | float = 1.0,
        pitch_shift: torch.Tensor | float = 0.0,
        gain_db: torch.Tensor | float = 0.0,
        noise_scale: float = 0.0,
        seed: int | None = None,
        durations: torch.Tensor | None = None,
        prosody_controls: torch.Tensor | None = None,
        pause_ms: torch.Tensor | None = None,
        use_text_encoder: bool = True,
        token_type_ids: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        label_lengths: torch.Tensor | None = None,
        f0: torch.Tensor | None = None,
        segment_frames: int | None = None,
        ground_truth_mel_ratio: float = 0.0,
        train_text_encoder: bool = True,
        align_only: bool = False,
    ) -> TTSGanOutput:
        """Speak, or with `labels` compare with a recording.

        Args:
            input_ids: `(B, T)` phones.
            attention_mask: `(B, T)` 1 for phones, 0 for padding.
            text_input_ids: `(B, N)` tokens of the text encoder; left out, the voice speaks without it.
            text_window_ids: `(B, N)` 1 for tokens, 0 for padding; more tokens than the text encoder reads at once
                come in windows, one after the other, numbered 1, 2, 3.
            token_spans: `(B, T, 2)` first token and one past the last that belong to each phone.
            speaker_id: `(B,)` or one row of the speaker table.
            speaker_embedding: `(B, H)` a speaker as a vector instead, such as a mean of two rows of the table.
            language_id: `(B,)` or one row of the language table.
            speaking_rate: 2.0 speaks in half the time; one number, `(B,)` or `(B, T)`.
            pitch_shift: Semitones up or down; one number, `(B,)` or `(B, T)`.
            gain_db: Decibels louder or softer; one number, `(B,)` or `(B, T)`.
            noise_scale: 0 always speaks alike; 1 varies timing and melody by about what people do.
            seed: Makes `noise_scale` repeatable.
            durations: `(B, T)` frames of each phone, instead of predicted ones.
            prosody_controls: `(B, T, 3)` rate, semitones and decibels of each phone, on top of the three above.
            pause_ms: `(B, T)` milliseconds of silence that a phone is, to the nearest frame; negative: no such pause.
            use_text_encoder: `False` speaks from the phones alone.
            token_type_ids: Accepted, not used.
            labels: `(B, S)` recorded waveform.
            label_lengths: `(B,)` its samples.
            f0: `(B, F)` its fundamental frequency in Hz, 0 where unvoiced; measured where left out.
            segment_frames: In training, frames of the piece that goes through the vocoder; `None` leaves it out.
            ground_truth_mel_ratio: In training, share of pieces that the vocoder gets from the recording.
            train_text_encoder: `False` keeps gradients out of the text encoder.
            align_only: In training, only the losses of the alignment: a tenth of the work, for the first minutes.
        """
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        refuse_long(mask, self.config.max_phones)
        mask = mask[..., None].to(self.dtype)  # (B, T, 1)
        condition = self.condition(input_ids, speaker_id, speaker_embedding, language_id)
        phones = self.acoustic.embed(input_ids)
        recording = None
        if labels is not None:
            recording = self.align(phones + condition, mask, labels, label_lengths)
            if align_only:
                return TTSGanOutput(durations=recording.durations, losses=recording.losses, alignment=recording.scores)
        context = None
        if use_text_encoder and text_input_ids is not None and self.text_encoder is not None:
            with torch.set_grad_enabled(torch.is_grad_enabled() and train_text_encoder):
                context = self.encode_text(text_input_ids, text_window_ids, token_spans)
        hidden, prosody_hidden = self.acoustic.encode(phones, mask, condition, context)
        prosody = self.acoustic.predict(prosody_hidden, mask)
        if recording is not None:
            return self.compare(
                hidden, prosody, mask, condition, recording, f0, segment_frames, ground_truth_mel_ratio
            )
        prosody, predicted, gain_db = self.apply_prosody_controls(
            prosody, mask, speaking_rate, pitch_shift, gain_db, noise_scale, seed, prosody_controls
        )
        return self.speak(hidden, mask, condition, prosody, predicted, gain_db, durations, pause_ms)

    def speak(self, hidden, mask, condition, prosody, predicted, gain_db, durations, pause_ms) -> TTSGanOutput:
        """Hidden states `(B, T, H)` as sound, with controlled prosody and its durations."""
        durations = predicted if durations is None else durations
        if pause_ms is not None:
            pause_ms = pause_ms.masked_fill(mask[..., 0] == 0, -1)
            durations = with_pauses(durations, pause_ms, self.config.hop_length / self.config.sampling_rate)
        log_mel, frame_mask = self.acoustic.decode(hidden, durations, prosody, condition, mask)
        log_mel = log_mel + over_frames(gain_db, durations, log_mel.shape[1]) * LOG_PER_DB
        waveform = self.vocoder.synthesize(log_mel.to(self.dtype), frame_mask)
        if gain_db.dim() == 2 or pause_ms is not None:
            waveform = silence(waveform, silent_frames(gain_db, pause_ms, durations, log_mel.shape[1]))
        return TTSGanOutput(
            waveform=waveform.clamp(-1, 1),
            waveform_lengths=durations.sum(dim=1) * self.config.hop_length,
            durations=durations,
            log_mel=log_mel,
        )

    def condition(self, input_ids, speaker_id, speaker_embedding, language_id) -> torch.Tensor:
        """Who speaks in what language, `(B, 1, H)`."""

        def row(table: nn.Embedding, index, name: str) -> torch.Tensor:
            index = torch.as_tensor(0 if index is None else index, device=input_ids.device).reshape(-1)
            if int(index.min()) < 0 or int(index.max()) >= table.num_embeddings:
                raise ValueError(
                    f"`{name}` is {index.tolist()}, but this voice knows 0 to {table.num_embeddings - 1}; "
                    "`processor.speakers` and `processor.languages` name them."
                )
            return table(index.expand(len(input_ids)) if len(index) == 1 else index)

        if speaker_embedding is None:
            speaker_embedding = row(self.acoustic.speaker_embedding, speaker_id, "speaker_id")
        language = row(self.acoustic.language_embedding, language_id, "language_id")
        return (speaker_embedding.to(language.dtype) + language)[:, None]

    def encode_text(self, text_input_ids, text_window_ids, token_spans) -> torch.Tensor:
        """Mean of the hidden states of each phone's own tokens, `(B, T, C)`; zero where it has none."""
        states = text_states(self.text_encoder, text_input_ids, text_window_ids)  # (B, N, C)
        if self.training and self.config.text_encoder_dropout:
            keep = torch.rand(len(states), 1, 1, device=states.device) >= self.config.text_encoder_dropout
            states = states * keep
        sums = nn.functional.pad(states.float().cumsum(dim=1), (0, 0, 1, 0))  # (B, N + 1, C)
        first, last = (token_spans[..., end, None].expand(-1, -1, sums.shape[-1]) for end in (0, 1))
        count = (token_spans[..., 1] - token_spans[..., 0]).clamp(min=1)[..., None]
        return ((sums.gather(1, last) - sums.gather(1, first)) / count).to(self.dtype)

    def apply_prosody_controls(
        self, prosody: Prosody, mask, speaking_rate, pitch_shift, gain_db, noise_scale: float, seed, prosody_controls
    ):
        """Predicted prosody as controlled: (`Prosody`, durations `(B, T)`, decibels of one or of each)."""
        gain_db = per_utterance(gain_db, prosody.energy, 2)
        if prosody_controls is not None:
            rate, semitones, decibels = prosody_controls.float().unbind(-1)  # each (B, T)
            speaking_rate = per_utterance(speaking_rate, rate, 2) * rate
            pitch_shift = per_utterance(pitch_shift, rate, 2) + semitones
            gain_db = gain_db + decibels
        frames = prosody.log_duration.clamp(max=6).expm1().clamp(min=0)
        if noise_scale:
            generator = torch.Generator().manual_seed(seed) if seed is not None else None
            noise = torch.randn(2, *frames.shape, generator=generator).to(frames.device) * noise_scale
            frames, prosody.pitch = frames * (0.2 * noise[0]).exp(), prosody.pitch + 0.15 * noise[1]
        frames = frames * mask[..., 0] / per_utterance(speaking_rate, frames, 2).clamp(min=0.1)
        prosody.pitch = prosody.pitch + per_utterance(pitch_shift, frames, 2) / 6
        prosody.voicing = prosody.voicing.clamp(0, 1)
        durations = whole_frames(frames)
        short = durations.sum(dim=1) < 1  # a sentence of no frames would be no waveform
        durations[:, 0] += short.long()
        return prosody, durations, gain_db

    def align(self, phones, mask, labels, label_lengths) -> "Recording":
        """Which frames of the recordings `(B, S)` belong to which of the phones `(B, T, H)`, and how sure that is."""
        with torch.no_grad():
            log_mel = self.vocoder.log_mel(labels)  # (B, F, M)
        frames = torch.full((len(labels),), log_mel.shape[1], device=labels.device)
        frames = frames if label_lengths is None else label_lengths // self.config.hop_length
        frame_mask = length_mask(frames, log_mel.shape[1])[..., None].to(mask.dtype)
        scores = self.acoustic.aligner(phones, log_mel.to(phones.dtype), mask, frame_mask)  # (B, F, T)
        count = mask.sum((1, 2)).long()
        durations = viterbi_durations(scores, count, frames)
        losses = {
            "forward_sum": forward_sum_loss(scores, count, frames),
            "binarization": binarization_loss(scores, durations, frames),
        }
        return Recording(labels, log_mel, frames, frame_mask, durations, scores.detach(), losses)

    def compare(self, hidden, prosody, mask, condition, recording, f0, segment_frames, recorded_share) -> TTSGanOutput:
        """Losses against a recording: speak with its timing and melody."""
        labels, target = recording.waveform, recording.log_mel
        frame_mask, durations = recording.mask, recording.durations
        level = frame_level(target) * frame_mask[..., 0]
        if f0 is None:
            f0 = fundamental_frequency(labels, self.config.sampling_rate, self.config.hop_length)
        recorded = measure_prosody(durations, f0[:, : target.shape[1]], level)
        log_mel, _ = self.acoustic.decode(hidden, durations, recorded, condition, mask, target.shape[1])
        keep = mask[..., 0].float()
        losses = {
            "mel": masked_l1(log_mel, target, frame_mask),
            "duration": masked_mse(prosody.log_duration, recorded.log_duration, keep),
            "pitch": masked_mse(prosody.pitch, recorded.pitch, keep * recorded.voicing),
            "voicing": masked_mse(prosody.voicing, recorded.voicing, keep),
            "energy": masked_mse(prosody.energy, recorded.energy, keep),
            **recording.losses,
        }
        output = TTSGanOutput(durations=durations, log_mel=log_mel, losses=losses, alignment=recording.scores)
        if segment_frames is not None:
            hop, frames = self.config.hop_length, recording.frames
            starts = segment_starts(frames, len(labels), target.shape[1], segment_frames, labels.device)
            predicted, real = cut(log_mel, starts, segment_frames), cut(target, starts, segment_frames)
            use_real = torch.rand(len(labels), 1, 1, device=labels.device) < recorded_share
            piece, pitch = torch.where(use_real, real, predicted).to(self.dtype), cut(f0, starts, segment_frames)
            reader = self.vocoder.pitch_reader
            losses["f0"] = reader.loss(reader(piece.detach()), pitch)
            output.waveform = self.vocoder.synthesize(piece, f0=pitch)
            output.target_waveform = cut(labels, starts * hop, segment_frames * hop)
            output.waveform_lengths = torch.full_like(frames, segment_frames * hop)
        return output

    def without_text_encoder(self) -> "TTSGanModel":
        """A copy of this voice that speaks from the phones alone: smaller, and what `use_text_encoder=False` says."""
        config = TTSGanConfig(**{**self.config.to_dict(), "text_encoder_config": None})
        voice = type(self)(config)
        kept = voice.state_dict().keys()
        voice.load_state_dict({name: value for name, value in self.state_dict().items() if name in kept})
        return voice

    @torch.no_grad()
    def copy_synthesis(self, waveform: torch.Tensor) -> torch.Tensor:
        """`(B, S)` recorded samples to mel frames and back: what the vocoder alone loses."""
        return self.vocoder(self.vocoder.log_mel(waveform).to(self.dtype)).waveform.clamp(-1, 1)


def per_utterance(value: torch.Tensor | float, like: torch.Tensor, dims: int) -> torch.Tensor:
    """One number, `(B,)` or `(B, T)` in a shape that multiplies a tensor of `dims` dimensions."""
    value = torch.as_tensor(value, dtype=torch.float32, device=like.device)
    return value.reshape(*value.shape, *[1] * (dims - value.dim())) if value.dim() else value


def new_text_encoder(config, **kwargs) -> PreTrainedModel:
    """An encoder of random weights; only the encoder of an encoder-decoder, and never a pooler that nothing trains."""
    auto = AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel
    return auto.from_config(config, **pooler_argument(auto, config), **kwargs)


def load_text_encoder(name_or_path: str, layers: int | None) -> PreTrainedModel:
    """A pretrained encoder from the Hub or a folder, cut to its first `layers`."""
    config = AutoConfig.from_pretrained(name_or_path)
    if layers is not None:
        if not 1 <= layers <= config.num_hidden_layers:
            raise ValueError(
                f"`text_encoder_layers` is {layers}, but `{name_or_path}` has {config.num_hidden_layers} layers: "
                "take 1 to that."
            )
        config.num_hidden_layers = layers
    auto = AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel
    return auto.from_pretrained(name_or_path, config=config, **pooler_argument(auto, config))


def pooler_argument(auto, config) -> dict:
    """`add_pooling_layer=False` for the classes that know it."""
    model_class = auto._model_mapping[type(config)]
    known = "add_pooling_layer" in inspect.signature(model_class.__init__).parameters
    return {"add_pooling_layer": False} if known else {}


def refuse_long(mask: torch.Tensor, max_phones: int):
    """Texts beyond the limit are the caller's to split."""
    if mask.shape[1] > max_phones:
        raise ValueError(
            f"The text has {mask.shape[1]} phones, but this voice takes at most {max_phones} at once: split it into "
            "sentences, as `TTSGanPipeline` does."
        )


AutoModel.register(TTSGanConfig, TTSGanModel, exist_ok=True)
AutoModel.register(TTSGanVocoderConfig, TTSGanVocoder, exist_ok=True)
AutoModelForTextToWaveform.register(TTSGanConfig, TTSGanModel, exist_ok=True)
