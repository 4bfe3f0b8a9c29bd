"""Recordings of a lower rate get highs that follow their own, and lose nothing."""

import numpy as np
import pytest

from transformers_tts_gan.audio.band import mirror_band
from transformers_tts_gan.audio.resample import resample


RATE, SECONDS = 24_000, 2


def tone(hertz: float, rate: int) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(SECONDS * rate) / rate)).astype(np.float32)


def level(wave: np.ndarray, low: float, high: float) -> float:
    """The RMS of what lies between two frequencies in Hz."""
    spectrum, hertz = np.fft.rfft(wave), np.fft.rfftfreq(len(wave), 1 / RATE)
    spectrum[(hertz < low) | (hertz >= high)] = 0
    return float(np.sqrt(np.mean(np.fft.irfft(spectrum, len(wave)) ** 2)))


def test_a_tone_gets_its_image_above_the_edge_and_stays_as_it_was():
    """7.6 kHz is the edge of what came from 16 kHz, so the image of 6 kHz lies at 9.2 kHz."""
    narrow = resample(tone(6_000, 16_000), 16_000, RATE)
    full = mirror_band(narrow, RATE, 16_000)
    assert level(full - narrow, 0, 7_600) < 1e-4 * level(narrow, 0, 7_600)
    image = level(full, 9_150, 9_250)
    assert image == pytest.approx(level(narrow, 0, 7_600) * 7_600 / 9_200, rel=0.02)
    assert level(full, 7_600, 12_000) == pytest.approx(image, rel=0.02)


def test_highs_come_and_go_with_those_below():
    """Noise in the second half alone must not be heard in the first."""
    noise = np.random.default_rng(0).normal(size=SECONDS * 16_000).astype(np.float32) * 0.1
    noise[: SECONDS * 8_000] = 0
    full = mirror_band(resample(noise, 16_000, RATE), RATE, 16_000)
    quiet, loud = full[: SECONDS * RATE // 2 - 600], full[SECONDS * RATE // 2 :]
    assert level(quiet, 8_000, 12_000) < 0.01 * level(loud, 8_000, 12_000)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050])
def test_no_band_stays_empty(rate):
    noise = np.random.default_rng(0).normal(size=SECONDS * rate).astype(np.float32) * 0.1
    full = mirror_band(resample(noise, rate, RATE), RATE, rate)
    bands = [level(full, low, low + 500) for low in range(0, 11_000, 500)]
    assert min(bands) > 0.2 * max(bands)


@pytest.mark.parametrize("recorded", [24_000, 44_100])
def test_a_full_recording_is_left_alone(recorded):
    wave = tone(6_000, RATE)
    assert mirror_band(wave, RATE, recorded) is wave
