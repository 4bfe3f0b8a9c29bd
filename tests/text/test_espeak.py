"""Other languages by espeak-ng: real words where it is installed, and what is said where it is not."""

import importlib.util
import sys

import pytest

from transformers_tts_gan.models.processing_tts_gan import TTSGanProcessor
from transformers_tts_gan.models.tokenization_tts_gan import phone_tokenizer
from transformers_tts_gan.text.espeak import _voice, espeak_phones
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.lexicon import read_phones
from transformers_tts_gan.text.phoneset import BASE_PHONES, PAUSES


TEXTS = {
    "de": "Süße Mädchen, 25 Äpfel.",
    "fr": "L’homme a 1,5 an.",
    "es": "El niño, ¡ya!",
    "ru": "Привет, мир!",
    "hi": "नमस्ते 25",
}
installed = all(importlib.util.find_spec(name) for name in ("phonemizer", "espeakng_loader"))
needs_espeak = pytest.mark.skipif(not installed, reason="needs the extra `espeak`, which is under the GPL")


@needs_espeak
@pytest.mark.parametrize("language", TEXTS)
def test_phones_are_single_characters_in_brackets_that_a_lexicon_may_hold(language):
    utterance = TextFrontend(language, phonemes="espeak")(TEXTS[language].replace("¡", ""))
    phones = set(utterance.phones) - {" ", *PAUSES}
    assert phones and all(len(phone) == 3 and phone[0] == "<" and phone[-1] == ">" for phone in phones)
    for word in utterance.words:
        assert read_phones(" ".join(word.phones)) == word.phones


@needs_espeak
def test_words_are_said_and_not_spelled():
    words = TextFrontend("fr", phonemes="espeak")("L’homme").words
    assert [word.text for word in words] == ["L'homme"]
    assert [phone for phone in words[0].phones if phone != "<ˈ>"] == ["<l>", "<ɔ>", "<m>"]


@needs_espeak
def test_a_combining_mark_stays_with_its_letter_or_is_a_phone():
    assert espeak_phones("vin", "fr")[-2:] == ("<ɛ>", "<\u0303>")
    assert "<ã>" in espeak_phones("não", "pt") or "<ɐ>" in espeak_phones("não", "pt")


@needs_espeak
@pytest.mark.parametrize(
    ("number", "words"),
    [("25", "fünfundzwanzig"), ("-5", "minusfünf"), ("2,5", "zweikommafünf"), ("1.000", "tausend")],
)
def test_a_number_is_read_with_the_span_of_its_digits(number, words):
    text = f"Es sind {number}, ja."
    utterance = TextFrontend("de", phonemes="espeak")(text)
    said = [word for word in utterance.words if text[slice(*word.span)] == number]
    last = set(espeak_phones(words, "de")) - {"<ˈ>", "<ˌ>"}
    assert len(last.intersection(*[{phone for word in said for phone in word.phones}])) > len(last) / 2


@needs_espeak
def test_digits_and_letters_in_one_word_and_digits_on_both_sides_of_a_dash_are_all_read():
    words = TextFrontend("de", phonemes="espeak")("MP3 und 3-5 und 2.").words
    assert [word.text for word in words] == ["MP", "drei", "und", "drei", "bis", "fünf", "und", "zwei"]


@needs_espeak
@pytest.mark.parametrize(("text", "language"), [("日本", "ja"), ("привет", "de"), ("das 你", "de")])
def test_what_would_be_read_by_the_names_of_its_script_is_an_error_with_its_position(text, language):
    with pytest.raises(ValueError, match=r"at position \d+ has no reading"):
        TextFrontend(language, phonemes="espeak")(text)


@needs_espeak
def test_a_language_that_espeak_does_not_speak_is_named():
    with pytest.raises(ValueError, match="does not speak the language `xx`.*`phonemes='letters'`"):
        TextFrontend("xx", phonemes="espeak")("hello")


@needs_espeak
def test_english_and_chinese_keep_their_own_phones_beside_another_language():
    text = '<speak>cats <lang xml:lang="de">Mädchen 25</lang> 你好</speak>'
    utterance = TextFrontend("en", phonemes="espeak")(text)
    for word in utterance.words:
        assert (set(word.phones) <= set(BASE_PHONES)) == (word.language in ("en", "zh"))
    assert text[slice(*utterance.words[2].span)] == "25"


@needs_espeak
def test_the_lexicon_wins():
    frontend = TextFrontend("de", {"Mädchen": "<m> <ɛ> <ː>"}, phonemes="espeak")
    assert frontend("Mädchen").phones == ("<m>", "<ɛ>", "<ː>")


@needs_espeak
def test_a_processor_is_saved_with_it(tmp_path):
    phones = {phone for text in ("Mädchen", "fünfundzwanzig") for phone in espeak_phones(text, "de")}
    processor = TTSGanProcessor(phone_tokenizer(tuple(phones)), languages=["de"], phonemes="espeak")
    processor.save_pretrained(tmp_path)
    loaded = TTSGanProcessor.from_pretrained(tmp_path)
    assert loaded.phonemes == loaded.without_text_tokenizer().phonemes == "espeak"
    assert loaded("Mädchen 25")["input_ids"].equal(processor("Mädchen 25")["input_ids"])
    assert processor.tokenizer.unk_token_id not in processor("Mädchen 25")["input_ids"]


@pytest.mark.parametrize("missing", ["phonemizer", "espeakng_loader"])
def test_without_the_extra_an_error_names_it_and_english_needs_none(missing, monkeypatch):
    _voice.cache_clear()
    espeak_phones.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "espeakng_loader" if missing == "espeakng_loader" else "phonemizer", None)
    if missing == "phonemizer" and not importlib.util.find_spec("espeakng_loader"):
        monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    frontend = TextFrontend("en", phonemes="espeak")
    assert frontend("cats 你好").phones == TextFrontend("en")("cats 你好").phones
    with pytest.raises(ImportError, match=r"GPL.*pip install 'transformers-tts-gan\[espeak\]'"):
        frontend("Mädchen", "de")


@needs_espeak
def test_it_reads_the_numbers_of_a_language_without_rules():
    words = TextFrontend("sv", phonemes="espeak")("år 25").words
    assert [word.text for word in words] == ["år", "25"] and len(words[1].phones) > 4


def test_another_kind_of_phonemes_is_refused():
    with pytest.raises(ValueError, match="`letters` or `espeak` is needed"):
        TextFrontend("de", phonemes="ipa")


def test_importing_the_package_imports_nothing_under_the_gpl():
    import subprocess

    code = "import sys, transformers_tts_gan; sys.exit(bool({'phonemizer', 'espeakng_loader'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
