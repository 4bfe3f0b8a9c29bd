"""Questions whose melody rises: those that are answered by yes or no, in English and Chinese."""

import pytest

from transformers_tts_gan.metrics.questions import is_yes_no_question


YES_NO = [
    "Is it yours?",
    "Do you know what time it is?",
    "You're coming?",
    "When it rains, do you walk?",
    "Is that so, Tom?",
    "Where is it? Is it here?",
    "What a day. Don't you think so?",
    "And is it ready?",
    "Is it ready, or not?",
    "It's cold here, isn't it?",
    'He asked, "Can’t you hear me?"',
    "Really?!",
    "你是老师吗？",
    "你想吃什么吗？",
    "你喜欢他吧？",
    "有任何问题吗?",
    "他问：“你去不去？”",
]
OTHERS = [
    "Where is it?",
    "At what time does it start?",
    "What's that, Tom?",
    "If so, what then?",
    "Is it here? Where is it?",
    "Is it yours, or mine?",
    "Do you want tea or coffee?",
    "It is yours.",
    "No!",
    '"Is it?" he asked.',
    "?",
    "",
    "你想吃什么？",
    "他去哪儿？",
    "谁来了？",
    "你要几个？",
    "有多远？",
    "你喜欢红色，还是蓝色？",
    "他呢？",
    "你是老师。",
    "是吗？他不知道。",
]


@pytest.mark.parametrize("text", YES_NO)
def test_it_is_answered_by_yes_or_no(text):
    assert is_yes_no_question(text)


@pytest.mark.parametrize("text", OTHERS)
def test_it_is_not_answered_by_yes_or_no(text):
    assert not is_yes_no_question(text)
