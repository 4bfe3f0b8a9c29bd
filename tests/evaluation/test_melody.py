"""F0 curves over the spectrograms of a report: where they lie, and that the page has them."""

import re

import numpy as np
import pytest

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.evaluation.html_report import write_page
from transformers_tts_gan.evaluation.melody import melody_paths
from transformers_tts_gan.evaluation.report import Sentence, SystemResult, VoiceReport


RATE = 16_000


def glide(start: float, end: float, before: float, seconds: float, after: float) -> np.ndarray:
    """A voice that glides from one F0 to another in Hz, between silences of so many seconds."""
    f0 = start * (end / start) ** np.linspace(0, 1, round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 8)) / 4
    return np.concatenate([np.zeros(round(before * RATE)), wave, np.zeros(round(after * RATE))])


@pytest.fixture(scope="module")
def wavs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "wavs"
    waves = {
        "ground_truth": glide(100, 200, 0.2, 0.8, 0.2),
        "tts": glide(150, 150, 0.5, 1.6, 0.1),
    }
    return {name: write_audio(folder / f"{name}.wav", wave, RATE) for name, wave in waves.items()}


@pytest.fixture(scope="module")
def melody(wavs):
    return melody_paths(wavs)


def points(path: str) -> np.ndarray:
    """`(N, 2)` percent from the left and from the top."""
    return np.array([pair.split(",") for pair in re.split("[ML]", path)[1:]], dtype=float)


def hertz(melody, heights):
    return melody.low * (melody.high / melody.low) ** (1 - heights / 100)


def test_a_curve_lies_where_and_how_high_the_voice_is(melody):
    across, up = points(melody.curves["ground_truth"]).T
    assert [across[0], across[-1]] == pytest.approx([100 * 0.2 / 1.2, 100 * 1.0 / 1.2], abs=3)
    expected = 100 * 2 ** ((across / 100 * 1.2 - 0.2) / 0.8)
    inner = slice(3, -3)
    assert np.abs(1200 * np.log2(hertz(melody, up) / expected))[inner].max() < 40  # cents
    across, up = points(melody.curves["tts"]).T
    assert hertz(melody, up) == pytest.approx(150, rel=0.02)
    assert [across[0], across[-1]] == pytest.approx([100 * 0.5 / 2.2, 100 * 2.1 / 2.2], abs=3)


def test_all_curves_share_a_scale_with_some_room(melody):
    assert melody.low == pytest.approx(100 / 1.1, rel=0.03) and melody.high == pytest.approx(200 * 1.1, rel=0.03)


def test_the_recording_is_stretched_to_the_speech_of_another_system(melody):
    """The glide of 0.8 s from second 0.2 takes 1.6 s from second 0.5."""
    across, up = points(melody.references["tts"]).T
    assert [across[0], across[-1]] == pytest.approx([100 * 0.5 / 2.2, 100 * 2.1 / 2.2], abs=3)
    middle = np.interp(100 * 1.3 / 2.2, across, up)
    assert hertz(melody, middle) == pytest.approx(100 * 2**0.5, rel=0.03)
    assert melody.references["ground_truth"] == ""


def test_a_curve_breaks_where_there_is_no_voice(tmp_path):
    wave = np.concatenate([glide(120, 120, 0.1, 0.3, 0.15), glide(120, 120, 0.15, 0.3, 0.1)])
    found = melody_paths({"tts": write_audio(tmp_path / "tts.wav", wave, RATE)})
    assert found.curves["tts"].count("M") == 2 and found.references == {}
    assert found.high == pytest.approx(2 * found.low)  # at least an octave


def test_without_a_voice_there_are_no_curves(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    assert melody_paths({"tts": write_audio(tmp_path / "noise.wav", noise, RATE)}) is None
    assert melody_paths({"tts": write_audio(tmp_path / "short.wav", 0.1 * np.ones(50), RATE)}) is None
    assert melody_paths({}) is None


def test_the_page_draws_the_curves_over_its_pictures(wavs, melody):
    pytest.importorskip("matplotlib", reason="without it there are no pictures")
    results = {
        name: SystemResult("good", {"wer": (0, 1), "cer": (0, 4)}, seconds=seconds, wav=f"{name}.wav")
        for name, seconds in (("ground_truth", 1.2), ("tts", 2.2))
    }
    results["tts"].phones = [("G", 1.0), ("D", 2.2)]
    report = VoiceReport("en", ("ground_truth", "tts"), [Sentence("Good.", "ann", results)])
    text = write_page(report, wavs["tts"].parent.parent, "Curves").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    curves, references = (re.findall(rf'<path class="{name}" d="([^"]*)"', text) for name in ("curve", "reference"))
    # Of the legend, of both systems, and of the phones of TTS.
    assert curves[1:] == [melody.curves["ground_truth"], melody.curves["tts"], melody.curves["tts"]]
    assert references[1:] == [melody.references["tts"]] * 2
    assert f"F0 from {melody.low:.0f} to {melody.high:.0f} Hz" in text
