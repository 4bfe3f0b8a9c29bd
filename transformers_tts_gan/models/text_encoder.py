"""Long text through a text encoder: its windows as sentences of their own, and their states back in a row.

Token ids `(B, N)` and a mask enter, hidden states `(B, N, C)` leave. `text.token_alignment` makes the windows.
"""

import torch
from transformers import PreTrainedConfig, PreTrainedModel

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


def text_states(encoder: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Last hidden states `(B, N, C)` of tokens `(B, N)`.

    Args:
        mask: `(B, N)` 1 for tokens, 0 for padding; in a text of several windows their numbers 1, 2, 3.

    Raises:
        ValueError: For more tokens in a row than the encoder has positions for.
    """
    count = 1 if mask is None else int(mask.max())
    if count == 1:
        refuse_long_text(ids.shape[1], encoder.config)
        return encoder(input_ids=ids, attention_mask=mask)[0]
    places = [mask == number for number in range(1, count + 1)]  # each (B, N)
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
