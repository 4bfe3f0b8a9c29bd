"""Any text encoder: each phone gets the tokens of its own word, and long text goes through in windows."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, PreTrainedTokenizerFast

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, load_text_tokenizer, phone_tokenizer
from transformers_tts_gan.models.text_encoder import encoder_limit
from transformers_tts_gan.text.token_alignment import token_ranges, windows


CORPUS = [
    "Good morning, Dr. Lee paid $25 for the iPhone at 9:45.",
    "我的手机花了很多钱，今天天气很好。北京和上海。",
    "All of them were asleep; who is it? It is the train that leaves.",
]
TEXTS = [
    ("Dr. Lee paid $25.50 at 9:45, didn't he?", "en"),
    ("我的 iPhone 15 花了¥5999，Dr. Lee 说：“太贵了！”", "zh"),
    ("Ｇｏｏｄ ｍｏｒｎｉｎｇ，café naïve 25℃", "en"),
    (
        "<speak>Dr. <prosody rate='80%'>Lee</prosody> &amp; <sub alias='twenty'>20</sub><break/> 重{chong2}庆</speak>",
        "en",
    ),
    ("the [[K AE1 T]] of 北京 sat", "en"),
]
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 48,
}
T5 = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
# Type of encoder: kind of tokenizer, and its sizes.
ENCODERS = {
    "bert": ("wordpiece", SIZES),
    "roberta": ("bytes", SIZES),
    "xlm-roberta": ("unigram", SIZES),
    "distilbert": (
        "wordpiece",
        {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 48},
    ),
    "albert": ("unigram", {**SIZES, "embedding_size": 16}),
    "electra": ("wordpiece", {**SIZES, "embedding_size": 16}),
    "deberta-v2": ("unigram", SIZES),
    "modernbert": ("bytes", SIZES),
    "mpnet": ("wordpiece", SIZES),
    "ernie": ("wordpiece", SIZES),
    "t5": ("unigram", T5),
    "qwen3": ("bytes", {**SIZES, "num_key_value_heads": 1, "head_dim": 8}),
    "esm": ("wordpiece", {**SIZES, "mask_token_id": 4}),
}
SPECIAL = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"]


def trained_tokenizer(kind: str, ends: str) -> PreTrainedTokenizerFast:
    """A tokenizer trained on the corpus; `ends`: special tokens at `both` ends, at the `last` or at `none`."""
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=SPECIAL, show_progress=False)
    elif kind == "bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=350, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
        )
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=150, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
        )
    tokenizer.train_from_iterator(CORPUS, trainer)
    template = {"both": "<s> $A </s>", "last": "$A </s>", "none": "$A"}[ends]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[("<s>", SPECIAL.index("<s>")), ("</s>", SPECIAL.index("</s>"))]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>")


@pytest.fixture(scope="module", params=ENCODERS)
def encoder(request):
    """Type, configuration and tokenizer of a tiny text encoder."""
    kind, sizes = ENCODERS[request.param]
    tokenizer = trained_tokenizer(kind, {"t5": "last", "qwen3": "none"}.get(request.param, "both"))
    config = AutoConfig.for_model(
        request.param, vocab_size=len(tokenizer), pad_token_id=0, bos_token_id=2, eos_token_id=3, **sizes
    )
    tokenizer.model_max_length = encoder_limit(config) or 48
    return request.param, config, tokenizer


@pytest.fixture(scope="module")
def reader(encoder):
    return TTSGanProcessor(phone_tokenizer(), encoder[2], languages=["en", "zh"], max_phones=2_000)


@pytest.fixture(scope="module")
def voice(encoder, new_model):
    return new_model(text_encoder_config=encoder[1].to_dict(), max_phones=2_000)


def tokens_by_hand(plain: str, span: tuple[int, int], tokenizer) -> list[int]:
    """Ids of the tokens that share a character with a span, by trying them all."""
    encoded = tokenizer(plain, return_offsets_mapping=True, truncation=False, verbose=False)
    pairs = zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
    return [number for number, (start, end) in pairs if span[0] < span[1] and start < span[1] and end > span[0]]


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_every_phone_gets_exactly_the_tokens_of_its_word(encoder, reader, text, language):
    utterance = reader.frontend(text, language)
    row = reader.encode(text, language)
    assert "<" not in utterance.plain and "[" not in utterance.plain and "{" not in utterance.plain
    found = [row["text_input_ids"][slice(*part)] for part in row["token_spans"]]
    assert found[0] == found[-1] == []
    for phone, span, tokens in zip(utterance.phones, utterance.plain_spans, found[1:-1], strict=True):
        assert tokens == tokens_by_hand(utterance.plain, span, encoder[2]), (phone, utterance.plain[slice(*span)])
        assert tokens or span[0] == span[1] or not utterance.plain[slice(*span)].isalnum()


def test_phones_late_in_long_text_get_states_of_their_own_tokens(encoder, reader, voice):
    """Three times what the encoder reads: nothing is cut off, and no position is beyond its table."""
    limit = reader.token_limit
    text, words = "", ["good", "morning", "Lee", "paid", "北京", "train"]
    while len(encoder[2](text, verbose=False)["input_ids"]) < 3 * limit:
        text += words[len(text) % len(words)] + " "
    utterance, row = reader.frontend(text), reader.encode(text)
    assert max(row["text_window_ids"]) > 3
    for span, part in zip(utterance.plain_spans, row["token_spans"][1:-1], strict=True):
        assert row["text_input_ids"][slice(*part)] == tokens_by_hand(text, span, encoder[2])
    inputs = reader(text)
    with torch.no_grad():
        context = voice.encode_text(inputs["text_input_ids"], inputs["text_window_ids"], inputs["token_spans"])[0]
        first, last = row["token_spans"][-2] if row["token_spans"][-2] != (0, 0) else row["token_spans"][-3]
        window = row["text_window_ids"][first]
        start = row["text_window_ids"].index(window)
        ids = inputs["text_input_ids"][:, start : start + limit]
        states = voice.text_encoder(input_ids=ids, attention_mask=torch.ones_like(ids))[0][0]
        number = max(n for n, part in enumerate(row["token_spans"]) if part == (first, last))
        torch.testing.assert_close(context[number], states[first - start : last - start].mean(0), atol=1e-4, rtol=1e-4)
        assert voice(**inputs).waveform.isfinite().all()


def test_a_text_within_the_limit_is_read_as_ever_also_beside_a_long_one(reader, voice):
    short, long = "Good morning.", "All of them were asleep. " * 12
    alone, both = reader(short), reader([short, long])
    keys = ("text_input_ids", "text_window_ids", "token_spans")
    assert set(alone["text_window_ids"].unique().tolist()) == {1}
    with torch.no_grad():
        encoded = voice.text_encoder(input_ids=alone["text_input_ids"], attention_mask=alone["text_window_ids"])[0]
        context, batch = voice.encode_text(*map(alone.get, keys)), voice.encode_text(*map(both.get, keys))
    first, last = alone["token_spans"][0, 1].tolist()
    torch.testing.assert_close(context[0, 1], encoded[0, first:last].mean(0), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(batch[0, : context.shape[1]], context[0], atol=1e-4, rtol=1e-4)


def test_windows_that_the_encoder_cannot_read_are_refused_with_the_number(encoder, voice):
    limit = encoder_limit(encoder[1])
    if limit is None:
        pytest.skip("relative positions have no end")
    ids = torch.full((1, limit + 1), 5)
    with pytest.raises(ValueError, match=f"{limit + 1} tokens.*model_max_length = {limit}"):
        voice.encode_text(ids, torch.ones_like(ids), torch.zeros(1, 3, 2, dtype=torch.long))


def test_the_limit_comes_with_the_encoder(encoder, voice, tmp_path):
    """A tokenizer often names no limit, or another one than the encoder's positions allow."""
    voice.text_encoder.save_pretrained(tmp_path)
    tokenizer = trained_tokenizer("wordpiece", "both")
    assert tokenizer.model_max_length > 10**9
    tokenizer.save_pretrained(tmp_path)
    limit = encoder_limit(encoder[1])
    loaded, _ = load_text_tokenizer(str(tmp_path))
    assert loaded.model_max_length == (limit or tokenizer.model_max_length)
    loaded.save_pretrained(tmp_path / "again")
    assert PreTrainedTokenizerFast.from_pretrained(tmp_path / "again").model_max_length == loaded.model_max_length


