"""Text-to-speech as one `PreTrainedModel`: a pretrained text encoder, an acoustic model and a vocoder.

Phones and text tokens enter, a waveform leaves. With `labels`, the ground-truth waveforms, the model returns losses
instead, and a random piece of the waveform for the discriminators.
"""

from dataclasses import dataclass

import torch
from torch import nn
from transformers import AutoModel, AutoModelForTextToWaveform, PreTrainedModel
from transformers import initialization as init

from ..audio.mel import frame_level
from ..audio.pitch import fundamental_frequency
from .acoustic import AcousticModel, EncodedPhones
from .aligner import Aligner, binarization_loss, forward_sum_loss, viterbi_durations
from .base_vocoder import BaseVocoder, cut, segment_starts, vocoder_class
from .checks import refuse_attentions, refuse_long
from .configuration_tts_gan import TTSGanConfig, TTSGanVocoderConfig
from .layers import init_weights, length_mask, table_rows
from .loading import StrictLoadingMixin
from .lora import LoraMixin
from .losses import masked_l1, total_loss
from .outputs import TTSGanOutput
from .processing_tts_gan import TTSGanProcessor
from .prosody import Prosody, ProsodyControls, measure_prosody
from .prosody_model import ProsodyMixin, TTSGanProsodyModel, prosody_losses
from .streaming import StreamingMixin
from .text_encoder import new_text_encoder, phone_means, text_states
from .transfer import TransferReport, from_parts
from .vocoder import TTSGanVocoder


EMBEDDING_STD = 0.3  # phones that start far apart are told apart sooner: the aligner needs 100 steps instead of 200
SEGMENT_FRAMES = 32  # of the piece that goes through the vocoder in training: half a second


@dataclass
class GroundTruth:
    """An utterance to learn from and how the phones lie on it."""

    waveform: torch.Tensor  # (B, S)
    log_mel: torch.Tensor  # (B, F, M)
    frames: torch.Tensor  # (B,)
    mask: torch.Tensor  # (B, F, 1)
    durations: torch.Tensor  # (B, T)
    scores: torch.Tensor  # (B, F, T)
    losses: dict[str, torch.Tensor]

    def prosody(self, f0: torch.Tensor) -> Prosody:
        """How its phones were spoken, by their durations and an F0 `(B, F)` in Hz."""
        level = frame_level(self.log_mel) * self.mask[..., 0]
        return measure_prosody(self.durations, f0[:, : self.log_mel.shape[1]], level)


