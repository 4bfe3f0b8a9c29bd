"""`tts-gan export` writes a folder that speaks, and says how far it is from the voice."""

import json

import numpy as np
import pytest

from transformers_tts_gan import OnnxVoice
from transformers_tts_gan.cli.main import main


def test_a_voice_is_exported_with_small_numbers_and_without_its_text_encoder(voice_folder, tmp_path, capsys):
    main(["export", str(voice_folder), str(tmp_path / "voice"), "--precision", "int8", "--no_text_encoder"])
    said = capsys.readouterr().out
    words = ("MB, int8", "phones last another number of frames", "Hz apart", "voicing", "dB apart", str(tmp_path))
    assert all(word in said for word in words)
    assert "tokenizers" not in said and "waveform" not in said, "phases of int8 differ, which nobody hears"
    files = {path.name for path in (tmp_path / "voice").iterdir()}
    assert files == {"phones.onnx", "frames.onnx", "voice.json"}
    assert json.loads((tmp_path / "voice" / "voice.json").read_text(encoding="utf-8"))["precision"] == "int8"
    audio = OnnxVoice(tmp_path / "voice")("Good morning.", speaker="bob")["audio"]
    assert len(audio) > 4_000 and np.isfinite(audio).all() and np.abs(audio).max() > 0.01


def test_a_voice_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SystemExit, match="There is no folder `no_such_voice`"):
        main(["export", "no_such_voice", str(tmp_path)])
