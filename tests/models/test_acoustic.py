"""Between phones and mel frames: measuring prosody, rounding durations, expanding, and the gate of the context."""

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from transformers_tts_gan.models.acoustic import phone_positions
from transformers_tts_gan.models.aligner import frame_to_phone
from transformers_tts_gan.models.prosody import measure_prosody, phone_mean, round_durations


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_rounding_never_drifts_by_more_than_half_a_frame(durations):
    """Rounding each phone by itself would make a long sentence seconds too long or short."""
    real = torch.tensor([durations], dtype=torch.float64)
    whole = round_durations(real)
    assert (whole >= 0).all()
    assert ((whole.cumsum(1) - real.cumsum(1)).abs() <= 0.5 + 1e-9).all()


def test_phone_means_are_those_of_its_frames():
    values = torch.tensor([[1.0, 3.0, 10.0, 5.0, 5.0, 5.0]])
    assert phone_mean(values, torch.tensor([[2, 1, 0, 3]])).tolist() == [[2.0, 10.0, 0.0, 5.0]]


def test_pitch_is_in_steps_of_six_semitones_and_only_of_voiced_frames():
    """A phone half voiced at 300 Hz, one octave above the reference, is at 2, not at 1."""
    f0 = torch.tensor([[300.0, 300.0, 0.0, 0.0, 0.0, 0.0, 150.0, 150.0]])
    prosody = measure_prosody(torch.tensor([[4, 2, 2]]), f0, torch.ones(1, 8))
    torch.testing.assert_close(prosody.pitch, torch.tensor([[2.0, 0.0, 0.0]]))
    assert prosody.voicing.tolist() == [[0.5, 0.0, 1.0]]
    torch.testing.assert_close(prosody.log_duration, torch.tensor([[math.log(5), math.log(3), math.log(3)]]))
    assert prosody.energy.tolist() == [[1.0, 1.0, 1.0]]


def test_each_frame_knows_where_in_its_phone_it_lies():
    durations = torch.tensor([[2, 3]])
    positions = phone_positions(durations, frame_to_phone(durations, 5))[0]
    torch.testing.assert_close(positions[:, 0].expm1(), torch.tensor([0.0, 1.0, 0.0, 1.0, 2.0]))
    torch.testing.assert_close(positions[:, 1].expm1(), torch.tensor([1.0, 0.0, 2.0, 1.0, 0.0]))
    torch.testing.assert_close(positions[:, 2], torch.tensor([0.25, 0.75, 1 / 6, 0.5, 5 / 6]))


def test_phones_decide_before_the_context_has_learned_anything(new_model):
    """The gate starts at 0: a new text encoder cannot make a known phone sound like another."""
    acoustic = new_model(lively=False).acoustic
    phones, condition, mask = torch.randn(1, 4, 32), torch.zeros(1, 1, 32), torch.ones(1, 4, 1)
    context = torch.randn(1, 4, 16)
    plain = acoustic.encode(phones, mask, condition, None).sound
    sound, prosody, _ = acoustic.encode(phones, mask, condition, context)
    assert sound.equal(plain) and not prosody.equal(plain)


def test_a_frame_mask_ends_where_the_durations_end(voice):
    acoustic = voice.acoustic
    hidden, mask, condition = torch.randn(2, 3, 32), torch.ones(2, 3, 1), torch.zeros(2, 1, 32)
    durations = torch.tensor([[2, 2, 2], [1, 1, 0]])
    with torch.no_grad():
        log_mel, frame_mask = acoustic.decode(hidden, durations, acoustic.predict(hidden, mask), condition, mask)
    assert log_mel.shape == (2, 6, 40) and frame_mask.sum((1, 2)).tolist() == [6, 2]
