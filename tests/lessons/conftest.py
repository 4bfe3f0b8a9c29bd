"""A lesson and its folder, which the tests of this room share."""

import pytest

from transformers_tts_gan import TTSGanPipeline
from transformers_tts_gan.lessons.cast import Cast
from transformers_tts_gan.lessons.lesson import parse_lesson
from transformers_tts_gan.lessons.make import make_lesson


TEXT = """# Cats 猫

好。

## Talk

**Ann:** Good morning. Who is it?
是谁？ `</script>`

**Bob:** It costs $25 <b>here</b>.

## Words

| word | meaning | example |
|---|---|---|
| cat | 猫 | The cat is good. |

Who is it?

- [ ] A dog.
- [x] A cat.
"""


@pytest.fixture(scope="session")
def tiny(voice_folder):
    return TTSGanPipeline.from_pretrained(voice_folder)


@pytest.fixture(scope="session")
def lesson():
    return parse_lesson(TEXT, "cats")


@pytest.fixture(scope="session")
def made(tiny, lesson, tmp_path_factory):
    return make_lesson(lesson, tmp_path_factory.mktemp("lesson"), Cast([tiny], lesson.roles(), {}), kind="wav")
