"""The systems of a report: whatever level they speak at, they are compared at one."""

import sys

import numpy as np
import pytest
from helpers.training import speech_like

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.evaluation.evaluate import VoiceReport, recording_of
from transformers_tts_gan.evaluation.systems import Command, Function, WavFolder


RATE = 16_000
WAVE = speech_like(1.0, 120.0)
COPY = "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2])"


def recording(level: float, folder) -> np.ndarray:
    write_audio(folder / "a.wav", level * WAVE, RATE)
    row = {"audio": str(folder / "a.wav"), "text": "Good morning.", "language": "en"}
    return recording_of(row, VoiceReport(language="en"), RATE)


def wav_folder(level: float, folder) -> np.ndarray:
    write_audio(folder / "a.wav", level * WAVE, RATE)
    return WavFolder(folder, RATE).say({"audio": "corpus/a.flac", "text": "Good morning."}).waveform


def command(level: float, folder) -> np.ndarray:
    write_audio(folder / "a.wav", level * WAVE, RATE)
    line = f'{sys.executable} -c "{COPY}" {folder / "a.wav"} {{wav}}'
    return Command(line, RATE).say({"text": "Good morning."}).waveform


def function(level: float, folder) -> np.ndarray:
    return Function(lambda text: (level * WAVE, RATE), RATE).say({"text": "Good morning."}).waveform


@pytest.mark.parametrize("system", [recording, wav_folder, command, function])
def test_every_system_is_compared_at_one_loudness(system, tmp_path):
    loud, soft = system(0.8, tmp_path), system(0.05, tmp_path)
    assert np.abs(loud).max() > 0.05
    np.testing.assert_allclose(soft, loud, atol=2e-3)
