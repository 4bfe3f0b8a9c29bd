"""What people have: documents of other services, foreign letters and signs. Nothing of it is refused."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.text import TextFrontend, make_readable
from transformers_tts_gan.text.ssml.parse import MarkupError


PIECES = (
    *"привет 한글 あ ع ß Ł º ′ │ ₩ ə ⅓ ２ ٣ 好 重 㐀 龘 α ΑΒΓ ª ﷽ 5 .5 a I A.B. x's".split(),
    *("[[", "]]", "{", "}", "{chong2}", "\\", "<", ">", "&", "&amp;", "&#0;", "<p>", "</p>", "<b>", "<!--", "-->"),
    *("<sub alias='x'>", "</sub>", "<say-as interpret-as='date'>", "</say-as>", "<break>", "<prosody rate='9'>"),
    *("\ud83d", "\ufffd", "\u0301", "\x00", "\ue000", "\u2028", "\n", " ", " "),
)
AZURE_STYLE = """\
<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts"
 xml:lang="en-US"><voice name="en-US-JennyNeural"><mstts:express-as style="cheerful" styledegree="2">
That would be just great!</mstts:express-as><mstts:silence type="Sentenceboundary" value="200ms"/></voice></speak>"""
AZURE_PROSODY = """\
<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaNeural">
<prosody rate="+30.00%" pitch="+20Hz" volume="75" contour="(0%,+20Hz) (10%,-2st)">Fast and high.</prosody>
<bookmark mark="here"/><break time="750"/><say-as interpret-as="address">150th CT NE</say-as></voice></speak>"""
GOOGLE_MEDIA = """\
<speak>Here is a sound. <audio src="https://www.example.org/cat.ogg"><desc>a cat</desc>meow</audio>
<par><media xml:id="q"><speak>Who is there?</speak></media></par><mark name="end"/></speak>"""
GOOGLE_SAY_AS = """\
<speak><say-as interpret-as="date" format="yyyymmdd" detail="1">1960-09-10</say-as>, <say-as
interpret-as="time" format="hms12">2:30pm</say-as>, <say-as interpret-as="currency" language="en-US">$42.01</say-as>,
<say-as interpret-as="verbatim">abc</say-as>, <say-as interpret-as="expletive">damn</say-as> <emphasis
level="moderate">now</emphasis></speak>"""
POLLY_EFFECTS = """\
<speak><amazon:domain name="news">Good evening.</amazon:domain> <amazon:effect name="whispered">It is late.
</amazon:effect><amazon:auto-breaths/> <prosody amazon:max-duration="2s">Soon.</prosody></speak>"""
POLLY_PHONEMES = """\
<speak>You say <phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>, I say
<phoneme alphabet="x-sampa" ph='pI"kA:n'>pecan</phoneme>. <w role="amazon:VB">read</w>
<sub alias="mercury">Hg</sub> <emphasis level="strong">I <break/> do</emphasis></speak>"""
W3C_DOCUMENT = """\
<?xml version="1.0"?>
<!DOCTYPE speak PUBLIC "-//W3C//DTD SYNTHESIS 1.0//EN" "http://www.w3.org/TR/speech-synthesis/synthesis.dtd">
<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis"
       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xml:lang="en-US">
  <lexicon uri="http://www.example.com/lexicon.pls" xml:id="pls"/><metadata><rdf>nothing to say</rdf></metadata>
  <p><s>You have 4 new messages.</s> <s>The first is from Stephanie.</s></p>
  <lookup ref="pls"><token>tomato</token></lookup>
