"""Who speaks: roles differ, wishes hold, and each language has its voice."""

import pytest
import torch
from helpers.models import enliven

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanPipeline, TTSGanProcessor, phone_tokenizer
from transformers_tts_gan.lessons.cast import NARRATOR, Cast, Part, known_parts, language_runs, read_part
from transformers_tts_gan.lessons.speaker import Speaker


@pytest.fixture(scope="module")
def english():
    return voice_of("en", "kathleen")


@pytest.fixture(scope="module")
def chinese():
    return voice_of("zh", "yue_tan")


def voice_of(language: str, speaker: str) -> TTSGanPipeline:
    """A voice of one language and one speaker, with random weights."""
    processor = TTSGanProcessor(phone_tokenizer(), speakers=[speaker], languages=[language])
    torch.manual_seed(0)
    config = TTSGanConfig.from_preset("tiny", vocab_size=len(processor.tokenizer))
    return TTSGanPipeline(model=enliven(TTSGanModel(config)), processor=processor)


def sounds(cast: Cast, language: str) -> list[tuple]:
    found = [cast.find(role, language)[1] for role in cast.roles]
    return [(each["speaker"], each["pitch_shift"]) for each in found]


def test_roles_take_the_speakers_in_turn_and_then_other_pitches(tiny, english):
    assert sounds(Cast([tiny], ["A", "B", "C"], {}), "en") == [("ann", 0.0), ("bob", 0.0), ("ann", -3.0)]
    assert sounds(Cast([english], ["A", "B"], {}), "en") == [("kathleen", 0.0), ("kathleen", -3.0)]


def test_wishes_hold_for_their_role_alone(tiny):
    cast = Cast([tiny], ["A", "B"], {"B": Part("ann", 2.0, 0.9), NARRATOR: Part("bob")})
    assert cast.find("A", "en")[1] == {"language": "en", "speaker": "ann", "pitch_shift": 0.0, "speaking_rate": 1.0}
    assert cast.find("B", "zh")[1] == {"language": "zh", "speaker": "ann", "pitch_shift": 2.0, "speaking_rate": 0.9}
    assert cast.find(NARRATOR, "zh")[1]["speaker"] == "bob"
    with pytest.raises(ValueError, match="no role `C`.*narrator, A, B"):
        Cast([tiny], ["A", "B"], {"C": Part()})
    with pytest.raises(ValueError, match="speaker `eve` of role `A`; there are ann, bob"):
        Cast([tiny], ["A", "B"], {"A": Part("eve")})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Good.", ["Good."]),
        ("火车9:45开。", ["火车9:45开。"]),
        ("说“I want”不好", ["说", "“I want”", "不好"]),
        ("Room 101 房间（big）", ["Room 101 ", "房间", "（big）"]),
        ("25", ["25"]),
    ],
)
def test_a_text_is_divided_where_the_language_changes(text, parts):
    assert [text[start:end] for start, end, _ in language_runs(text)] == parts


def test_a_sentence_passes_from_voice_to_voice(english, chinese):
    text = "更客气的说法是 I would like，后面再加 please。"
    clip = Speaker(Cast([english, chinese], [], {}), 0.75).say(text, NARRATOR)
    assert [(run.text, run.language) for run in clip.runs] == [
        ("更客气的说法是", "zh"),
        ("I would like，", "en"),
        ("后面再加", "zh"),
        ("please。", "en"),
    ]
    assert [run.first for run in clip.runs[1:]] == [run.last for run in clip.runs[:-1]]
    assert clip.runs[-1].last == len(clip.audio)
    assert all(text[slice(*word.span)] == word.text for word in clip.words)
    for run in clip.runs:
        inside = [word for word in clip.words if word.text in run.text]
        assert all(run.first <= word.start * 16_000 < word.end * 16_000 <= run.last for word in inside) and inside
    with pytest.raises(ValueError, match="No voice speaks `zh`.*only en"):
        Cast([english], [], {}).runs(text, NARRATOR)


def test_a_speaker_of_both_languages_says_a_sentence_at_once(tiny):
    """What a recognizer of each language is given is cut at the words' times."""
    cast = Cast([tiny], [], {})
    assert cast.runs("说 yes 吧", NARRATOR) == [(0, 7, "zh")]
    clip = Speaker(cast, 0.75).say("说 yes 吧", NARRATOR)
    assert [(run.text, run.language) for run in clip.runs] == [("说", "zh"), ("yes", "en"), ("吧", "zh")]
    assert [run.first for run in clip.runs[1:]] == [run.last for run in clip.runs[:-1]]
    assert [run.first for run in clip.runs[1:]] == [round(word.start * 16_000) for word in clip.words[1:]]
    assert (clip.runs[0].first, clip.runs[-1].last) == (0, len(clip.audio))


def test_a_role_may_have_a_speaker_for_each_language(tiny):
    cast = Cast([tiny], ["A"], {NARRATOR: read_part({"zh": "bob"}), "A": read_part({"en": "bob", "speaker": "ann"})})
    assert cast.find(NARRATOR, "zh")[1]["speaker"] == "bob" and cast.find(NARRATOR, "en")[1]["speaker"] == "ann"
    assert cast.find("A", "en")[1]["speaker"] == "bob" and cast.find("A", "zh")[1]["speaker"] == "ann"
    assert [code for *_, code in cast.runs("说 yes 吧", NARRATOR)] == ["zh", "en", "zh"]
    with pytest.raises(ValueError, match="speaker `eve` of role `A`"):
        Cast([tiny], ["A"], {"A": read_part({"en": "eve"})})
    strange = {"A": read_part({"zh": "eve", "en": "bob", "speaker": "adam", "pitch": 2})}
    assert known_parts(strange, [tiny]) == {"A": Part(None, 2.0, natives={"en": "bob"})}


def test_the_slow_clip_is_slow_and_nothing_is_said_twice(tiny):
    speaker = Speaker(Cast([tiny], ["A", "B"], {}), 0.5)
    clip, slow = speaker.say("Good cats.", "A"), speaker.say("Good cats.", "A", slow=True)
    assert 1.6 < slow.words[-1].end / clip.words[-1].end < 2.4
    assert speaker.say("Good cats.", "A") is clip and speaker.say("Good cats.", "B") is not clip
    with pytest.raises(ValueError, match="slow rate is 0"):
        Speaker(speaker.cast, 0)


@pytest.mark.parametrize("settings", [{"rate": 0}, {"rate": "nan"}, {"pitch": "inf"}])
def test_numbers_of_a_role_that_mean_nothing_are_refused_at_once(settings):
    with pytest.raises(ValueError, match="is needed"):
        read_part(settings)
