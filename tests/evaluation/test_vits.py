"""A VITS checkpoint is evaluated like a voice of ours: beside its recordings and its own copy synthesis."""

import numpy as np
import pytest
from helpers.training import speech_rows
from helpers.vits import letter_tokenizer, tiny_vits

from transformers_tts_gan.evaluation.evaluate import evaluate_voice
from transformers_tts_gan.evaluation.run import load_voice
from transformers_tts_gan.models.vits.speech import vits_copy_synthesis


class Deaf:
    """Understands nothing."""

    def transcribe(self, waveform, sampling_rate):
        return ""


@pytest.mark.parametrize("speakers", [1, 2])
def test_a_vits_checkpoint_is_evaluated(speakers, tmp_path):
    sizes = {"num_speakers": speakers, "speaker_embedding_size": 4 if speakers > 1 else 0}
    tiny_vits(**sizes).save_pretrained(tmp_path)
    letter_tokenizer(tmp_path, language="eng").save_pretrained(tmp_path)
    model, processor = load_voice(str(tmp_path))
    report = evaluate_voice(model, processor, speech_rows(2), Deaf(), "en", wav_dir=tmp_path / "wavs")
    assert {path.name for path in (tmp_path / "wavs").iterdir()} >= {"0001_tts.wav", "0002_copy_synthesis.wav"}
    for sentence in report.sentences:
        assert [sentence.results[name].problem for name in ("copy_synthesis", "tts")] == ["", ""]


def test_copy_synthesis_is_as_long_as_the_recording():
    wave = np.random.default_rng(0).normal(size=10 * 64 + 7).astype(np.float32)
    assert len(vits_copy_synthesis(tiny_vits().eval(), wave)) == 10 * 64
