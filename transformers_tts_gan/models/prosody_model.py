"""The prosody model: phones and what a text encoder knows of their words to durations, pitch, voicing and energy.

It is a model of its own, so that it can be trained, exchanged and evaluated in minutes, without frames and waveforms.
A pretrained text encoder belongs here: of what it knows, melody and phrasing are what a listener hears (Nguyen et al.,
2023, XPhoneBERT, arXiv:2305.19709; Li et al., 2023, PL-BERT, arXiv:2301.08810). Phones `(B, T)` enter, a [`Prosody`]
of them leaves.
"""

import copy
import dataclasses
from dataclasses import dataclass

import torch
from torch import nn
from transformers import AutoModel, PreTrainedModel
from transformers import initialization as init
from transformers.utils import ModelOutput

from .acoustic import VariancePredictor
from .configuration_prosody import TTSGanProsodyConfig
from .layers import ConvNeXtBlock, SelfAttention, init_weights, table_rows
from .loading import StrictLoadingMixin
from .losses import LOSS_WEIGHTS, masked_mse
from .prosody import Prosody, ProsodyControls, prosody_noise
from .text_encoder import new_text_encoder, phone_means, text_states


LATENT_SHARE = 0.5  # of the sentences of a batch are trained with a latent; the others with zeros, its mean
KL_WEIGHT = 0.02
EMBEDDING_STD = 0.3


@dataclass
class TTSGanProsodyOutput(ModelOutput):
    """What a [`TTSGanProsodyModel`] returns. Fields that do not apply are `None` and are left out of the tuple.

    Args:
        loss: Scalar, with ground truth: the sum of `losses` by their weights.
        log_duration: `(B, T)` log(1 + frames) of each phone.
        pitch: `(B, T)` units of 6 semitones around 150 Hz.
        voicing: `(B, T)` share of a phone's frames that are voiced.
        energy: `(B, T)` mean level of a phone's frames.
        losses: Scalars by name, not weighted.

    Example:

    ```python
    frames = model(**processor("Good morning.")).log_duration.expm1()  # (1, T)
    ```
    """

    loss: torch.Tensor | None = None
    log_duration: torch.Tensor | None = None
    pitch: torch.Tensor | None = None
    voicing: torch.Tensor | None = None
    energy: torch.Tensor | None = None
    losses: dict[str, torch.Tensor] | None = None

    @property
    def prosody(self) -> Prosody:
        """The four as what an acoustic model takes."""
        return Prosody(self.log_duration, self.pitch, self.voicing, self.energy)


