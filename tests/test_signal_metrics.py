"""Distances between a waveform and a recording: zero for the same, growing with what differs, blind to pauses."""

import numpy as np
import pytest
from training_fixtures import speech_like

from transformers_tts_gan.signal_metrics import (
    DurationError,
    F0Error,
    MelCepstralDistortion,
    VoicingError,
    compare_waveforms,
    time_warping_path,
)


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


@pytest.mark.parametrize("metric", [MelCepstralDistortion, F0Error, VoicingError, DurationError])
def test_a_metric_counts_the_pairs_that_failed(metric):
    wave = speech_like(0.8, 120.0)
    found = metric().compute(predictions=[wave, np.zeros(100)], references=[wave, wave])
    assert found["failed"] == 1
    assert found[metric.name] == pytest.approx(0, abs=0.01)
    assert np.isnan(found["values"][1])
