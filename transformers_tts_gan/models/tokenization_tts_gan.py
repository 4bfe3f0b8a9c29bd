"""Tokenizers: that of the phones, which belongs to a voice, and that of a pretrained text encoder."""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils import cached_file

from ..text.phoneset import BASE_PHONES, BOUNDARY
from ..text.rows import SILENCE
from .text_encoder import encoder_limit


PAD, UNKNOWN = "<pad>", "<unk>"
SYMBOL_TABLE = "phonemes.json"


def phone_tokenizer(extra_phones: tuple[str, ...] = ()) -> PreTrainedTokenizerFast:
    """A tokenizer of phones: padding, unknown, silence, the phones of English and Chinese, then `extra_phones`.

    It reads phones, not text: separated by spaces, with `|` for the boundary between two words, as the tokenizer of
    Wav2Vec2 writes it. A [`TTSGanProcessor`] makes phones of text. Silence is added at both ends, so that a model can
    speak what comes out; `decode(ids, skip_special_tokens=True)` gives the phones back.

    Args:
        extra_phones: Phones of other languages, such as `<ß>` or those of espeak.

    Returns:
        A tokenizer whose ids are rows of the model's phone embedding.

    Example:

    >>> tokenizer = phone_tokenizer()
    >>> tokenizer.decode(tokenizer("G UH1 D | D EY1 .")["input_ids"])
    '<sil> G UH1 D | D EY1 . <sil>'
    """
    phones = dict.fromkeys((PAD, UNKNOWN, SILENCE, *BASE_PHONES, *sorted(extra_phones)))
    vocabulary = {phone: number for number, phone in enumerate(phones)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    separated = [normalizers.Strip(), normalizers.Replace(Regex(r"\s+"), "\t"), normalizers.Replace("|", BOUNDARY)]
    tokenizer.normalizer = normalizers.Sequence(separated)
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\t", "removed")
    written = [decoders.Replace(BOUNDARY, "|"), decoders.Replace(Regex(r"\z"), " ")]  # a space after each phone
    tokenizer.decoder = decoders.Sequence([*written, decoders.Fuse(), decoders.Strip(" ", 0, 1)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{SILENCE} $A {SILENCE}", special_tokens=[(SILENCE, vocabulary[SILENCE])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        extra_special_tokens=[SILENCE],
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )


def load_text_tokenizer(name_or_path: str) -> tuple[PreTrainedTokenizerFast, str]:
    """The tokenizer of a text encoder and its `text_level`: `phone` where `phonemes.json` lies beside the weights.

    Its `model_max_length` is what the encoder can read, so that longer text goes through in windows.

    Args:
        name_or_path: Folder or Hub id of the text encoder.

    Raises:
        OSError: Where there is no tokenizer there.

    Example:

    ```python
    tokenizer, level = load_text_tokenizer("outputs/my_encoder")
    processor = TTSGanProcessor(phone_tokenizer(), tokenizer, text_level=level)
    ```
    """
    table = cached_file(name_or_path, SYMBOL_TABLE, _raise_exceptions_for_missing_entries=False)
    if table is None:
        tokenizer = AutoTokenizer.from_pretrained(name_or_path)
        if cached_file(name_or_path, "config.json", _raise_exceptions_for_missing_entries=False) is not None:
            limit = encoder_limit(AutoConfig.from_pretrained(name_or_path))
            tokenizer.model_max_length = min(tokenizer.model_max_length, limit or tokenizer.model_max_length)
        return tokenizer, "word"
    symbols = json.loads(Path(table).read_text(encoding="utf-8"))
    tokenizer = Tokenizer(WordLevel({PAD: 0, **symbols}, unk_token=PAD))
    options = {"pad_token": PAD, "unk_token": PAD, "model_max_length": 512}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **options), "phone"
