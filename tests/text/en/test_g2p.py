"""English words to phones: the lexicon, what is derived from it, what letters alone tell, and heteronyms."""

import random
import re
import time
from pathlib import Path

import pytest
from helpers.refusals import mostly_spoken, note
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text.en.g2p import english_phones, english_phones_or_none, unknown_word_phones
from transformers_tts_gan.text.en.heteronyms import heteronyms, part_of_speech
from transformers_tts_gan.text.en.letter_to_sound import letter_readings, one_main_stress
from transformers_tts_gan.text.en.lexicon import (
    exceptions,
    held_out,
    held_out_words,
    lexicon_reading,
    stem,
    without_stress,
)
from transformers_tts_gan.text.en.pinyin_names import SYLLABLES, pinyin_name_phones
from transformers_tts_gan.text.en.sequence import english_sequence
from transformers_tts_gan.text.phoneset import BASE_PHONES


HETERONYMS = Path(__file__).parents[2] / "data" / "heteronyms_en.tsv"


def said(word):
    return " ".join(english_phones(word))


def known(word):
    return None if held_out(word) else lexicon_reading(word)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("Mary's", "M EH1 R IY0 Z"),
        ("boss’s", "B AO1 S IH0 Z"),
        ("girls'", "G ER1 L Z"),
        ("robot'd", "R OW1 B AA2 T AH0 D"),
        ("M.B.A.s", "EH1 M B IY1 EY1 Z"),
        ("F.B.I.'s", "EH1 F B IY1 AY1 Z"),
        ("CPU", "S IY1 P IY1 Y UW1"),
        ("CPUs", "S IY1 P IY1 Y UW1 Z"),
        ("NASA's", "N AE1 S AH0 Z"),
        ("iPhone", "AY1 F OW2 N"),
        ("YouTube", "Y UW1 T UW2 B"),
        ("WiFi", "W AY1 F AY2"),
        ("well-known", "W EH1 L N OW1 N"),
        ("x-ray", "EH1 K S R EY1"),
        ("naïve", "N AY0 IY1 V"),
        ("Müller", "M AH1 L ER0"),
        ("Zhongguancun", "JH UH1 NG G W AA2 N T S W AH2 N"),
        ("Guangxi", "G W AA1 NG SH IY2"),
        ("Brexit", "B R EH1 K S IH0 T"),
        ("proceed", "P R OW0 S IY1 D"),
        ("abstracts", "AE1 B S T R AE0 K T S"),
        ("schizophrenic", "S K IH2 T S AH0 F R EH1 N IH0 K"),
        ("diagnoses", "D AY2 AH0 G N OW1 S IY0 Z"),
        ("WWII", "W ER1 L D W AO2 R T UW1"),
        ("usa", "Y UW1 EH1 S EY1"),
        ("fbi's", "EH1 F B IY1 AY1 Z"),
        ("cpus", "S IY1 P IY1 Y UW1 Z"),
        ("who", "HH UW1"),
    ],
)
def test_words_outside_the_lexicon_follow_from_their_parts(word, phones):
    assert said(word) == phones


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("résumé", "R EH1 Z AH0 M EY2"),
        ("résumés", "R EH1 Z AH0 M EY2 Z"),
        ("re\u0301sume\u0301", "R EH1 Z AH0 M EY2"),
        ("resume", "R IH0 Z UW1 M"),
        ("exposé", "EH2 K S P OW0 Z EY1"),
        ("expose", "IH0 K S P OW1 Z"),
        ("rosé", "R OW0 Z EY1"),
        ("rose", "R OW1 Z"),
        ("pâté", "P AA0 T EY1"),
        ("pate", "P EY1 T"),
        ("Café", "K AH0 F EY1"),
        ("café's", "K AH0 F EY1 Z"),
        ("fiancée", "F IY2 AA0 N S EY1"),
        ("jalapeño", "HH AA2 L AH0 P EY1 N Y OW0"),
        ("piñata", "P IH0 N Y AA1 T AH0"),
        ("Muñoz", "M UW1 N Y OW0 Z"),
        ("garçon", "G AA2 R S OW1 N"),
        ("José", "HH OW2 Z EY1"),
        ("coulé", "K UW2 L EY1"),
        ("é", "IY1"),
    ],
)
def test_accents_are_heard_where_they_decide(word, phones):
    assert said(word) == phones


def test_every_exception_has_phones_and_is_needed():
    for word, phones in exceptions().items():
        assert set(phones) <= set(BASE_PHONES) and phones, word
        assert sum(phone[-1] == "1" for phone in phones) >= (word not in ("'em", "'n")), word
        assert lexicon_reading(word) != phones, word


def test_an_exception_holds_in_a_sentence_too():
    """The lexicon has two readings of `proceed` by part of speech, both of them those of `proceeds`."""
    assert english_sequence("They proceed".split())[1] == ("P", "R", "OW0", "S", "IY1", "D")
    assert english_sequence("The abstracts were short".split())[1][-2:] == ("T", "S")


@pytest.mark.parametrize(
    ("sentence", "phones"),
    [
        ("a marked improvement", "M AA1 R K T"),
        ("the real thing", "R IY1 L"),
        ("a won game", "W AH1 N"),
        ("the apply button", "AH0 P L AY1"),
        ("an irony", "AY1 R AH0 N IY0"),
    ],
)
def test_a_reading_that_nobody_uses_is_not_chosen(sentence, phones):
    assert phones in [" ".join(said) for said in english_sequence(sentence.split())]


