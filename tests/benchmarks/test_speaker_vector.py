"""A new speaker's row comes from the seconds that are given, and from nothing else."""

from pathlib import Path

import pytest
from helpers.training import speech_rows

from transformers_tts_gan import PrepareSpeech, TTSGanModel, TTSGanProcessor


ROOT = Path(__file__).parents[2]


@pytest.fixture
def prepare(new_model, phone_processor):
    return PrepareSpeech(new_model(text_encoder_config=None).config.vocoder_config, phone_processor)


def test_a_person_has_the_seconds_that_were_asked_for_and_one_recording_at_least(script, prepare):
    rows = speech_rows(6)
    few, more, everything = (script.Person(prepare, rows, seconds) for seconds in (0.1, 1.5, 100))
    assert [len(person.rows) for person in (few, everything)] == [1, 6]
    assert few.seconds < more.seconds <= 1.5 and 1 < len(more.rows) < 6
    assert len(more.waveform) == pytest.approx(more.seconds * prepare.config.sampling_rate)
    assert script.median_pitch(more.rows[0]["f0"]) < script.median_pitch(everything.rows[5]["f0"])  # 120 and 195 Hz


def test_fitting_lowers_the_loss_and_leaves_the_model_alone(script, prepare, new_model, phone_processor):
    model = new_model(text_encoder_config=None).requires_grad_(False)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    person = script.Person(prepare, speech_rows(3), 100)
    start, fitted = (script.fit(model, phone_processor, person, 20, rate, 0) for rate in (0.0, 0.05))
    assert start.equal(model.acoustic.speaker_embedding.weight.mean(0, keepdim=True))
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())
    batch = script.SpeechCollator(phone_processor)(person.rows)
    losses = [
        model(**batch, speaker_embedding=row.expand(3, -1), segment_frames=None).loss.item() for row in (start, fitted)
    ]
    assert losses[1] < losses[0]


def test_a_speaker_of_the_voice_is_found_again(script):
    pytest.importorskip("resemblyzer", reason="tells speakers apart")
    folder = ROOT / "examples" / "voices" / "bilingual"
    model, processor = TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder)
    man = model.acoustic.speaker_embedding.weight[1:2]
    text = "The lighthouse was built long ago, and it still stands."
    audio = {"array": script.say(model, processor, text, "en", man, -1.0), "sampling_rate": processor.sampling_rate}
    rows = [{"audio": audio, "text": text, "language": "en"}]
    person = script.Person(PrepareSpeech(model.config.vocoder_config, processor), rows, 10)
    row, semitones, share = script.mixture(model, processor, person, script.SpeakerEncoder(), "en")
    assert share == 1 and row.equal(man)
    assert semitones == pytest.approx(-1, abs=0.5)
