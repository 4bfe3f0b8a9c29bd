"""Distances between a waveform and a recording: zero for the same, growing with what differs, blind to pauses."""

import numpy as np
import pytest
import torch
from helpers.training import speech_like

from transformers_tts_gan.metrics.dtw import time_warping_path
from transformers_tts_gan.metrics.signal import OCTAVE, compare_waveforms, compare_with_silence


RATE = 16_000


def tone(pitch: float) -> np.ndarray:
    """A second of a steady voice: ten harmonics."""
    time = np.arange(RATE) / RATE
    return sum(0.1 / k * np.sin(2 * np.pi * k * pitch * time) for k in range(1, 11)).astype(np.float32)


def test_a_recording_is_no_distance_from_itself_at_another_level():
    wave = speech_like(1.0, 120.0)
    found = compare_waveforms(0.3 * wave, wave, RATE)
    assert found.mcd == pytest.approx(0, abs=0.01)
    assert found.f0_rmse == pytest.approx(0, abs=1e-3)
    assert found.voicing_error == found.duration_error == 0


def test_an_octave_is_1200_cents():
    found = compare_waveforms(tone(240.0), tone(120.0), RATE)
    assert found.f0_rmse == pytest.approx(1200, abs=20)


def test_silence_around_a_recording_changes_nothing():
    wave, quiet = speech_like(1.0, 150.0), np.zeros(8_000, dtype=np.float32)
    found = compare_waveforms(np.concatenate([quiet, wave, quiet]), wave, RATE)
    assert abs(found.duration_error) < 0.12  # `trim_silence` leaves 50 ms at either end
    assert found.mcd < 1.5


def test_noise_is_further_from_a_recording_than_the_recording_with_a_little_noise():
    wave, random = speech_like(1.0, 150.0), np.random.default_rng(0)
    noise = random.normal(0, 0.1, len(wave)).astype(np.float32)
    near, far = compare_waveforms(wave + 0.05 * noise, wave, RATE), compare_waveforms(noise, wave, RATE)
    assert near.mcd < far.mcd
    assert near.voicing_error < far.voicing_error


def test_the_warping_path_is_the_cheapest_of_all():
    """Against every monotonic path of two short sequences, counted out."""
    random = np.random.default_rng(1)
    first, second = random.normal(size=(4, 2)), random.normal(size=(5, 2))
    cost = np.linalg.norm(first[:, None] - second, axis=2)

    def best(i: int, j: int) -> float:
        if i < 0 or j < 0:
            return np.inf
        if i == j == 0:
            return cost[0, 0]
        return cost[i, j] + min(best(i - 1, j - 1), best(i - 1, j), best(i, j - 1))

    path = time_warping_path(first, second)
    assert path[0].tolist() == [0, 0] and path[-1].tolist() == [3, 4]
    assert set(map(tuple, np.diff(path, axis=0).tolist())) <= {(0, 1), (1, 0), (1, 1)}
    assert cost[path[:, 0], path[:, 1]].sum() == pytest.approx(best(3, 4))


@pytest.mark.parametrize(
    ("wave", "reason"),
    [(np.zeros(16_000), "0 samples|too few"), (np.full(16_000, np.nan), "not finite"), (np.ones(10), "too few")],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(wave, reason):
    with pytest.raises(ValueError, match=reason):
        compare_waveforms(wave, speech_like(1.0, 120.0), RATE)


def test_integers_are_scaled_and_channels_averaged():
    integers = (32767 * speech_like(0.8, 120.0)).astype(np.int16)
    wave = integers / 32768
    for samples in (integers, wave.tolist(), torch.from_numpy(wave), np.stack([wave, wave]), wave[:, None]):
        assert compare_waveforms(samples, wave, RATE).mcd == pytest.approx(0, abs=1e-3)


def test_what_is_no_waveform_is_refused_in_words():
    wave = speech_like(0.8, 120.0)
    with pytest.raises(ValueError, match="`waveform` is str; needs samples"):
        compare_waveforms("speech.wav", wave, RATE)
    with pytest.raises(ValueError, match=r"`waveform` has samples up to .*; needs \[-1, 1\]: divide"):
        compare_waveforms(wave * 32767, wave, RATE)
    for rate in (0, 100, "16k", None, float("nan")):
        with pytest.raises(ValueError, match="`sampling_rate` is .*; needs a whole number of Hz, at least 8000"):
            compare_waveforms(wave, wave, rate)
    with pytest.raises(ValueError, match="needs at least one of each"):
        time_warping_path(np.zeros((0, 3)), np.zeros((2, 3)))


def test_silence_is_further_from_a_recording_than_any_voice():
    wave, random = speech_like(1.0, 150.0), np.random.default_rng(0)
    noise = random.normal(0, 0.1, len(wave)).astype(np.float32)
    silence = compare_with_silence(wave, RATE)
    assert silence.duration_error == -1 and silence.f0_rmse == OCTAVE and 0 < silence.voicing_error <= 1
    near = compare_waveforms(wave + 0.05 * noise, wave, RATE)
    assert near.mcd < silence.mcd and near.voicing_error < silence.voicing_error
    assert compare_waveforms(noise, wave, RATE).f0_rmse == OCTAVE  # no pitch where the recording has one


def test_noise_that_half_repeats_is_no_voice():
    """As a vocoder makes of pulses: a tone under noise of the same power correlates by a half at its period."""
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    voice = tone(120.0)
    rough = voice + noise * np.sqrt(np.mean(voice**2))
    found = compare_waveforms(rough, voice, RATE)
    assert found.voicing_error > 0.8
