"""A language is one object, and one that is added from outside is as good as those of the package."""

import subprocess
import sys

import pytest
from helpers.eo.language import ESPERANTO

from transformers_tts_gan import TTSGanProcessor, phone_tokenizer
from transformers_tts_gan.cards.samples import example_texts
from transformers_tts_gan.metrics.error_rates import count_errors, rate_units
from transformers_tts_gan.text import languages
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.language import Language
from transformers_tts_gan.text.lexicon import read_phones
from transformers_tts_gan.text.normalization import normalize


@pytest.fixture
def esperanto(monkeypatch):
    monkeypatch.setattr(languages, "_KNOWN", {code: languages.find(code) for code in ("en", "zh")})
    languages.add(ESPERANTO)
    return ESPERANTO


@pytest.fixture
def processor(esperanto):
    return TTSGanProcessor(phone_tokenizer(esperanto.phones), languages=["eo", "en"])


def said(text, language="eo"):
    return " ".join(item.text for item in normalize(text, language))


def test_a_code_a_name_and_a_code_with_a_country_find_the_same_language(esperanto):
    assert languages.find("eo") is languages.find("epo") is languages.find("eo-EU") is languages.find("Esperanto")
    assert list(languages.known()) == ["en", "zh", "eo"]


def test_an_unknown_code_is_a_language_without_rules():
    assert languages.find("xx") == Language(code="xx", name="xx")
    assert TextFrontend("xx")("Abc.").phones == ("<a>", "<b>", "<c>", ".")


def test_what_is_no_code_is_refused():
    with pytest.raises(ValueError, match="`language` is 'p1', but a code such as `en`"):
        languages.find("p1")


def test_an_added_language_says_its_numbers_signs_and_abbreviations(esperanto):
    assert said("Ĝi kostas 25 €, ktp. kaj -1987,5 %!") == (
        "Ĝi kostas dudek kvin eŭroj , kaj tiel plu kaj minus mil naŭcent okdek sep komo kvin procentoj !"
    )
    with pytest.raises(ValueError, match="Cannot read `#` .* position 3 of the text in language `eo`"):
        said("La #")
    assert said("2000001") == "du milionoj unu"


def test_an_added_language_has_its_own_phones_beside_those_of_others(esperanto):
    utterance = TextFrontend("eo")("Ŝi havas 2 ĉevalojn.")
    assert utterance.phones[:4] == ("<ʃ>", "<ˈ>", "<i>", " ")
    assert [word.text for word in utterance.words] == ["Ŝi", "havas", "du", "ĉevalojn"]
    assert utterance.words[2].span == (9, 10)
    both = TextFrontend("en")('<speak>A <lang xml:lang="eo">ŝipo</lang></speak>')
    assert [word.language for word in both.words] == ["en", "eo"]
    assert both.words[1].phones == ("<ʃ>", "<ˈ>", "<i>", "<p>", "<o>")


def test_espeak_is_not_asked_where_a_language_has_a_pronunciation(esperanto):
    assert TextFrontend("eo", phonemes="espeak")("ŝipo").phones == TextFrontend("eo")("ŝipo").phones


def test_a_lexicon_takes_the_phones_of_an_added_language(esperanto):
    assert TextFrontend("eo", lexicon={"GAN": "<g> <ˈ> <a> <n>"})("gan").phones == ("<g>", "<ˈ>", "<a>", "<n>")


def test_a_lexicon_takes_phones_in_a_form_of_their_own(monkeypatch):
    monkeypatch.setattr(languages, "_KNOWN", {code: languages.find(code) for code in ("en", "zh")})
    with pytest.raises(ValueError, match="no"):
        read_phones("xx:a xx:b")
    languages.add(Language(code="xx", name="Test", phones=("xx:a", "xx:b")))
    assert read_phones("xx:a xx:b") == ("xx:a", "xx:b")
    assert read_phones("yin2 hang2") == ("in2", "h", "ang2")


def test_the_processor_speaks_an_added_language_and_its_default_neighbor(processor):
    inputs = processor(["Mi havas 25 ĉevalojn.", "The cats."], language=["eo", "en"])
    assert inputs["language_id"].tolist() == [0, 1]
    assert processor.tokenizer.unk_token_id not in inputs["input_ids"]


def test_error_rates_compare_numbers_as_the_language_says_them(esperanto):
    assert count_errors("Mi havas 25 ĉevalojn!", "mi havas dudek kvin ĉevalojn", "word", "eo") == (0, 5)
    assert rate_units("eo") == {"wer": "word", "cer": "character"}
    assert rate_units("zh") == {"cer": "character", "tpe": "tone"}


def test_a_card_shows_the_sample_of_an_added_language(processor):
    assert example_texts(processor)["eo"] == ESPERANTO.sample


def test_the_samples_of_the_package_can_be_spoken():
    for language in map(languages.find, ("en", "zh")):
        assert set(TextFrontend(language.code)(language.sample).phones) <= {*language.phones, " ", ",", ".", "!", "?"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "Esperanto"}, "`code` is 'Esperanto', but two or three small letters"),
        ({"phones": ("a b",)}, "`phones` of `xx` holds 'a b'"),
        ({"segment": list}, "`xx` needs `segment` and `pronounce_characters` both"),
    ],
)
def test_a_language_that_cannot_work_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Language(**{"code": "xx", "name": "Test", **fields})


def test_say_as_of_a_language_without_rules_is_read_by_its_normalization(esperanto):
    frontend = TextFrontend("eo")
    for kind, words in (("digits", ["du", "nul"]), ("cardinal", ["dudek"])):
        utterance = frontend(f"<speak><say-as interpret-as='{kind}'>20</say-as></speak>")
        assert [word.text for word in utterance.words] == words


def test_languages_need_neither_torch_nor_transformers():
    code = "from transformers_tts_gan.text import languages; import sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
