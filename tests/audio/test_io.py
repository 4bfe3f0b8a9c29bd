import logging
import os
import tracemalloc

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.audio.io import AudioError, read_audio, write_audio


RATE = 16_000


def tone(seconds=0.5, rate=RATE, hertz=440.0, peak=0.5):
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pitch(wave, rate=RATE):
    return float(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))).argmax() * rate / len(wave))


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_every_common_format_keeps_its_pitch_and_length(tmp_path, suffix):
    """A wrong rate or a decoder's padding would teach the voice wrong timing."""
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(rate=24_000), 24_000)
    for source in (
        path,
        str(path),
        path.read_bytes(),
        {"bytes": path.read_bytes(), "path": None},
        {"path": str(path)},
    ):
        wave = read_audio(source, RATE)
        assert wave.dtype == np.float32 and wave.ndim == 1
        assert len(wave) == pytest.approx(RATE / 2, rel=0.12)  # mp3 and ogg pad by a block
        assert pitch(wave) == pytest.approx(440, abs=5)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_any_rate_becomes_the_rate_asked_for(tmp_path, rate):
    """Length in seconds, pitch and loudness survive resampling from the usual rates."""
    soundfile.write(tmp_path / "tone.wav", tone(rate=rate), rate)
    wave = read_audio(tmp_path / "tone.wav", RATE)
    assert abs(len(wave) - RATE / 2) <= 1
    assert pitch(wave) == pytest.approx(440, abs=3)
    assert np.sqrt(np.mean(wave**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_resampling_does_not_fold_high_sounds_down(tmp_path):
    """A hiss above the new Nyquist frequency must vanish, not come back as a whistle."""
    mixed = tone(rate=48_000, peak=0.1) + tone(rate=48_000, hertz=11_000, peak=0.5)
    soundfile.write(tmp_path / "hiss.wav", mixed, 48_000)
    wave = read_audio(tmp_path / "hiss.wav", RATE)[1000:-1000]  # the edges ring
    assert np.abs(wave).max() == pytest.approx(0.1, rel=0.05)


def test_stereo_becomes_the_mean_of_its_channels(tmp_path):
    """Phones and cameras record stereo; the model speaks mono."""
    soundfile.write(tmp_path / "stereo.wav", np.stack([tone(), 0 * tone()], axis=1), RATE, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "stereo.wav", RATE), tone() / 2, atol=1e-6)


@pytest.mark.parametrize("layout", ["mono", "channels first", "channels last", "int16"])
def test_decoded_arrays_are_taken_in_every_layout(layout):
    """torchaudio has channels first, soundfile last, and old `datasets` rows one channel."""
    wave = tone()
    array = {
        "mono": wave,
        "channels first": np.stack([wave, wave]),
        "channels last": np.stack([wave, wave], axis=1),
        "int16": np.round(wave * 32768).astype(np.int16),
    }[layout]
    np.testing.assert_allclose(read_audio({"array": array, "sampling_rate": RATE}, RATE), wave, atol=1e-4)


def bad_file(folder, kind):
    path = folder / "bad.wav"
    wave = tone()
    if kind == "missing":
        return path
    if kind == "folder":
        return folder
    if kind == "0 bytes":
        path.touch()
    elif kind == "text":
        path.write_text("<html>404 Not Found</html>")
    elif kind == "truncated header":
        soundfile.write(path, wave, RATE)
        path.write_bytes(path.read_bytes()[:30])
    else:
        wave = {
            "no samples": wave[:0],
            "short": wave[:800],
            "long": np.tile(wave, 3),
            "silent": 1e-4 * wave,
            "offset": 0 * wave + 0.3,
            "nan": np.where(np.arange(len(wave)) == 99, np.nan, wave),
            "inf": np.where(np.arange(len(wave)) == 99, np.inf, wave),
            "integers": 60_000 * wave,
        }[kind]
        soundfile.write(path, wave, RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("made", "kind", "message"),
    [
        ("missing", "missing", "does not exist: check the path"),
        ("folder", "missing", "is a folder"),
        ("0 bytes", "empty", "has 0 bytes: record or download it again"),
        ("no samples", "empty", "holds no samples"),
        ("text", "corrupt", "cannot be decoded .*wav, flac, ogg and mp3 work; convert others with `ffmpeg"),
        ("truncated header", "corrupt", "cannot be decoded"),
        ("short", "too short", "lasts 0.05 s, `min_seconds` is 0.1"),
        ("long", "too long", "lasts 1.5 s, `max_seconds` is 1.0: cut it"),
        ("silent", "silent", "never louder than -60 dBFS"),
        ("offset", "silent", "never louder than -60 dBFS"),
        ("nan", "not finite", "NaN or infinite samples: export it again"),
        ("inf", "not finite", "NaN or infinite samples"),
        ("integers", "not scaled", "samples up to 30,000; needs .*divide 16 bit samples by 32768"),
    ],
)
def test_a_bad_recording_says_what_is_wrong_and_names_the_file(tmp_path, made, kind, message):
    """One bad file in ten thousand must be found by its name, not by a NaN loss on the third day."""
    path = bad_file(tmp_path, made)
    with pytest.raises(AudioError, match=message) as caught:
        read_audio(path, 24_000, max_seconds=1.0)
    assert caught.value.kind == kind
    assert f"`{path}`" in str(caught.value)


def test_the_wrong_kind_of_source_is_refused_with_the_way_out():
    """A raw array has no rate, and a decoded `datasets` column is an object: both are easy to hand over."""
    with pytest.raises(TypeError, match="audio is ndarray; needs a path.*decode=False"):
        read_audio(tone(), RATE)
    for nothing in (None, {"path": None, "bytes": None}):
        with pytest.raises(AudioError, match="there is no audio .*leave the row out"):
            read_audio(nothing, RATE)
    with pytest.raises(ValueError, match="`array` came without `sampling_rate`"):
        read_audio({"array": tone()}, RATE)


def test_clipping_is_a_warning_not_an_error(tmp_path, caplog):
    """Loud recordings are common and usable; the user should know."""
    soundfile.write(tmp_path / "loud.wav", tone(peak=3.0), RATE)
    with caplog.at_level(logging.WARNING):
        assert np.abs(read_audio(tmp_path / "loud.wav", RATE)).max() <= 1.0
    assert "loud.wav` is clipped" in caplog.text


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [("wav", "GSM610"), ("wav", "IMA_ADPCM"), ("wav", "ULAW"), ("au", "G721_32"), ("au", "G723_24"), ("ogg", "OPUS")],
)
def test_telephone_codecs_are_read(tmp_path, suffix, subtype):
    """soundfile cannot seek in GSM 6.10 and G.721 and refuses to read "all" of them."""
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(rate=8_000), 8_000, subtype=subtype)
    wave = read_audio(path, RATE)
    assert len(wave) == pytest.approx(RATE / 2, rel=0.12)  # blocks of 20 ms
    assert pitch(wave) == pytest.approx(440, abs=5)


