"""One loudness for all recordings of a corpus."""

import numpy as np
import pytest

from transformers_tts_gan.audio.loudness import normalize_loudness


RATE = 16_000


def tone(seconds=0.5, peak=0.5, hertz=440):
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_loudness_reaches_its_target_whatever_came_in():
    """Voices from several sources must not jump in loudness; pauses must not count as quiet speech."""
    for peak, pause in ((0.01, 0), (0.9, 3 * RATE)):
        wave = np.concatenate([tone(0.5, peak=peak), np.zeros(pause, np.float32)])
        loud = normalize_loudness(wave)
        assert loud.dtype == np.float32
        assert 20 * np.log10(np.sqrt(np.mean(loud[: RATE // 2] ** 2))) == pytest.approx(-23, abs=0.3)
        np.testing.assert_allclose(normalize_loudness(loud), loud, atol=1e-5)


def test_loudness_never_clips_a_peak():
    """One click in a quiet recording would otherwise be pushed over full scale."""
    wave = tone(peak=0.02)
    wave[4000] = 0.9
    assert np.abs(normalize_loudness(wave, target_db=-6)).max() == pytest.approx(0.95)