class TTSGanProsodyModel(StrictLoadingMixin, PreTrainedModel):
    """How phones are spoken: how long, how high, how much voiced and how loud.

    Args:
        config: Sizes of all parts.
        text_encoder: The text encoder with its weights; a new one of `config.text_encoder_config` where left out.

    Example:

    ```python
    prosody = TTSGanProsodyModel.from_pretrained("outputs/prosody")
    processor = TTSGanProcessor.from_pretrained("outputs/prosody")
    spoken = prosody(**processor("Is that so?")).prosody
    ```
    """

    config_class = TTSGanProsodyConfig
    base_model_prefix = "prosody"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    accepts_loss_kwargs = False
    _supports_sdpa = True
    _supports_flash_attn = True

    def __init__(self, config: TTSGanProsodyConfig, text_encoder: PreTrainedModel | None = None):
        attention = None if text_encoder is None else text_encoder.config._attn_implementation
        super().__init__(config)
        if text_encoder is None and config.text_encoder_config is not None:
            text_encoder = new_text_encoder(config.text_encoder_config)
            attention = text_encoder.config._attn_implementation
        self.text_encoder = text_encoder
        size, width = config.hidden_size, config.intermediate_size
        self.phone_embedding = nn.Embedding(config.vocab_size, size, padding_idx=config.pad_token_id)
        self.speaker_embedding = nn.Embedding(config.num_speakers, size)
        self.language_embedding = nn.Embedding(config.num_languages, size)
        self.context: nn.Linear | None = None
        if text_encoder is not None:
            self.text_encoder.config = config.text_encoder_config
            self.text_encoder.config._attn_implementation = attention
            context_size = config.text_encoder_config.hidden_size
            self.context_norm = nn.LayerNorm(context_size, elementwise_affine=False)
            self.context_dropout = nn.Dropout(config.context_dropout)
            self.context = nn.Linear(context_size, size, bias=False)
        share = 1 / config.num_hidden_layers
        self.attention = nn.ModuleList(
            SelfAttention(size, config.num_attention_heads, config.dropout) for _ in range(config.num_hidden_layers)
        )
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(size, width, config.kernel_size, share, config.dropout)
            for _ in range(config.num_hidden_layers)
        )
        self.norm = nn.LayerNorm(size)
        self.latent = nn.Linear(config.latent_size, size, bias=False) if config.latent_size else None
        self.posterior = Posterior(size, config.latent_size) if config.latent_size else None
        self.duration_predictor = VariancePredictor(config, 1)
        self.prosody_predictor = VariancePredictor(config, 3)
        self.post_init()

    def _init_weights(self, module: nn.Module):
        init_weights(module, self.config.initializer_range)
        if isinstance(module, nn.Embedding):
            init.normal_(module.weight, std=EMBEDDING_STD)

    @classmethod
    def from_voice(cls, voice, text_encoder: PreTrainedModel | None = None, **fields) -> "TTSGanProsodyModel":
        """A prosody model that says what a voice says already, to be trained on from there.

        It copies the voice's phone encoder and predictors; the text encoder and the latent have no say yet.

        Args:
            voice: A [`TTSGanModel`] that reads phones alone.
            text_encoder: What it is to read beside the phones.
            fields: Of the configuration, such as `latent_size` and `dropout`.

        Raises:
            ValueError: For a voice that has a prosody model already.
        """
        if voice.prosody is not None:
            raise ValueError("The voice has a prosody model: train that one, `voice.prosody`, further.")
        config, acoustic = voice.config, voice.acoustic
        names = ("vocab_size", "pad_token_id", "num_speakers", "num_languages", "hidden_size", "intermediate_size")
        names += ("num_attention_heads", "kernel_size", "predictor_size", "initializer_range")
        taken = {name: getattr(config, name) for name in names}
        encoder_config = None if text_encoder is None else copy.deepcopy(text_encoder.config)
        layers = {"num_hidden_layers": config.num_encoder_layers, "text_encoder_config": encoder_config}
        model = cls(TTSGanProsodyConfig(**{**taken, **layers, **fields}), text_encoder)
        parts = {"encoder": "blocks", "encoder_norm": "norm"}
        tables = ("phone_embedding", "speaker_embedding", "language_embedding")
        for name in (*tables, "attention", "encoder", "encoder_norm", "duration_predictor", "prosody_predictor"):
            getattr(model, parts.get(name, name)).load_state_dict(getattr(acoustic, name).state_dict())
        with torch.no_grad():
            for new in (model.context, model.latent):
                if new is not None:
                    new.weight.zero_()
        return model

    def adopt_config(self, config: TTSGanProsodyConfig, attention: str) -> None:
        """Share the configuration of a voice, which had no say in how the text encoder attends."""
        self.config, encoder = config, self.text_encoder
        encoder.config = config.text_encoder_config
        encoder.config._attn_implementation = attention

    def get_input_embeddings(self) -> nn.Embedding:
        """The table of phones."""
        return self.phone_embedding

    def set_input_embeddings(self, value: nn.Embedding):
        """Another table of phones."""
        self.phone_embedding = value

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        text_input_ids: torch.Tensor | None = None,
        text_window_ids: torch.Tensor | None = None,
        token_spans: torch.Tensor | None = None,
        speaker_id: torch.Tensor | int | None = None,
        language_id: torch.Tensor | int | None = None,
        speaker_weights: torch.Tensor | None = None,
        context: torch.Tensor | None = None,
        latent: torch.Tensor | None = None,
        log_duration: torch.Tensor | None = None,
        pitch: torch.Tensor | None = None,
        voicing: torch.Tensor | None = None,
        energy: torch.Tensor | None = None,
        return_dict: bool | None = None,
    ) -> TTSGanProsodyOutput | tuple:
        """Predict the prosody of phones, and with ground truth return losses.

        Args:
            input_ids: `(B, T)` phones.
            attention_mask: `(B, T)` 1 for phones, 0 for padding.
            text_input_ids, text_window_ids, token_spans: Of the text encoder, as a [`TTSGanProcessor`] makes them;
                left out, the prosody comes from the phones alone.
            speaker_id: `(B,)` or one row of the speaker table; 0 where left out.
            language_id: `(B,)` or one row of the language table; 0 where left out.
            speaker_weights: `(B, speakers)` a mixture of the known speakers instead.
            context: `(B, T, C)` what the text encoder said of each phone, in place of the inputs for it: a frozen
                encoder needs to read a corpus only once.
            latent: `(B, Z)` which of the good ways to say the sentence; zeros, the usual one, where left out.
            log_duration, pitch, voicing, energy: `(B, T)` ground truth, as of `measure_prosody`; all or none.
            return_dict: `False` returns a tuple.

        Raises:
            ValueError: For more tokens than the text encoder reads at once, and where only some of the ground truth
                is given.
        """
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        mask = mask[..., None].to(self.dtype)  # (B, T, 1)
        given = (log_duration, pitch, voicing, energy)
        truth = None if log_duration is None else Prosody(*given)
        if truth is not None and any(each is None for each in given):
            raise ValueError(
                "Of the ground truth only some is given: `log_duration`, `pitch`, `voicing` and `energy`."
            )
        if context is None:
            context = self.encode_text(text_input_ids, text_window_ids, token_spans)
        condition = self.condition(input_ids, speaker_id, language_id, speaker_weights)
        hidden = self.encode(input_ids, mask, condition, context)
        losses: dict[str, torch.Tensor] = {}
        if truth is not None and latent is None and self.posterior is not None:
            latent, losses["latent"] = self.posterior(hidden, mask, truth)
        predicted = self.predict(hidden, mask, latent)
        output = TTSGanProsodyOutput(None, *vars(predicted).values())
        if truth is not None:
            output.losses = losses | prosody_losses(predicted, truth, mask[..., 0].float())
            weights = {**LOSS_WEIGHTS, "latent": KL_WEIGHT}
            output.loss = sum(weights[name] * loss for name, loss in output.losses.items())
        as_dict = self.config.return_dict if return_dict is None else return_dict
        return output if as_dict else output.to_tuple()

    def encode_text(self, text_input_ids, text_window_ids, token_spans) -> torch.Tensor | None:
        """What the text encoder says of each phone, `(B, T, C)`; `None` where there is none, or no text."""
        if self.text_encoder is None or text_input_ids is None:
            return None
        states = text_states(self.text_encoder, text_input_ids, text_window_ids)  # (B, N, C)
        return phone_means(states, token_spans)

    def condition(self, input_ids, speaker_id, language_id, speaker_weights=None) -> torch.Tensor:
        """Who speaks in what language, `(B, 1, H)`."""
        if speaker_weights is None:
            speaker = table_rows(self.speaker_embedding, speaker_id, input_ids, "speaker_id")
        else:
            speaker = speaker_weights.to(self.dtype) @ self.speaker_embedding.weight
        return (speaker + table_rows(self.language_embedding, language_id, input_ids, "language_id"))[:, None]

    def encode(
        self, input_ids: torch.Tensor, mask: torch.Tensor, condition: torch.Tensor, context: torch.Tensor | None
    ) -> torch.Tensor:
        """Phones `(B, T)`, condition `(B, 1, H)` and context `(B, T, C)` to hidden states `(B, T, H)`."""
        hidden = self.phone_embedding(input_ids) + condition
        if context is not None and self.context is not None:
            features = self.context(self.context_dropout(self.context_norm(context.float()).to(self.dtype)))
            hidden = hidden + features
        for attention, block in zip(self.attention, self.blocks, strict=True):
            hidden = block(attention(hidden, mask), mask)
        return self.norm(hidden) + condition

    def predict(self, hidden: torch.Tensor, mask: torch.Tensor, latent: torch.Tensor | None = None) -> Prosody:
        """The prosody of phones with these hidden states `(B, T, H)`, said in the way of a latent `(B, Z)`."""
        if latent is not None and self.latent is not None:
            hidden = hidden + self.latent(latent)[:, None]
        log_duration = self.duration_predictor(hidden, mask)[..., 0]
        return Prosody(log_duration, *self.prosody_predictor(hidden, mask).unbind(-1))

    def latent_of(self, noise: torch.Tensor) -> torch.Tensor | None:
        """The latent `(B, Z)` that noise `(2, B, T)` of phones stands for: the numbers of its first phones."""
        if self.latent is None:
            return None
        first = noise[:, :, : self.config.latent_size // 2]  # (2, B, Z / 2)
        return first.permute(1, 0, 2).flatten(1).to(self.dtype)


class Posterior(nn.Module):
    """How a sentence was said, as a Gaussian `(B, Z)` (Kingma and Welling, 2013, arXiv:1312.6114)."""

    def __init__(self, hidden_size: int, latent_size: int):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(hidden_size + 4, hidden_size), nn.GELU())
        self.output = nn.Linear(hidden_size, 2 * latent_size)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor, truth: Prosody) -> tuple[torch.Tensor, torch.Tensor]:
        """A latent, zeros for some of the sentences, and the divergence from a normal distribution."""
        said = torch.stack([truth.log_duration, truth.pitch * truth.voicing, truth.voicing, truth.energy], dim=-1)
        features = self.features(torch.cat([hidden, said.to(hidden.dtype)], dim=-1)) * mask  # (B, T, H)
        mean, log_variance = self.output(features.sum(1) / mask.sum(1)).float().chunk(2, dim=-1)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp() if self.training else mean
        kept = torch.rand(len(latent), 1, device=latent.device) < (LATENT_SHARE if self.training else 0)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1).mean()
        return (latent * kept).to(hidden.dtype), divergence