def streamed_flac(path, claimed):
    """A flac file whose header claims so many samples; a recorder that streams writes 0, for unknown."""
    soundfile.write(path, tone(rate=RATE), RATE)
    content = bytearray(path.read_bytes())
    content[21] = content[21] & 0xF0 | claimed >> 32  # the last 36 bits of 18 bytes, of which 4 + 4 come before
    content[22:26] = (claimed & 0xFFFFFFFF).to_bytes(4, "big")
    path.write_bytes(content)
    return path


def test_a_header_that_is_wrong_about_the_length_neither_hides_nor_costs_sound(tmp_path):
    """A streamed flac claims 0 samples; a crafted one claims 2**36 - 1, which are 256 GB."""
    np.testing.assert_allclose(read_audio(streamed_flac(tmp_path / "a.flac", 0), RATE), tone(), atol=1e-4)
    tracemalloc.start()
    read_audio(streamed_flac(tmp_path / "b.flac", 2**36 - 1), RATE)
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()
    with pytest.raises(AudioError, match="b.flac` lasts 4,?294"):
        read_audio(tmp_path / "b.flac", RATE, max_seconds=15)


@pytest.mark.parametrize("rate", [1, 999, 2_000_000_000])
def test_a_header_with_an_absurd_rate_is_refused_in_words(tmp_path, rate):
    """One that claims 1 Hz would be stretched to 24,000 times its size."""
    soundfile.write(tmp_path / "bad.wav", tone(), RATE)
    content = bytearray((tmp_path / "bad.wav").read_bytes())
    content[24:28] = rate.to_bytes(4, "little")
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(AudioError, match="bad.wav` claims a sampling rate of .* Hz; needs 1,000 to 1,000,000 Hz"):
        read_audio(tmp_path / "bad.wav", RATE, min_seconds=0.0)


def test_a_recording_that_does_not_fit_in_memory_is_refused_in_words(tmp_path, monkeypatch):
    """A flac of silence is a thousandth of its samples."""
    monkeypatch.setattr("transformers_tts_gan.audio.io.MAX_SAMPLES", 4_000)
    soundfile.write(tmp_path / "long.flac", np.stack([tone(), tone()], 1), RATE)
    with pytest.raises(AudioError, match="long.flac` has more than 4,000 samples, too many for memory: cut it"):
        read_audio(tmp_path / "long.flac", RATE)
    with pytest.raises(AudioError, match="too many for memory"):  # after resampling
        read_audio({"array": tone(seconds=0.2, rate=RATE), "sampling_rate": RATE}, 48_000)


