"""The script for the prosody of voices: its table is of what voices say, its page plays it."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from transformers_tts_gan import TTSGanModel, TTSGanProcessor
from transformers_tts_gan.evaluation.prosody import voice_prosody


ROOT = Path(__file__).parents[2]
VOICE = ROOT / "examples" / "voices" / "bilingual"
TEXTS = ("Is it late?", "It was not the doctor, it was the teacher.")


@pytest.fixture(scope="module")
def voice():
    return TTSGanModel.from_pretrained(VOICE).eval(), TTSGanProcessor.from_pretrained(VOICE)


@pytest.fixture(scope="module")
def corpus(voice, tmp_path_factory):
    """What the voice itself says, as if it had been spoken."""
    model, processor = voice
    rows = []
    for number, text in enumerate(TEXTS):
        row = processor.encode(text, "en", "zm_yunxi")
        (said,) = voice_prosody(model, processor.pad([row]))
        rows.append({"number": number, "text": text, **row, **vars(said)})
    file = tmp_path_factory.mktemp("corpus") / "corpus.pt"
    torch.save({"rows": {"train": [], "eval": rows}, "speakers": ["zm_yunxi"]}, file)
    return file


def test_a_voice_says_the_prosody_that_it_speaks_with(voice):
    """Frames add up to those of the sound, and padding of a batch changes nothing."""
    model, processor = voice
    inputs = processor(list(TEXTS))
    spoken = model.synthesize(**inputs)
    for said, durations, mask in zip(
        voice_prosody(model, inputs), spoken.durations, inputs["attention_mask"], strict=True
    ):
        size = int(mask.sum())
        assert said.log_duration.shape == said.pitch.shape == (size,)
        assert (said.log_duration.expm1().clamp(min=0).cumsum(0) - durations[:size].cumsum(0)).abs().max() < 1.5


def test_a_voice_is_as_near_to_itself_as_can_be_and_another_speaker_is_not(script, corpus, capsys):
    script.main([f"itself={VOICE}", f"kathleen={VOICE.parent / 'kathleen'}", "--rows", str(corpus)])
    itself, other = re.findall(r"^summary voice=.*$", capsys.readouterr().out, re.MULTILINE)
    assert "sentences=2 log_duration_rmse=0.000 log_duration_correlation=1.000 f0_rmse=0.000" in itself
    assert float(re.search(r"f0_rmse=(\S+)", other)[1]) > 50


def test_questions_are_a_group_of_their_own(script, voice):
    rows = [{"text": text, "language_id": 0} for text in (*TEXTS, '"Why?" he said.', '"Why?"')]
    assert [("questions" in script.groups(row, voice[1])) for row in rows] == [True, False, False, True]


def test_the_page_has_its_sound_in_it(script, corpus, voice, tmp_path):
    page = tmp_path / "page.html"
    script.main([f"one={VOICE}", "--rows", str(corpus), "--page", str(page), "--shown", "1", "--title", "Two & two"])
    html = page.read_text(encoding="utf-8")
    assert "Two &amp; two" in html and TEXTS[1] in html and TEXTS[0] not in html
    assert re.findall("<h4>(.*?)</h4>", html) == ["one"]  # nothing was recorded that could be played
    (sound,) = re.findall(r'src="data:audio/ogg;base64,([^"]+)"', html)
    assert "src=" not in html.replace(f'src="data:audio/ogg;base64,{sound}"', "")
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(sound)))
    spoken = voice[0].synthesize(**voice[1](TEXTS[1], speaker="zm_yunxi")).waveform[0].numpy()
    assert rate == 24_000 and np.corrcoef(samples[: len(spoken)], spoken[: len(samples)])[0, 1] > 0.9