def prosody_losses(predicted: Prosody, truth: Prosody, keep: torch.Tensor) -> dict[str, torch.Tensor]:
    """Mean squared differences over the phones that a mask `(B, T)` keeps; of the pitch, as far as they are voiced."""
    return {
        "duration": masked_mse(predicted.log_duration, truth.log_duration, keep),
        "pitch": masked_mse(predicted.pitch, truth.pitch, keep * truth.voicing),
        "voicing": masked_mse(predicted.voicing, truth.voicing, keep),
        "energy": masked_mse(predicted.energy, truth.energy, keep),
    }


def fitting_prosody(
    prosody: str | TTSGanProsodyModel | None, inherited: TTSGanProsodyModel | None, sizes: dict
) -> TTSGanProsodyModel | None:
    """The prosody model of a voice whose tables have these `sizes`.

    Args:
        prosody: Hub id, folder or model to take as it is.
        inherited: That of another voice, to be made anew with these tables; its text encoder stays.
        sizes: `vocab_size`, `num_speakers` and `num_languages`.

    Raises:
        ValueError: For a `prosody` whose tables are others.
    """
    names = ("vocab_size", "num_speakers", "num_languages")
    if inherited is not None:
        fields = {**inherited.config.to_dict(), **{name: sizes[name] for name in names}}
        return TTSGanProsodyModel(TTSGanProsodyConfig(**fields), copy.deepcopy(inherited.text_encoder))
    if isinstance(prosody, str):
        prosody = TTSGanProsodyModel.from_pretrained(prosody)
    for name in names if prosody is not None else ():
        if (found := getattr(prosody.config, name)) != sizes[name]:
            raise ValueError(
                f"The prosody model's `{name}` is {found}, but the voice's is {sizes[name]}: train it for this "
                "voice, by `tts-gan train prosody --voice VOICE`."
            )
    return prosody


