"""Sound files that grow part by part, in all formats."""

import io

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.audio.encode import FORMATS, AudioFile, encode_audio


TONE = 0.5 * np.sin(np.arange(16_000) / 10).astype(np.float32)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_each_format_holds_what_was_written_in_parts(tmp_path, kind, rate):
    with AudioFile(tmp_path / "new" / f"a.{kind}", rate) as file:
        for start in range(0, len(TONE), 5_000):
            file.write(TONE[start : start + 5_000])
        assert not file.path.exists()
    for source in (file.path, io.BytesIO(encode_audio(TONE, rate, kind))):
        wave, found = soundfile.read(source)
        assert found == rate and abs(len(wave) - len(TONE)) <= 2_400
        assert 0.9 < np.sqrt(np.mean(np.square(wave))) / np.sqrt(np.mean(np.square(TONE))) < 1.1
    assert file.samples == len(TONE)


def test_an_error_leaves_no_file_behind(tmp_path):
    with pytest.raises(RuntimeError), AudioFile(tmp_path / "a.wav", 16_000) as file:
        file.write(TONE)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"its name must end in one of `.wav`, `.flac`, `.mp3`"):
        AudioFile(tmp_path / "a.txt", 16_000)