def test_a_tokenizer_without_offsets_is_refused(encoder):
    class Slow:
        is_fast = False

    with pytest.raises(ValueError, match="`Slow`, which does not tell the characters.*a fast tokenizer is needed"):
        TTSGanProcessor(phone_tokenizer(), Slow())


@settings(max_examples=200, deadline=None)
@given(
    count=st.integers(0, 300), limit=st.integers(6, 40), before=st.integers(0, 1), after=st.integers(0, 1),
    width=st.integers(1, 5),
)  # fmt: skip
def test_windows_hold_every_range_with_what_is_around_it(count, limit, before, after, width):
    ids = [-1] * before + list(range(count)) + [-2] * after
    special = [1] * before + [0] * count + [1] * after
    ranges = [(place, min(place + width, before + count)) for place in range(before, before + count)] + [(0, 0)]
    made = windows(ids, special, ranges, limit)
    assert sum(made.sizes) == len(made.ids) and max(made.sizes) <= limit
    if len(ids) <= limit:
        assert (made.ids, made.ranges) == (ids, ranges)
        return
    room = limit - before - after
    start = 0
    rows = []
    for size in made.sizes:
        rows.append((start, made.ids[start : start + size]))
        start += size
    assert all(row[:before] == ids[:before] and row[size - after :] == ids[len(ids) - after :] for _, row in rows)
    assert made.ranges[-1] == (0, 0)
    for (first, last), (a, b) in zip(ranges[:-1], made.ranges[:-1], strict=True):
        if last - first <= room // 4:
            assert made.ids[a:b] == ids[first:last]
            begin, row = next((begin, row) for begin, row in rows if begin <= a < begin + limit)
            left, right = a - begin - before, begin + limit - after - b
            at_start, at_end = row[before] == 0, row[limit - after - 1] == count - 1
            assert (left >= room // 4 - width or at_start) and (right >= room // 4 - width or at_end)


@given(st.lists(st.integers(0, 4), max_size=20), st.integers(0, 30), st.integers(0, 10))
def test_ranges_are_those_found_by_trying_all(lengths, start, length):
    offsets, place = [(0, 0)], 0
    for size in lengths:
        offsets.append((place, place + size))
        place += max(size, 1)
    hits = [n for n, (a, b) in enumerate(offsets) if a < start + length and b > start and a < b and length]
    expected = (hits[0], hits[-1] + 1) if hits else (0, 0)
    assert token_ranges([(start, start + length)], offsets) == [expected]


def test_a_voice_keeps_its_windows_in_its_folder(encoder, reader, voice, tmp_path):
    voice.save_pretrained(tmp_path)
    reader.save_pretrained(tmp_path)
    loaded = TTSGanProcessor.from_pretrained(tmp_path)
    text = "All of them were asleep. " * 12
    assert loaded.token_limit == reader.token_limit
    assert loaded.encode(text) == reader.encode(text)
    with torch.no_grad():
        again = TTSGanModel.from_pretrained(tmp_path).eval()
        torch.testing.assert_close(again(**loaded(text)).waveform, voice(**reader(text)).waveform, atol=1e-4, rtol=0)
