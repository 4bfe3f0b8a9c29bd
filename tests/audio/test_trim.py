"""What is cut off both ends of a recording, and what stays."""

import numpy as np
import pytest

from transformers_tts_gan.audio.trim import trim_silence


RATE = 16_000


def tone(seconds=0.5, peak=0.5, hertz=440):
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize("noise_db", [-90, -55])
def test_trimming_keeps_the_speech_and_50_ms_around_it(noise_db):
    """Leading silence makes a voice start late; a bite off the first consonant is worse. Noise must not stop it."""
    noise = 10 ** (noise_db / 20) * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    noise[RATE // 2 : RATE] += tone(0.5)
    trimmed = trim_silence(noise, RATE)
    assert len(trimmed) == pytest.approx(0.6 * RATE, abs=0.025 * RATE)
    assert np.sum(trimmed**2) == pytest.approx(np.sum(noise[RATE // 2 : RATE] ** 2), rel=0.01)


def test_trimming_leaves_inner_pauses_and_dense_speech_alone():
    """Pauses between phrases are prosody; a recording without quiet edges stays as it is."""
    paused = np.concatenate([tone(0.3), np.zeros(RATE, np.float32), tone(0.3)])
    for wave in (paused, tone(0.5), tone(0.005)):
        assert len(trim_silence(wave, RATE)) == len(wave)
