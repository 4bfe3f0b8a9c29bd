"""Pretrained text encoders: making and loading them, and what they say of each token and of each phone.

Token ids `(B, N)` enter, hidden states `(B, N, C)` of tokens and `(B, T, C)` of phones leave. Text that is longer than
an encoder reads at once comes in windows, which `text.token_alignment` makes; each goes through as a row of its own.
"""

import inspect

import torch
from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

from .layers import length_mask


# These count positions from one past the number of their padding, as fairseq's RoBERTa does (Liu et al., 2019).
OFFSET = frozenset(
    "roberta roberta-prelayernorm xlm-roberta xlm-roberta-xl camembert mpnet esm longformer data2vec-text ibert lilt "
    "luke markuplm xmod".split()
)


def encoder_limit(config: PreTrainedConfig) -> int | None:
    """Tokens that a text encoder of this configuration reads at once; `None` where its positions have no end."""
    limit = getattr(config, "max_position_embeddings", None)
    if limit is None or config.model_type not in OFFSET:
        return limit
    padding = 1 if config.model_type == "mpnet" else config.pad_token_id  # MPNet has it fixed
    return limit - padding - 1


def text_states(encoder: PreTrainedModel, ids: torch.Tensor, window_ids: torch.Tensor | None) -> torch.Tensor:
    """Last hidden states `(B, N, C)` of tokens `(B, N)`.

    Args:
        window_ids: `(B, N)` number of each token's window, from 1; 0 for padding.

    Raises:
        ValueError: For more tokens in a row than the encoder has positions for.
    """
    count = 1 if window_ids is None else int(window_ids.max())
    if count == 1:
        refuse_long_text(ids.shape[1], encoder.config)
        return encoder(input_ids=ids, attention_mask=window_ids)[0]
    places = [window_ids == number for number in range(1, count + 1)]  # each (B, N)
    rows = [(item, place[item]) for item in range(len(ids)) for place in places if place[item].any()]
    windows = torch.nn.utils.rnn.pad_sequence([ids[item][place] for item, place in rows], batch_first=True)  # (W, n)
    refuse_long_text(windows.shape[1], encoder.config)
    sizes = torch.stack([place.sum() for _, place in rows])  # (W,)
    found = encoder(input_ids=windows, attention_mask=length_mask(sizes).long())[0]  # (W, n, C)
    states = found.new_zeros(*ids.shape, found.shape[-1])
    for (item, place), window, size in zip(rows, found, sizes.tolist(), strict=True):
        states[item, place] = window[:size]
    return states


def refuse_long_text(tokens: int, config: PreTrainedConfig):
    """What an encoder has no positions for would end in an index error."""
    limit = encoder_limit(config)
    if limit is not None and tokens > limit:
        raise ValueError(
            f"`text_input_ids` has {tokens} tokens, but the text encoder reads {limit} at once: set "
            f"`processor.text_tokenizer.model_max_length = {limit}`, and the processor makes windows of so many."
        )


def phone_means(states: torch.Tensor, token_spans: torch.Tensor) -> torch.Tensor:
    """Mean `(B, T, C)` of the token states `(B, N, C)` from the first to one past the last of `(B, T, 2)`; else 0."""
    sums = torch.nn.functional.pad(states.float().cumsum(dim=1), (0, 0, 1, 0))  # (B, N + 1, C)
    first, last = (token_spans[..., end, None].expand(-1, -1, sums.shape[-1]) for end in (0, 1))
    count = (token_spans[..., 1] - token_spans[..., 0]).clamp(min=1)[..., None]
    return (sums.gather(1, last) - sums.gather(1, first)) / count


def new_text_encoder(config, **kwargs) -> PreTrainedModel:
    """An encoder of random weights; only the encoder of an encoder-decoder, and never a pooler that nothing trains."""
    auto = AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel
    return auto.from_config(config, **pooler_argument(auto, config), **kwargs)


def load_text_encoder(name_or_path: str, layers: int | None) -> PreTrainedModel:
    """A pretrained encoder from the Hub or a folder, cut to its first `layers`.

    Raises:
        ValueError: It is a model of this package, or `layers` are not in it.
        OSError: There is none.
    """
    config = AutoConfig.from_pretrained(name_or_path)
    if config.model_type.startswith("tts_gan"):
        raise ValueError(
            f"`{name_or_path}` is a `{config.model_type}` of this package, but a text encoder is needed: "
            "a model that reads text, such as a BERT."
        )
    if layers is not None:
        if not 1 <= layers <= config.num_hidden_layers:
            raise ValueError(
                f"`text_encoder_layers` is {layers}, but `{name_or_path}` has {config.num_hidden_layers} layers: "
                "choose 1 to that."
            )
        config.num_hidden_layers = layers
    auto = AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel
    return auto.from_pretrained(name_or_path, config=config, **pooler_argument(auto, config))


def pooler_argument(auto, config) -> dict:
    """`add_pooling_layer=False` for the classes that know it."""
    model_class = auto._model_mapping[type(config)]
    known = "add_pooling_layer" in inspect.signature(model_class.__init__).parameters
    return {"add_pooling_layer": False} if known else {}
