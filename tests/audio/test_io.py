import logging

import numpy as np
import pytest
import soundfile

from transformers_tts_gan.audio.io import AudioError, normalize_loudness, read_audio, trim_silence, write_audio


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
    with pytest.raises(ValueError, match="writes wav only"):
        write_audio(tmp_path / "tone.mp3", tone(), RATE)
    assert not list(tmp_path.glob("*.*"))
