"""What counts as understood, and whose speaking rate is unusual."""

import numpy as np
import pytest

from transformers_tts_gan.data.distill.judging import is_mixed, reasons, share_of_errors


@pytest.mark.parametrize(
    ("text", "language", "transcripts", "error"),
    [
        ("The cat sat down.", "en", {"en": "the cat sat town"}, 1 / 4),
        ("The cat sat down.", "en", {"en": "oh the cat sat down"}, 1 / 4),
        ("今天天气很好。", "zh", {"zh": "今天天气好"}, 1 / 6),
        ("The cat.", "en", {"zh": "the cat"}, None),
        ("我用 Python 写代码。", "zh", {"zh": "我用 python 写代码"}, 0),
        ("我用 Python 写代码。", "zh", {"zh": "我用牛油的鞋带码"}, 2 / 5),
        ("我用 Python 写代码。", "zh", {"zh": "我用牛油写代码", "en": "Oh, Python, sir"}, 0),
        ("我用 Python 写代码。", "zh", {"zh": "我用牛油写代码", "en": "I don't know"}, 1 / 6),
        ("Tom 有25只 cats", "zh", {"zh": "汤姆有二十五只 cats", "en": "tom"}, 1 / 7),
    ],
)
def test_a_sentence_is_wrong_by_the_units_of_each_language(text, language, transcripts, error):
    assert share_of_errors(text, language, transcripts) == (error if error is None else pytest.approx(error))


def test_a_text_is_mixed_by_its_letters_alone():
    assert is_mixed("第 5 代 iPhone") and is_mixed("A 座在哪里") and not is_mixed("25只") and not is_mixed("a cat")


def record(rate, speaker="ann", asked=1.0, error=0.0, mos=4.0, problem=""):
    return {"language": "en", "speaker": speaker, "speaking_rate": asked, "problem": problem, "error": error,
            "mos": mos, "phones_per_second": rate}  # fmt: skip


def usual(count, speaker="ann", rate=14.0, asked=1.0):
    return [record(r * rate, speaker, asked) for r in np.exp(np.random.default_rng(0).normal(0, 0.05, count))]


def test_each_reason_is_named_and_one_recording_may_have_several():
    records = [record(14), record(14, error=0.2), record(14, error=0.5, mos=2.0), record(None, problem="ValueError")]
    records += [record(14, error=None, mos=None)]
    found = reasons(records, 0.15, 3.0, 4.0)
    assert found == [[], ["not understood"], ["not understood", "predicted MOS"], ["failed"], []]


def test_unusual_rates_are_dropped_by_speaker_and_by_the_rate_that_was_asked_for():
    records = usual(40) + usual(40, "bob", 20.0) + usual(40, "carl", 28.0, asked=2.0)
    strange = [record(20.0), record(14.0, "bob"), record(14.0, "carl", asked=1.0), record(14.0, "carl", asked=2.0)]
    found = reasons(records + strange, 0.15, 3.0, 4.0)
    assert found[:120] == [[]] * 120
    assert found[120:] == [["speaking rate"], ["speaking rate"], [], ["speaking rate"]]
    assert reasons(records + strange, 0.15, 3.0, 0)[120:] == [[]] * 4


def test_few_recordings_of_a_speaker_are_compared_with_all_and_few_of_all_with_none():
    assert reasons([*usual(40), record(40.0, "dora")], 0.15, 3.0, 4.0)[40] == ["speaking rate"]
    assert reasons([*usual(10), record(40.0, "dora")], 0.15, 3.0, 4.0)[10] == []
