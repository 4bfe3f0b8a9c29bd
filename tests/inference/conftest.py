"""Pipelines that the tests of this room share."""

from pathlib import Path

import pytest

from transformers_tts_gan import TTSGanPipeline


VOICE = Path(__file__).parents[2] / "examples" / "voices" / "bilingual"


@pytest.fixture(scope="module")
def speaker(voice_folder):
    return TTSGanPipeline.from_pretrained(voice_folder)


@pytest.fixture(scope="module")
def shipped():
    return TTSGanPipeline.from_pretrained(VOICE)
