"""The shipped voices say what they said, phone by phone and sample by sample, until somebody changes them on purpose.

Then write the new reference with `python tests/models/test_shipped_voices.py` and listen to it.
"""

import json
from pathlib import Path

import pytest
import soundfile
import torch
from safetensors.torch import load_file

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, TTSGanVocoder
from transformers_tts_gan.cards.model_card import weights_digest


ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "data" / "shipped_voices"
# The first two of each language are compared as sound, all of them as phones and durations.
TEXTS = {
    "en": (
        "The weather is lovely today.",
        "How are you?",
        "Dr. Lee paid $25.50 on March 3rd, didn't she?",
        "I read the record twice, and then it was late.",
    ),
    "zh": (
        "今天天气很好。",
        "你好。",
        "我用 Python 写代码，花了25元。",
        "重庆银行的行长还没来。",
    ),
}
SOUNDS = [(language, number) for language, texts in TEXTS.items() for number in (0, 1)]
# Share of the power that may differ. Instruction sets round differently, and rounding of the pitch adds up and moves
# the phases of the highest harmonics: with AVX-512, AVX2 and SSE, with one thread and two, at most 3e-7 was seen, and
# 16 bits add 5e-8. A gain that is off by 0.03 dB, or a sample that comes too late, is more than this.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def spoken():
    return speak_all()


def speak_all() -> dict:
    """Phones, durations and waveform of each text, by language, one at a time as a user has them spoken."""
    found = {}
    for language, texts in TEXTS.items():
        folder = ROOT / "examples" / "voices" / language
        processor = TTSGanProcessor.from_pretrained(folder)
        model = TTSGanModel.from_pretrained(folder).eval()
        found[language] = [speak(model, processor, text, language) for text in texts]
    return found


@torch.inference_mode()
def speak(model, processor, text: str, language: str) -> dict:
    inputs = processor(text, language=language)
    output = model(**inputs)
    phones = processor.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
    return {
        "phones": " ".join(phones),
        "input_ids": inputs["input_ids"][0].tolist(),
        "durations": output.durations[0].tolist(),
        "waveform": output.waveform[0],
        "sampling_rate": model.config.sampling_rate,
    }


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("what", ["phones", "input_ids", "durations"])
def test_phones_and_durations_are_what_they_were(what, language, spoken):
    """Exactly, on every CPU: no duration of these texts lies within 0.005 frames of a half, where rounding turns."""
    expected = json.loads((REFERENCE / f"{language}.json").read_text(encoding="utf-8"))
    assert {text: said[what] for text, said in zip(TEXTS[language], spoken[language], strict=True)} == {
        text: said[what] for text, said in expected.items()
    }


@pytest.mark.parametrize(("language", "number"), SOUNDS)
def test_the_waveform_is_what_it_was(language, number, spoken):
    said = spoken[language][number]
    samples, rate = soundfile.read(REFERENCE / f"{language}_{number}.flac", dtype="float32")
    assert rate == said["sampling_rate"]
    expected = torch.from_numpy(samples)
    assert said["waveform"].shape == expected.shape
    assert (said["waveform"] - expected).square().sum() <= TOLERANCE * expected.square().sum()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_vocoder_of_a_shipped_voice_stands_alone(language):
    """New voices start from it: `TTSGanVocoder.from_pretrained` takes it out of the voice, weight by weight."""
    folder = ROOT / "examples" / "voices" / language
    saved = load_file(folder / "model.safetensors")
    vocoder = TTSGanVocoder.from_pretrained(folder)
    assert vocoder.state_dict().keys() == {name[8:] for name in saved if name.startswith("vocoder.")}
    assert all(value.equal(saved[f"vocoder.{name}"].float()) for name, value in vocoder.state_dict().items())


def test_the_card_of_a_shipped_voice_knows_its_weights():
    """An evaluation is kept for the weights that were measured; a card of other weights would lose it."""
    for language in TEXTS:
        folder = ROOT / "examples" / "voices" / language
        assert f"of weights {weights_digest(folder)} -->" in (folder / "README.md").read_text(encoding="utf-8")


def write_reference() -> None:
    spoken = speak_all()
    for language, texts in TEXTS.items():
        names = ("phones", "input_ids", "durations")
        lines = [
            f"{json.dumps(text, ensure_ascii=False)}: " + json.dumps({name: said[name] for name in names})
            for text, said in zip(texts, spoken[language], strict=True)
        ]
        (REFERENCE / f"{language}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for language, number in SOUNDS:
        said = spoken[language][number]
        file = REFERENCE / f"{language}_{number}.flac"
        soundfile.write(file, said["waveform"].numpy(), said["sampling_rate"], subtype="PCM_16")


if __name__ == "__main__":
    write_reference()
