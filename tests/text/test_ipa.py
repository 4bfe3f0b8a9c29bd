import json

import pytest

from transformers_tts_gan import TTSGanProcessor, load_text_tokenizer, phone_tokenizer
from transformers_tts_gan.text.en.g2p import CONSONANTS, VOWELS
from transformers_tts_gan.text.ipa import ENGLISH, ipa_phones, ipa_symbols
from transformers_tts_gan.text.phoneset import BASE_PHONES


SYMBOLS = sorted({symbol for symbols in ENGLISH.values() for symbol in symbols} | set("ˈˌə ,.?!"))


@pytest.fixture
def processor(tmp_path):
    """A processor for a phoneme-level encoder, from a table as it lies beside PL-BERT's weights."""
    table = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}
    (tmp_path / "phonemes.json").write_text(json.dumps(table), encoding="utf-8")
    tokenizer, level = load_text_tokenizer(str(tmp_path))
    assert level == "phone"
    return TTSGanProcessor(phone_tokenizer(), tokenizer, languages=["en", "zh"], text_level=level)


def test_every_english_phone_has_symbols():
    """A phone that the encoder never sees would be spoken without context, and nobody would notice."""
    phones = [phone for phone in BASE_PHONES if phone.rstrip("012") in (*CONSONANTS, *VOWELS)]
    assert len(phones) > 60
    assert all(ipa_symbols(phone, SYMBOLS) for phone in phones)


def test_stress_stands_before_its_vowel_and_weak_vowels_are_schwas():
    assert ipa_symbols("AE1", SYMBOLS) == ["ˈ", "æ"]
    assert ipa_symbols("ER2", SYMBOLS) == ["ˌ", "ɜ", "ɹ"]
    assert ipa_symbols("AH0", SYMBOLS) == ["ə"]


def test_symbols_the_encoder_does_not_know_are_left_out():
    assert ipa_symbols("AE1", ["æ"]) == ["æ"]
    assert ipa_symbols("ang4", SYMBOLS) == []


def test_each_phone_gets_its_own_symbols(processor):
    """A phoneme-level encoder has one state per symbol: nothing to align, nothing to mix up."""
    row = processor.encode("The cat sat.")
    names = {number: symbol for symbol, number in processor.text_tokenizer.get_vocab().items()}
    phones = processor.tokenizer.convert_ids_to_tokens(row["input_ids"])
    for phone, (start, end) in zip(phones[1:-1], row["token_spans"][1:-1], strict=True):
        assert [names[number] for number in row["text_input_ids"][start:end]] == ipa_symbols(phone, SYMBOLS)
    assert row["token_spans"][0] == row["token_spans"][-1] == (0, 0)


def test_phones_without_symbols_get_no_state(processor):
    """PL-BERT for English knows no pinyin: Chinese words in the same sentence are spoken from their phones."""
    row = processor.encode("好 cat", language="zh")
    assert (0, 0) in row["token_spans"][1:-1]
    assert any(end > start for start, end in row["token_spans"])


def test_long_text_goes_through_in_windows(processor):
    text = "The cat sat on the mat. " * 40
    row = processor.encode(text)
    windows = row["text_window_ids"]
    assert max(windows) > 1 and all(windows.count(number) == processor.token_limit for number in set(windows))
    names = {number: symbol for symbol, number in processor.text_tokenizer.get_vocab().items()}
    phones = processor.tokenizer.convert_ids_to_tokens(row["input_ids"])
    for phone, (start, end) in zip(phones[1:-1], row["token_spans"][1:-1], strict=True):
        assert [names[number] for number in row["text_input_ids"][start:end]] == ipa_symbols(phone, SYMBOLS)


@pytest.mark.parametrize(
    ("symbols", "phones"),
    [
        ("kæt", "K AE1 T"),
        ("/təˈmeɪtoʊ/", "T AH0 M EY1 T OW0"),
        ("ˌɪntəˈnæʃənəl", "IH2 N T AH0 N AE1 SH AH0 N AH0 L"),
        ("t͡ʃɜːt͡ʃ", "CH ER1 CH"),
        ("ɡəʊ", "G OW1"),
        ("ðə", "DH AH0"),
    ],
)
def test_ipa_of_a_writer_is_read_as_english(symbols, phones):
    assert " ".join(ipa_phones(symbols)) == phones


def test_every_english_phone_can_be_written_in_ipa():
    """The table for encoders and the one for writers must not contradict each other."""
    for phone, symbol in ENGLISH.items():
        if symbol not in "WIAOY":  # signs of one encoder only
            assert ipa_phones(symbol)[0].rstrip("012") == phone


def test_a_symbol_of_no_english_phone_is_named():
    with pytest.raises(ValueError, match="`ʀ` in `ʀat` is no IPA symbol of an English phone"):
        ipa_phones("ʀat")


def test_a_saved_processor_still_reads_phones(processor, tmp_path):
    processor.save_pretrained(tmp_path / "voice")
    loaded = TTSGanProcessor.from_pretrained(tmp_path / "voice")
    assert loaded.text_level == "phone"
    assert loaded.encode("The cat sat.") == processor.encode("The cat sat.")


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="`word` or `phone`"):
        TTSGanProcessor(phone_tokenizer(), text_level="letter")