class TTSGanModel(StreamingMixin, ProsodyMixin, LoraMixin, StrictLoadingMixin, PreTrainedModel):
    """Text to waveform in one forward pass.

    `synthesize` speaks. `forward` speaks too, for the stock `pipeline`, and with `labels` returns `loss`. Speaking
    keeps no gradients.

    Args:
        config: Sizes of all parts; new weights have them. `from_pretrained` loads weights, `from_pretrained_parts`
            puts pretrained parts together.
        text_encoder: The text encoder with its weights; a new one of `config.text_encoder_config` where left out.
        vocoder: The vocoder with its weights; a new one of `config.vocoder_config` where left out.
        prosody: The prosody model with its weights; a new one of `config.prosody_config` where left out.

    Example:

    ```python
    processor = TTSGanProcessor.from_pretrained("examples/voices/bilingual")
    model = TTSGanModel.from_pretrained("examples/voices/bilingual")
    controls = ProsodyControls(speaking_rate=0.9, pitch_shift=2.0)
    waveform = model.synthesize(**processor("Good morning."), controls=controls).waveform.numpy()  # (1, S)
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
        vocoder: BaseVocoder | None = None,
        prosody: TTSGanProsodyModel | None = None,
    ):
        attention, of_prosody = (
            None if part is None else part.config._attn_implementation
            for part in (text_encoder, None if prosody is None else prosody.text_encoder)
        )
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
        self.vocoder = (
            vocoder_class(type(config.vocoder_config))(config.vocoder_config) if vocoder is None else vocoder
        )
        self.vocoder.config = self.config.vocoder_config
        if prosody is None and config.prosody_config is not None:
            prosody = TTSGanProsodyModel(config.prosody_config)
        self.prosody = prosody
        if of_prosody is not None:
            prosody.adopt_config(config.prosody_config, of_prosody)
        self.post_init()

    def _init_weights(self, module: nn.Module):
        init_weights(module, self.config.initializer_range)
        if isinstance(module, nn.Embedding):
            init.normal_(module.weight, std=EMBEDDING_STD)
        elif isinstance(module, Aligner):
            for convolution in (*module.phones, *module.frames):  # distances far from zero from the first step
                init.kaiming_uniform_(convolution.weight, a=5**0.5)

    def get_input_embeddings(self) -> nn.Embedding:
        """The table of phones."""
        return self.acoustic.phone_embedding

    def set_input_embeddings(self, value: nn.Embedding):
        """Another table of phones; `resize_token_embeddings` keeps `config.vocab_size` in step."""
        self.acoustic.phone_embedding = value

    @classmethod
    def from_pretrained_parts(
        cls,
        config: TTSGanConfig | None = None,
        text_encoder: str | PreTrainedModel | None = None,
        vocoder: str | BaseVocoder | None = None,
        acoustic: "str | TTSGanModel | None" = None,
        text_encoder_layers: int | None = None,
        processor: TTSGanProcessor | None = None,
        acoustic_processor: TTSGanProcessor | None = None,
        prosody: str | TTSGanProsodyModel | None = None,
    ) -> "TTSGanModel":
        """A new model of parts that are pretrained where they are given and new where not.

        Its `transfer_report` tells what was loaded, resized, new or left out.

        Args:
            config: Sizes of the new parts; `text_encoder_config` and `vocoder_config` come from the parts given.
            text_encoder: Hub id, folder or model of any text encoder that `AutoModel` knows.
            vocoder: Hub id, folder or model of a vocoder, or of a whole voice whose vocoder to take.
            acoustic: Hub id, folder or model of another voice; what is not given comes from it, too, and what does
                not fit begins anew.
            text_encoder_layers: Keep only so many of the text encoder's first layers.
            processor: Of the new voice: its phones, speakers and languages size the tables, and are matched by name
                with those of `acoustic`. Without it the tables must have the same sizes.
            acoustic_processor: That of `acoustic`; loaded from the same place where that is not a model.
            prosody: Hub id, folder or model of a prosody model of the same phones, speakers and languages, instead of
                that of `acoustic`.

        Raises:
            ValueError: Where parts do not fit, such as a vocoder of another sampling rate than `config` asks for.
        """
        sources = (text_encoder, vocoder, acoustic, text_encoder_layers, prosody)
        return from_parts(cls, config, *sources, processor, acoustic_processor)

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
        segment_frames: int | None = SEGMENT_FRAMES,
        mel_piece_frames: int | None = None,
        ground_truth_mel_ratio: float = 0.0,
        train_text_encoder: bool = True,
        align_only: bool = False,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
        return_dict: bool | None = None,
    ) -> TTSGanOutput | tuple:
        """Speak as `synthesize` does, without gradients, or with `labels` return losses.

        Args:
            input_ids, attention_mask, text_input_ids, text_window_ids, token_spans: As of `synthesize`.
            speaker_id, speaker_embedding, language_id: As of `synthesize`.
            speaking_rate, pitch_shift, gain_db, noise_scale, seed: As of [`ProsodyControls`].
            durations, prosody_controls, pause_ms, use_text_encoder: As of `synthesize`.
            token_type_ids: Accepted, not used.
            labels: `(B, S)` ground truth; all above that follows `language_id` but `use_text_encoder` is not used.
            label_lengths: `(B,)` its samples.
            f0: `(B, F)` its fundamental frequency in Hz, 0 where unvoiced; measured where left out.
            segment_frames: With `labels`, frames of the piece that goes through the vocoder; `None` leaves it out.
            mel_piece_frames: With `labels`, frames of the piece that the mel discriminators see; `None` leaves it out.
            ground_truth_mel_ratio: With `labels`, share of pieces that the vocoder gets from the ground truth.
            train_text_encoder: `False` keeps gradients out of the text encoder.
            align_only: With `labels`, only the losses of the alignment: a tenth of the work, for the first minutes.
            output_hidden_states: Also return the hidden states of the blocks over phones.
            output_attentions: Refused: attention weights are never formed.
            return_dict: `False` returns a tuple.

        Raises:
            ValueError: For too many phones or tokens, an unknown speaker or language, and for `output_attentions`.
        """
        refuse_attentions(self.config.output_attentions if output_attentions is None else output_attentions)
        states = self.config.output_hidden_states if output_hidden_states is None else output_hidden_states
        text = (input_ids, attention_mask, text_input_ids, text_window_ids, token_spans)
        row = (speaker_id, speaker_embedding, language_id)
        if labels is None:
            controls = ProsodyControls(speaking_rate, pitch_shift, gain_db, noise_scale, seed)
            choices = (durations, prosody_controls, pause_ms, use_text_encoder)
            output = self.synthesize(*text, *row, *choices, controls=controls, output_hidden_states=states)
        else:
            mask, condition, phones = self.embed(input_ids, attention_mask, *row)
            truth = self.align(phones + condition, mask, labels, label_lengths)
            if align_only:
                output = TTSGanOutput(durations=truth.durations, losses=truth.losses, alignment=truth.scores)
            else:
                context = self.encode_text(*text[2:], use_text_encoder, train_text_encoder)
                encoded = self.acoustic.encode(phones, mask, condition, context)
                read = text[2:] if use_text_encoder else (None, None, None)
                predicted, _ = self.predict_prosody(encoded.prosody, input_ids, mask, read, row)
                output = self.compare(
                    encoded, predicted, mask, condition, truth, f0, segment_frames, ground_truth_mel_ratio
                )
                if mel_piece_frames is not None:
                    self.cut_mel_piece(output, truth, mel_piece_frames)
                output.hidden_states = encoded.states if states else None
            output.loss = total_loss(output.losses)
        as_dict = self.config.return_dict if return_dict is None else return_dict
        return output if as_dict else output.to_tuple()

    @torch.no_grad()
    def synthesize(
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
        *,
        controls: ProsodyControls | None = None,
        output_hidden_states: bool = False,
    ) -> TTSGanOutput:
        """Speak, without gradients; everything but `controls` comes from a [`TTSGanProcessor`].

        Args:
            input_ids: `(B, T)` phones.
            attention_mask: `(B, T)` 1 for phones, 0 for padding.
            text_input_ids: `(B, N)` tokens of the text encoder; left out, the model speaks from the phones alone.
            text_window_ids: `(B, N)` 1 for tokens, 0 for padding; more tokens than the text encoder reads at once
                come in windows, one after the other, numbered 1, 2, 3.
            token_spans: `(B, T, 2)` first token and one past the last that belong to each phone.
            speaker_id: `(B,)` or one row of the speaker table.
            speaker_embedding: `(B, H)` a speaker as a vector instead, such as a mean of two rows of the table.
            language_id: `(B,)` or one row of the language table.
            durations: `(B, T)` frames of each phone, instead of predicted ones.
            prosody_controls: `(B, T, 3)` rate, semitones and decibels of each phone, on top of `controls`.
            pause_ms: `(B, T)` milliseconds of silence that a phone is, to the nearest frame; negative: no such pause.
            use_text_encoder: `False` speaks from the phones alone.
            controls: Rate, pitch, gain and variation of the whole.
            output_hidden_states: Also return the hidden states of the blocks over phones.

        Raises:
            ValueError: For too many phones or tokens, an unknown speaker or language, and weights that are not finite.

        Example:

        ```python
        output = model.synthesize(**processor("Good morning."), controls=ProsodyControls(gain_db=-6.0))
        ```
        """
        text = (input_ids, attention_mask, text_input_ids, text_window_ids, token_spans)
        row = (speaker_id, speaker_embedding, language_id)
        plan = self.plan(*text, *row, durations, prosody_controls, pause_ms, use_text_encoder, controls=controls)
        waveform, log_mel = self.speak_plan(plan)
        return TTSGanOutput(
            waveform=waveform,
            waveform_lengths=plan.durations.sum(dim=1) * self.config.hop_length,
            durations=plan.durations,
            log_mel=log_mel,
            hidden_states=plan.states if output_hidden_states else None,
        )

    def embed(self, input_ids, attention_mask, speaker_id, speaker_embedding, language_id) -> tuple[torch.Tensor, ...]:
        """The mask `(B, T, 1)`, speaker and language `(B, 1, H)`, and the phones' vectors `(B, T, H)`."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        refuse_long(mask, self.config.max_phones)
        condition = self.condition(input_ids, speaker_id, speaker_embedding, language_id)
        return mask[..., None].to(self.dtype), condition, self.acoustic.embed(input_ids)

    def condition(self, input_ids, speaker_id, speaker_embedding, language_id) -> torch.Tensor:
        """Who speaks in what language, `(B, 1, H)`."""
        if speaker_embedding is None:
            speaker_embedding = table_rows(self.acoustic.speaker_embedding, speaker_id, input_ids, "speaker_id")
        language = table_rows(self.acoustic.language_embedding, language_id, input_ids, "language_id")
        return (speaker_embedding.to(language.dtype) + language)[:, None]

    def encode_text(
        self, text_input_ids, text_window_ids, token_spans, use: bool = True, train: bool = True
    ) -> torch.Tensor | None:
        """Mean of the hidden states of each phone's own tokens, `(B, T, C)`; `None` where no text encoder is used."""
        if not use or text_input_ids is None or self.text_encoder is None:
            return None
        with torch.set_grad_enabled(torch.is_grad_enabled() and train):
            states = text_states(self.text_encoder, text_input_ids, text_window_ids)  # (B, N, C)
            if self.training and self.config.text_encoder_dropout:
                keep = torch.rand(len(states), 1, 1, device=states.device) >= self.config.text_encoder_dropout
                states = states * keep
            return phone_means(states, token_spans).to(self.dtype)

    def align(self, phones, mask, labels, label_lengths) -> GroundTruth:
        """Which frames of the samples `(B, S)` belong to which of the phones `(B, T, H)`, and how sure that is."""
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
        return GroundTruth(labels, log_mel, frames, frame_mask, durations, scores.detach(), losses)

    def compare(
        self,
        encoded: EncodedPhones,
        predicted: Prosody,
        mask,
        condition,
        truth: GroundTruth,
        f0,
        segment_frames,
        ground_truth_mel_ratio,
    ) -> TTSGanOutput:
        """Losses against the ground truth: speak with its timing and melody."""
        if f0 is None:
            f0 = fundamental_frequency(truth.waveform, self.config.sampling_rate, self.config.hop_length)
        measured = truth.prosody(f0)
        log_mel, _ = self.acoustic.decode(
            encoded.sound, truth.durations, measured, condition, mask, truth.log_mel.shape[1]
        )
        keep = mask[..., 0].float()
        losses = {
            "mel": masked_l1(log_mel, truth.log_mel, truth.mask),
            **prosody_losses(predicted, measured, keep),
            **truth.losses,
        }
        output = TTSGanOutput(durations=truth.durations, log_mel=log_mel, losses=losses, alignment=truth.scores)
        if segment_frames is not None:
            self.compare_piece(output, truth, f0, segment_frames, ground_truth_mel_ratio)
        return output

    def cut_mel_piece(self, output: TTSGanOutput, truth: GroundTruth, length: int):
        """Add a random piece of `length` frames of each item to `output`, predicted and ground truth."""
        starts = segment_starts(truth.frames, len(truth.frames), truth.log_mel.shape[1], length, truth.frames.device)
        output.mel_piece = cut(output.log_mel * truth.mask, starts, length)
        output.target_mel_piece = cut(truth.log_mel * truth.mask, starts, length)

    def compare_piece(self, output: TTSGanOutput, truth: GroundTruth, f0, length: int, ground_truth_mel_ratio: float):
        """Add a random piece of `length` frames as the vocoder makes it, and its losses, to `output`."""
        hop, frames, labels = self.config.hop_length, truth.frames, truth.waveform
        starts = segment_starts(frames, len(labels), truth.log_mel.shape[1], length, labels.device)
        predicted, real = cut(output.log_mel, starts, length), cut(truth.log_mel, starts, length)
        use_real = torch.rand(len(labels), 1, 1, device=labels.device) < ground_truth_mel_ratio
        piece, melody = torch.where(use_real, real, predicted).to(self.dtype), cut(f0, starts, length)
        output.target_waveform = cut(labels, starts * hop, length * hop)
        output.waveform, losses = self.vocoder.rebuild(piece, melody, output.target_waveform)
        output.losses.update(losses)
        output.waveform_lengths = torch.full_like(frames, length * hop)

    def without_text_encoder(self) -> "TTSGanModel":
        """A copy that speaks from the phones alone: smaller, and what `use_text_encoder=False` says."""
        config = TTSGanConfig(**{**self.config.to_dict(), "text_encoder_config": None})
        if config.prosody_config is not None:
            config.prosody_config.text_encoder_config = None
        voice = type(self)(config)
        kept = voice.state_dict().keys()
        voice.load_state_dict({name: value for name, value in self.state_dict().items() if name in kept})
        return voice

    @torch.no_grad()
    def copy_synthesis(self, waveform: torch.Tensor) -> torch.Tensor:
        """`(B, S)` samples to mel frames and back, in [-1, 1]: what the vocoder alone loses."""
        return self.vocoder.copy_synthesis(waveform).clamp(-1, 1)


AutoModel.register(TTSGanConfig, TTSGanModel, exist_ok=True)
AutoModel.register(TTSGanVocoderConfig, TTSGanVocoder, exist_ok=True)
AutoModelForTextToWaveform.register(TTSGanConfig, TTSGanModel, exist_ok=True)
