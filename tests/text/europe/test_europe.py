"""Digits of French, German, Spanish, Italian, Portuguese and Dutch, and the numbers of any language in CLDR."""

import pytest

from transformers_tts_gan.metrics.error_rates import count_errors
from transformers_tts_gan.text import languages
from transformers_tts_gan.text.cldr import has_numbers, spell_number
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.normalization import normalize


def said(text, language):
    return " ".join(item.text for item in normalize(text, language))


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("fr", "Où se trouve la gare ?", "Où se trouve la gare ?"),
        ("fr", "Cela coûte 21,50 €.", "Cela coûte vingt et un euros cinquante ."),
        ("fr", "le 3 mars 2024", "le trois mars deux mille vingt quatre"),
        ("fr", "le 1er mai, la 1re et la 2e fois", "le premier mai , la première et la deuxième fois"),
        ("fr", "le 14/07/1789 à 14h30", "le quatorze juillet mille sept cent quatre vingt neuf à quatorze heures "
         "trente"),
        ("fr", "-3,5 °C et 12 %", "moins trois virgule cinq degrés Celsius et douze pour cent"),
        ("fr", "1\u202f000\u202f000 € ou 1 £", "un million d'euros ou une livre"),
        ("fr", "le 01 23 45", "le zéro un vingt trois quarante cinq"),
        ("fr", "au XXe siècle, 10-12 ans", "au vingtième siècle , dix à douze ans"),
        ("fr", "0,50 €, 3,125 €", "cinquante centimes , trois virgule un deux cinq euros"),
        ("fr", "7000000000000000000 et 25:61", " ".join(["sept", *["zéro"] * 18]) + " et vingt cinq , soixante et un"),
        ("de", "Das kostet 21,50 €.", "Das kostet einundzwanzig Euro fünfzig ."),
        ("de", "Am 3. März 2024", "Am dritten März zweitausendvierundzwanzig"),
        ("de", "der 3. März, 1. Mai", "der dritte März , erster Mai"),
        ("de", "Es waren 3. Dann 1984.", "Es waren drei . Dann neunzehnhundertvierundachtzig ."),
        ("de", "der 2. Weltkrieg, um 14:30 Uhr", "der zweite Weltkrieg , um vierzehn Uhr dreißig"),
        ("de", "z. B. 1.234,5 % am 3.3.2024", "zum Beispiel eintausendzweihundertvierunddreißig Komma fünf Prozent am "
         "dritten märz zweitausendvierundzwanzig"),
        ("de", "1 € und 2,5 Mio. €", "ein Euro und zwei Komma fünf Mio . Euro"),
        ("es", "¿Dónde está? Cuesta 21,50 €.", "Dónde está ? Cuesta veintiún euros con cincuenta céntimos ."),
        ("es", "el 3 de marzo de 2024", "el tres de marzo de dos mil veinticuatro"),
        ("es", "1º, 1ª, 3er piso", "primero , primera , tercer piso"),
        ("es", "1.000.000 €, 21 %, 03/03/2024", "un millón de euros , veintiuno por ciento , tres de marzo de dos mil "
         "veinticuatro"),
        ("it", "Costa € 21,50 il 1º maggio", "Costa ventun euro e cinquanta centesimi il primo maggio"),
        ("pt", "R$ 5,20 em 03/03/2024", "cinco reais e vinte centavos em três de março de dois mil e vinte e quatro"),
        ("nl", "€ 21,50 op de 21ste om 14:30 uur", "eenentwintig euro vijftig op de eenentwintigste om veertien uur "
         "dertig"),
        ("sv", "år 1984, 3,5", "år ettusen niohundraåttiofyra , tre komma fem"),
        ("pl", "Mam 25 lat.", "Mam dwadzieścia pięć lat ."),
    ],
)  # fmt: skip
def test_digits_are_read_as_the_language_says_them(language, text, words):
    assert said(text, language) == words


def test_all_words_of_a_date_have_its_span_and_neither_words_nor_positions_are_lost():
    items = normalize("Né le 03/03/2024 ici", "fr")
    assert [item.span for item in items] == [(0, 2), (3, 5), *[(6, 16)] * 6, (17, 20)]
    with pytest.raises(ValueError, match="Cannot read `\ue000` .* position 5 of the text in language `fr`"):
        normalize("12 € \ue000", "fr")


def test_a_voice_of_letters_says_them():
    utterance = TextFrontend("fr")("L'an 2")
    assert [word.phones for word in utterance.words] == [("<l>", "<a>", "<n>"), ("<d>", "<e>", "<u>", "<x>")]


def test_an_unknown_language_still_refuses_digits():
    assert not has_numbers("xx") and has_numbers("nb")
    with pytest.raises(ValueError, match="Cannot read `3` .*DIGIT THREE.* position 4"):
        normalize("das 3", "xx")


@pytest.mark.parametrize("language", ["fr", "de", "es", "it", "pt", "nl", "sv", "ru", "ar", "hi", "km", "tr"])
def test_whole_numbers_of_any_size_are_words(language):
    for digits in ("0", "1", "21", "80", "100", "1984", "1000000", "999999999999999", "1" * 40, "007", "-5"):
        words = spell_number(language, digits, "25")
        assert words and not any(char.isdigit() for char in words)


def test_error_rates_compare_numbers_as_words_and_take_what_cannot_be_read():
    assert count_errors("Le 1er mai, 21 €.", "le premier mai vingt-et-un euros", "word", "fr") == (0, 7)
    assert count_errors("Le 1er mai.", "le \ue000 premier mai", "word", "fr")[1] == 3


@pytest.mark.parametrize("code", ["fr", "de", "es", "it", "pt", "nl"])
def test_each_language_can_say_its_sample_its_signs_and_its_months(code):
    language = languages.find(code)
    assert TextFrontend(code)(language.sample).words
    for day in range(1, 32):
        for month in range(1, 13):
            assert len(said(f"{day}/{month}/2024", code).split()) >= 3
    assert "," not in said("5 %, 5 €, 5 $, 5 £, 5 CHF, 5 °C, 5 + 5 = 10, ½".replace(",", ""), code)