</speak>"""
W3C_VOICES = """\
<speak version="1.0" xml:lang="en-US"><sentence>She said <voice gender="female" age="6" xml:lang="fr-FR">oui</voice>
to <prosody pitch="high" range="x-low" duration="3s">him</prosody>.</sentence><paragraph>Bye.</paragraph></speak>"""
ENTITIES = """\
\ufeff<ssml:speak><![CDATA[A < B & C]]> x &lt; y &amp; z &nbsp; Q&A, 3 < 4 <!-- not said -->
<break time="3"/>caf&eacute; <break time="60s"/><break strength="huge"></break> <prosody rate="900%">end</prosody>"""
DOCUMENTS = {
    "azure style": (AZURE_STYLE, "That would be just great!"),
    "azure prosody": (AZURE_PROSODY, "Fast and high. 150th CT NE"),
    "google media": (GOOGLE_MEDIA, "Here is a sound. meow Who is there?"),
    "google say-as": (GOOGLE_SAY_AS, "September 10, 1960, 2:30pm, $42.01, A.B.C., damn now"),
    "polly effects": (POLLY_EFFECTS, "Good evening. It is late. Soon."),
    "polly phonemes": (POLLY_PHONEMES, "You say [[pɪˈkɑn]], I say pecan. read mercury I do"),
    "w3c document": (W3C_DOCUMENT, "You have 4 new messages. The first is from Stephanie. tomato"),
    "w3c voices": (W3C_VOICES, "She said oui to him. Bye."),
    "entities": (ENTITIES, "A < B & C x < y & z Q&A, 3 < 4 café end"),
}


def words(text: str, frontend: TextFrontend) -> list[str]:
    return [phone for phone in frontend(text).phones if phone not in " ,.?!"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_of_other_services_say_what_they_hold(name):
    document, plain = DOCUMENTS[name]
    readable, notes = make_readable(document)
    assert words(readable, TextFrontend()) == words(plain, TextFrontend())
    assert all(0 <= note.position < len(document) for note in notes)
    if document.startswith("<speak"):
        with pytest.raises(MarkupError):
            TextFrontend()(document)


def controls(text: str):
    return TextFrontend()(make_readable(text)[0]).prosody


@pytest.mark.parametrize(
    ("markup", "seconds"),
    [('time="3"', 3.0), ('time="500"', 0.5), ('time="60s"', 10.0), ('strength="huge"', 0.5), ('time="1.5s"', 1.5)],
)
def test_breaks_of_any_form_have_their_length(markup, seconds):
    prosody = controls(f"<speak>A <break {markup}/> B</speak>")
    assert [phone.pause_seconds for phone in prosody if phone.pause_seconds is not None] == [seconds]


@pytest.mark.parametrize(
    ("markup", "field", "value"),
    [
        ('pitch="+20Hz"', "pitch_shift", 1.82),
        ('pitch="180Hz"', "pitch_shift", 0.0),
        ('volume="50"', "gain_db", -6.02),
        ('volume="-50%"', "gain_db", -6.02),
        ('rate="+30.00%"', "rate", 1.3),
        ('rate="900%"', "rate", 1.0),
        ('contour="(0%,+20Hz)" rate="80%"', "rate", 0.8),
    ],
)
def test_values_of_other_services_are_converted_or_passed_over(markup, field, value):
    first = (controls(f"<speak><prosody {markup}>A</prosody><break/>B</speak>"))[0]
    assert getattr(first, field) == pytest.approx(value, abs=0.01)


def test_emphasis_is_slower_and_louder():
    first = controls("<speak><emphasis level='strong'>A</emphasis> B</speak>")[0]
    assert first.rate < 1 and first.gain_db > 0


@pytest.mark.parametrize(
    ("text", "said", "position"),
    [
        ("Said привет.", "Said privet.", 5),
        ("Łódź is a city.", "Lódź is a city.", 0),
        ("Mr. Øst came.", "Mr. Ost came.", 4),
        ("It is 25 ºC now.", "It is 25 °C now.", 9),
        ("a │ b", "a   b", 2),
        ("Hello مرحبا.", "Hello mrhb.", 6),
        ("Seoul (서울)", "Seoul (seoul)", 7),
        ("say こんにちは now", "say konnichiha now", 4),
        ("the word ʃip", "the word ship", 9),
        ("half \ud83d of it", "half   of it", 5),
        ("see [[wiki]] there", "see \\[[wiki]] there", 4),
        ("see [[wiki there", "see \\[[wiki there", 4),
    ],
)
def test_foreign_letters_and_signs_are_written_in_another_way_and_noted(text, said, position):
    readable, notes = make_readable(text)
    assert readable == said and [note.position for note in notes] == [position]
    assert TextFrontend()(readable).words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Good morning, Dr. Lee: $5 for the café… “so” 北京.", "en"),
        ("我在重{chong2}庆，25% 的 Python。", "zh"),
        ("a [[K AE1 T]] and {x} \\[[", "en"),
        ("㐀 is 𝐛𝐨𝐥𝐝 × ½ → ☃ 😀", "en"),
        ("", "en"),
    ],
)
def test_what_can_be_read_stays_as_it_is(text, language):
    assert make_readable(text, language) == (text, [])


def test_a_reading_that_is_none_is_text():
    readable, notes = make_readable("重{abc}庆{qing4}", "zh")
    assert readable == "重\\{abc}庆{qing4}" and [note.position for note in notes] == [1]


def test_positions_are_those_of_the_document():
    document = "<speak>\n<voice>Good &amp; [[x y]] │</voice> привет</speak>"
    notes = {note.position: note.message for note in make_readable(document)[1]}
    assert sorted(notes) == [document.index(part) for part in ("<voice>", "[[x", "│", "привет")]


@pytest.mark.parametrize("text", ["Ù<?>α", "a<!-- -->α", "α<mark name='x'/>a"])
def test_letters_around_markup_that_is_left_out_are_read(text):
    readable, _ = make_readable(f"<speak>so {text}</speak>")
    assert "alpha" in [word.text for word in TextFrontend("en")(readable).words]


def test_what_is_found_often_is_noted_once():
    (note,) = make_readable("Ł Ł Ł")[1]
    assert note.position == 0 and note.message.endswith("(and 2 more times)")


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)),
    st.sampled_from(["en", "zh"]),
    st.booleans(),
)
def test_any_text_becomes_one_that_can_be_read(text, language, ssml):
    text = f"<speak>so {text}</speak>" if ssml else f"so {text}"
    readable, notes = make_readable(text, language)
    assert TextFrontend(language)(readable).words
    assert all(0 <= note.position < len(text) for note in notes)


@pytest.mark.parametrize(
    "unit", ["[[", "重{", "<a ", "<a '", '<a "', "<!--", "<?", "&", "<b>", "</b>", "Ł", "<sub>", "<s>", "[[a]] "]
)
def test_time_grows_with_the_length(unit):
    started = time.perf_counter()
    make_readable("<speak>" + unit * 10_000)
    make_readable(unit * 10_000)
    assert time.perf_counter() - started < 5