def test_an_ending_sounds_as_the_last_phone_asks():
    assert english_phones("emojis")[-1] == "Z"
    assert english_phones("googled")[-1] == "D"
    assert unknown_word_phones("zibbed", {"zib": ("Z", "IH1", "B")}.get) == ("Z", "IH1", "B", "D")
    assert unknown_word_phones("blotted", {"blot": ("B", "L", "AA1", "T")}.get)[-2:] == ("IH0", "D")
    assert unknown_word_phones("tushes", {"tush": ("T", "UH1", "SH")}.get)[-2:] == ("IH0", "Z")


def test_letters_without_a_vowel_are_spelled():
    assert said("bcd") == "B IY1 S IY1 D IY1"


def test_what_has_no_latin_letter_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="`дом`"):
        english_phones("дом")
    assert english_sequence(["дом", "house"]) == [(), ("HH", "AW1", "S")]


@mostly_spoken
@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(min_size=1, max_size=30), st.text("abeinorstXZ'-’.é", min_size=1, max_size=15)))
def test_any_string_has_phones_or_an_error(word):
    try:
        phones = english_phones(word)
        note(word, "en", spoken=True)
        assert set(phones) <= set(BASE_PHONES)
    except ValueError as error:
        note(word, "en", spoken=False)
        assert word[:40].replace("’", "'") in str(error).replace("’", "'")


def test_a_very_long_word_takes_linear_time():
    letters = random.Random(0)
    long = "".join(letters.choice("aeioubcdfglmnprst") for _ in range(1200))
    start = time.process_time()
    english_phones(long[:300])
    quarter = time.process_time() - start
    start = time.process_time()
    assert len(english_phones(long)) > 600
    assert time.process_time() - start < 12 * quarter + 0.5
    assert english_phones("'" * 500 + "a" + "'s" * 500)


def test_a_stem_joins_the_forms_of_a_word():
    for family in ("walk walks walked walking walker walkers", "happy happier happily happiness", "run runs running"):
        assert len({stem(word) for word in family.split()}) == 1
        assert len({held_out(word) for word in family.split()}) == 1


def test_about_a_tenth_is_held_out_and_its_words_are_readable():
    words = held_out_words()
    assert 11_000 < len(words) < 13_000
    assert all(re.fullmatch("[a-z]{2,}('s)?", word) for word in words)


def test_unseen_words_are_mostly_right():
    """The whole tenth takes a minute: `benchmarks/train_letter_to_sound.py` and `benchmarks/frontend.py`."""
    held = held_out_words()
    words = random.Random(1).sample(sorted(held), 80)
    right = sum(without_stress(unknown_word_phones(word, known)) in map(without_stress, held[word]) for word in words)
    assert right > 0.65 * len(words)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_the_model_gives_a_word_with_a_vowel_one_main_stress(word):
    phones = letter_readings(word)[0]
    assert set(phones) <= set(BASE_PHONES)
    vowels = [phone for phone in phones if phone[-1].isdigit()]
    assert sum(phone[-1] == "1" for phone in vowels) == bool(vowels)


def test_the_first_main_stress_stays():
    assert one_main_stress(("B", "AE0", "T", "ER2")) == ("B", "AE0", "T", "ER1")
    assert one_main_stress(("AE1", "T", "ER1")) == ("AE1", "T", "ER2")
    assert one_main_stress(("S", "T")) == ("S", "T")


def test_pinyin_is_read_only_where_it_is_clear():
    assert pinyin_name_phones("xiaoping") and pinyin_name_phones("zhengzhou")
    assert pinyin_name_phones("banana") is None and pinyin_name_phones("quit") is None
    phones = {phone for sound in SYLLABLES.values() for phone in sound.split()}
    assert phones <= {phone.rstrip("012") for phone in BASE_PHONES}


def heteronym_table():
    rows = [line.split("\t") for line in HETERONYMS.read_text(encoding="utf-8").splitlines()[1:]]
    return [(sentence, word, tuple(phones.split())) for sentence, word, phones in rows]


def test_heteronyms_follow_their_sentence():
    table = heteronym_table()
    assert len(table) >= 120 and len({word.lower() for _, word, _ in table}) >= 40
    wrong = []
    for sentence, word, phones in table:
        words = re.findall("[A-Za-z']+", sentence)
        heard = english_sequence(words)
        places = [place for place, other in enumerate(words) if other.lower() == word.lower()]
        if any(heard[place] != phones for place in places):
            wrong.append(sentence)
    assert len(wrong) <= 0.03 * len(table), wrong


def test_read_is_past_beside_the_past():
    assert english_sequence("I read it yesterday".split())[1] == ("R", "EH1", "D")
    assert english_sequence("I have never read it".split())[3] == ("R", "EH1", "D")
    assert english_sequence("I want to read it".split())[3] == ("R", "IY1", "D")


def test_a_sentence_without_a_heteronym_is_not_tagged(monkeypatch):
    def tag(words):
        raise AssertionError("tagged")

    monkeypatch.setattr("transformers_tts_gan.text.en.heteronyms.part_of_speech", tag)
    assert heteronyms("The cat sat on the mat".split()) == {}


def test_tags_are_those_of_the_treebank():
    assert part_of_speech("She quickly opened the door".split()) == ["PRP", "RB", "VBD", "DT", "NN"]


def test_warm_text_is_fast():
    words = [re.findall("[A-Za-z']+", sentence) for sentence, _, _ in heteronym_table()]
    for sentence in words:
        english_sequence(sentence)
    start = time.process_time()
    for sentence in words:
        english_sequence(sentence)
    assert sum(len(" ".join(sentence)) for sentence in words) / (time.process_time() - start) > 50_000


def test_nothing_to_say_is_no_phones():
    assert english_phones_or_none("'") == () == english_phones_or_none("-")