class ProsodyMixin:
    """What a [`TTSGanModel`] says of prosody: what its prosody model says, or else its acoustic model."""

    def predict_prosody(
        self,
        hidden: torch.Tensor,
        input_ids: torch.Tensor,
        mask: torch.Tensor,
        text: tuple[torch.Tensor | None, ...],
        who: tuple,
        controls: ProsodyControls | None = None,
    ) -> tuple[Prosody, ProsodyControls]:
        """The prosody of phones, and the controls that are left to apply.

        With `noise_scale`, a prosody model that knows several ways to say a sentence takes another one of them.

        Args:
            hidden: `(B, T, H)` of the acoustic model, for its own predictors.
            input_ids: `(B, T)` phones.
            mask: `(B, T, 1)`.
            text: `text_input_ids`, `text_window_ids` and `token_spans`.
            who: `speaker_id`, `speaker_embedding` and `language_id`.
            controls: Of the caller.
        """
        controls = ProsodyControls() if controls is None else controls
        if self.prosody is None:
            return self.acoustic.predict(hidden, mask), controls
        speaker_id, speaker_embedding, language_id = who
        latent = None
        if controls.noise_scale and self.prosody.latent is not None:
            latent = self.prosody.latent_of(prosody_noise(mask, controls.seed) * controls.noise_scale)
            controls = dataclasses.replace(controls, noise_scale=0.0)
        with torch.no_grad():
            context = self.prosody.encode_text(*text)
        shares = self.speaker_shares(speaker_embedding)
        said = self.prosody(
            input_ids,
            mask[..., 0],
            speaker_id=speaker_id,
            language_id=language_id,
            speaker_weights=shares,
            context=context,
            latent=latent,
            return_dict=True,
        )
        return said.prosody, controls

    @property
    def reading_encoder(self) -> PreTrainedModel | None:
        """The text encoder: of the model itself, or of its prosody model."""
        if self.text_encoder is None and self.prosody is not None:
            return self.prosody.text_encoder
        return self.text_encoder

    def speaker_shares(self, speaker_embedding: torch.Tensor | None) -> torch.Tensor | None:
        """A speaker's vector `(B, H)` as the nearest mixture `(B, speakers)` of those whom the voice knows."""
        if speaker_embedding is None:
            return None
        table = self.acoustic.speaker_embedding.weight.float()
        return torch.linalg.lstsq(table.T, speaker_embedding.float().T).solution.T


AutoModel.register(TTSGanProsodyConfig, TTSGanProsodyModel, exist_ok=True)
