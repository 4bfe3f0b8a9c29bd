"""The shipped voices say what they said, phone by phone and sample by sample, until somebody changes them on purpose.

Then write the new reference with `python tests/models/test_shipped_voices.py` and listen to it.
"""

import json
from pathlib import Path

import pytest
import soundfile
import torch

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, TTSGanVocoder
from transformers_tts_gan.cards.model_card import weights_digest


ROOT = Path(__file__).parents[2]
VOICES = ROOT / "examples" / "voices"
FOLDERS = ("bilingual", "kathleen")
REFERENCE = ROOT / "tests" / "data" / "shipped_voices"
ENGLISH = (
    "The weather is lovely today.",
    "How are you?",
    "Dr. Lee paid $25.50 on March 3rd, didn't she?",
    "I read the record twice, and then it was late.",
)
CHINESE = (
    "今天天气很好。",
    "我用 Python 写代码，花了25元。",
    "你好。",
    "重庆银行的行长还没来。",
)
# Folder, speaker and texts. The first two texts are compared as sound, all of them as phones and durations.
SPEAKERS = {
    "heart_en": ("bilingual", "af_heart", ENGLISH),
    "yunxi_zh": ("bilingual", "zm_yunxi", CHINESE),
    "kathleen": ("kathleen", "kathleen", ENGLISH),
}
SOUNDS = [(name, number) for name in SPEAKERS for number in (0, 1)]
# Share of the power that may differ. Instruction sets round differently, and rounding of the pitch adds up and moves
# the phases of the highest harmonics: with AVX-512, AVX2 and SSE, with one thread and two, at most 3e-7 was seen, and
# 16 bits add 5e-8. A gain that is off by 0.03 dB, or a sample that comes too late, is more than this.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def spoken():
    return speak_all()


def speak_all() -> dict:
    """Phones, durations and waveform of each text, one at a time as a user has them spoken."""
    found = {}
    for name, (folder, speaker, texts) in SPEAKERS.items():
        processor = TTSGanProcessor.from_pretrained(VOICES / folder)
        model = TTSGanModel.from_pretrained(VOICES / folder).eval()
        found[name] = [speak(model, processor, text, speaker) for text in texts]
    return found


@torch.inference_mode()
def speak(model, processor, text: str, speaker: str) -> dict:
    inputs = processor(text, speaker=speaker)
    output = model(**inputs)
    phones = processor.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
    return {
        "phones": " ".join(phones),
        "input_ids": inputs["input_ids"][0].tolist(),
        "durations": output.durations[0].tolist(),
        "waveform": output.waveform[0],
        "sampling_rate": model.config.sampling_rate,
    }


@pytest.mark.parametrize("name", SPEAKERS)
@pytest.mark.parametrize("what", ["phones", "input_ids", "durations"])
def test_phones_and_durations_are_what_they_were(what, name, spoken):
    """Exactly, on every CPU: no phone of these texts ends within 0.0002 frames of a half, where rounding turns."""
    expected = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    assert {text: said[what] for text, said in zip(SPEAKERS[name][2], spoken[name], strict=True)} == {
        text: said[what] for text, said in expected.items()
    }


@pytest.mark.parametrize(("name", "number"), SOUNDS)
def test_the_waveform_is_what_it_was(name, number, spoken):
    said = spoken[name][number]
    samples, rate = soundfile.read(REFERENCE / f"{name}_{number}.flac", dtype="float32")
    assert rate == said["sampling_rate"]
    expected = torch.from_numpy(samples)
    assert said["waveform"].shape == expected.shape
    assert (said["waveform"] - expected).square().sum() <= TOLERANCE * expected.square().sum()


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_vocoder_of_a_shipped_voice_stands_alone(folder):
    """New voices start from it: `TTSGanVocoder.from_pretrained` takes it out of the voice, weight by weight."""
    vocoder = TTSGanVocoder.from_pretrained(VOICES / folder).state_dict()
    whole = TTSGanModel.from_pretrained(VOICES / folder).vocoder.state_dict()
    assert vocoder.keys() == whole.keys() and all(value.equal(whole[name]) for name, value in vocoder.items())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_card_of_a_shipped_voice_knows_its_weights(folder):
    """An evaluation is kept for the weights that were measured; a card of other weights would lose it."""
    card = (VOICES / folder / "README.md").read_text(encoding="utf-8")
    assert f"of weights {weights_digest(VOICES / folder)} -->" in card


def test_all_shipped_weights_together_are_small():
    """Whoever clones the repository loads them."""
    sizes = {path: path.stat().st_size for path in VOICES.rglob("*.safetensors")}
    assert len(sizes) >= len(FOLDERS) and sum(sizes.values()) < 30e6


def write_reference() -> None:
    spoken = speak_all()
    for name, (_, _, texts) in SPEAKERS.items():
        fields = ("phones", "input_ids", "durations")
        lines = [
            f"{json.dumps(text, ensure_ascii=False)}: " + json.dumps({field: said[field] for field in fields})
            for text, said in zip(texts, spoken[name], strict=True)
        ]
        (REFERENCE / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for name, number in SOUNDS:
        said = spoken[name][number]
        file = REFERENCE / f"{name}_{number}.flac"
        soundfile.write(file, said["waveform"].numpy(), said["sampling_rate"], subtype="PCM_16")


if __name__ == "__main__":
    write_reference()
