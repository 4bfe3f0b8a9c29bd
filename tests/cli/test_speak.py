"""`tts-gan speak`: a text becomes a wav file."""

import numpy as np
import soundfile

from transformers_tts_gan.cli.speak import VOICES, run


def test_a_wav_file_is_written(voice_folder, tmp_path, capsys):
    run(["--model", str(voice_folder), "--output", str(tmp_path / "said.wav"), "Good day."])
    wave, rate = soundfile.read(tmp_path / "said.wav")
    assert rate == 16_000 and np.abs(wave).max() > 0
    assert str(tmp_path / "said.wav") in capsys.readouterr().out


def test_the_voice_is_chosen_by_the_language_of_the_text(tmp_path, capsys):
    run(["你好。", "--output", str(tmp_path / "said.wav")])
    assert str(VOICES / "zh") in capsys.readouterr().out


def test_speed_and_gain_change_the_sound(tmp_path):
    waves = {}
    for name, options in {"plain": [], "fast": ["--speed", "2"], "soft": ["--gain", "-20"]}.items():
        run(["--output", str(tmp_path / f"{name}.wav"), "Good day.", *options])
        waves[name] = soundfile.read(tmp_path / f"{name}.wav")[0]
    assert len(waves["fast"]) < 0.7 * len(waves["plain"])
    assert np.square(waves["soft"]).mean() < 0.1 * np.square(waves["plain"]).mean()