def test_a_long_recording_is_held_in_memory_once(tmp_path):
    """Blocks that are joined in the end took twice the memory, and the mean of one channel once more."""
    seconds = 600
    soundfile.write(tmp_path / "long.flac", np.zeros(seconds * RATE, np.int16), RATE)
    tracemalloc.start()
    with pytest.raises(AudioError, match="long.flac` is silent"):
        read_audio(tmp_path / "long.flac", RATE)
    assert tracemalloc.get_traced_memory()[1] < 1.3 * 4 * seconds * RATE
    tracemalloc.stop()


def test_float_samples_over_full_scale_are_scaled_with_a_warning_and_not_clipped(tmp_path, caplog):
    """Editors save what is too loud as 32 bit float without loss; clipping it was our own fault."""
    soundfile.write(tmp_path / "loud.wav", tone(peak=3.0), RATE, subtype="FLOAT")
    with caplog.at_level(logging.WARNING):
        wave = read_audio(tmp_path / "loud.wav", RATE)
    np.testing.assert_allclose(wave, tone(peak=1.0), atol=1e-5)
    assert "loud.wav` has samples up to 3.00, over full scale" in caplog.text and "clipped" not in caplog.text


@pytest.mark.parametrize("second", [-1.0, -0.9])
def test_stereo_of_opposite_polarity_is_not_silence(tmp_path, caplog, second):
    """One cable soldered the wrong way round: the mean of both channels is nothing."""
    soundfile.write(tmp_path / "stereo.wav", np.stack([tone(), second * tone()], axis=1), RATE)
    with caplog.at_level(logging.WARNING):
        wave = read_audio(tmp_path / "stereo.wav", RATE)
    np.testing.assert_allclose(wave, tone() * (1 - second) / 2, atol=1e-3)
    assert "stereo.wav`: channel 2 has the opposite polarity and was turned over" in caplog.text


def test_two_unlike_channels_keep_their_signs(tmp_path):
    """Channels that are merely different, such as two microphones, are averaged as they are."""
    both = np.stack([tone(hertz=440), 0.8 * tone(hertz=300)], axis=1)
    soundfile.write(tmp_path / "stereo.wav", both, RATE, subtype="FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "stereo.wav", RATE), both.mean(axis=1), atol=1e-6)


def test_names_that_no_file_can_have_are_missing_files(tmp_path):
    """A pipe would be waited for without end; a NUL, a long name and a link to itself raise errors of the system."""
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    names = {"pipe.wav": "is a pipe or a device", "loop.wav": "cannot be opened", "a\0b.wav": "is a name that no file"}
    names[300 * "x" + ".wav"] = "cannot be opened"
    for name, reason in names.items():
        with pytest.raises(AudioError, match=reason) as caught:
            read_audio(tmp_path / name, RATE)
        assert caught.value.kind == "missing" and "\0" not in str(caught.value)


def test_arrays_that_hold_no_samples_are_bad_recordings():
    for array in ("text", [[1], [1, 2]], np.zeros((2, 2, 2)), np.float32(1), {"a": 1}):
        with pytest.raises(AudioError, match="holds no samples"):
            read_audio({"array": array, "sampling_rate": RATE}, RATE)


def test_writing_and_reading_back_is_exact_to_16_bit(tmp_path):
    """The folder is made, overshoots are cut, nothing else changes."""
    path = write_audio(tmp_path / "new" / "deep" / "tone.wav", tone(peak=1.2), RATE)
    np.testing.assert_allclose(read_audio(path, RATE), np.clip(tone(peak=1.2), -1, 1), atol=1 / 16_000)


def test_writing_refuses_what_it_cannot_keep(tmp_path):
    """A wav of NaN plays as a bang; a path below a file cannot exist."""
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot write `.*file/tone.wav` .*choose a folder you may write to"):
        write_audio(tmp_path / "file" / "tone.wav", tone(), RATE)
    with pytest.raises(ValueError, match="holds NaN or infinite samples; nothing was written"):
        write_audio(tmp_path / "nan.wav", tone() * np.nan, RATE)
    with pytest.raises(ValueError, match=r"shape \(2, 8000\); `write_audio` needs one mono"):
        write_audio(tmp_path / "two.wav", np.stack([tone(), tone()]), RATE)
    with pytest.raises(ValueError, match="writes `.wav` and `.flac`"):
        write_audio(tmp_path / "tone.mp3", tone(), RATE)
    assert not list(tmp_path.glob("*.*"))
