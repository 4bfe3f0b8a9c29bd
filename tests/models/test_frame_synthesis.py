"""Samples from frames in numpy: as torch makes them, and the same however the frames are cut into windows."""

import numpy as np
import pytest
import torch

from transformers_tts_gan import TTSGanVocoder, TTSGanVocoderConfig
from transformers_tts_gan.audio.pitch import fill_gaps
from transformers_tts_gan.models.excitation import per_sample
from transformers_tts_gan.models.frame_synthesis import (
    FrameSynthesizer,
    audible,
    filled,
    line_shares,
    seeded_noise,
    stream_windows,
)
from transformers_tts_gan.models.pauses import silence


FRAMES = 90


@pytest.fixture(scope="module")
def vocoder():
    torch.manual_seed(0)
    return TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny")).eval()


@pytest.fixture(scope="module")
def spoken(vocoder):
    """Gains and phases `(F, 5, N)`, F0 `(F,)` with gaps at both ends and inside, and what torch makes of them."""
    generator = torch.Generator().manual_seed(0)
    parts = torch.randn(1, FRAMES, 5, 513, generator=generator)
    parts[:, :, :3] -= 4
    parts[:, :, 3:] *= 3
    f0 = 150 + 3 * torch.randn(1, FRAMES, generator=generator).cumsum(dim=1)
    for gap in (slice(0, 4), slice(20, 31), slice(50, 51), slice(85, 90)):
        f0[:, gap] = 0
    original = vocoder.gains_and_phases
    vocoder.gains_and_phases = lambda log_mel, mask: parts
    with torch.no_grad():
        waveform = vocoder.synthesize(torch.zeros(1, FRAMES, 40), None, f0)
    vocoder.gains_and_phases = original
    return parts[0].numpy(), f0[0].numpy(), waveform[0].numpy()


def synthesizer() -> FrameSynthesizer:
    return FrameSynthesizer(16_000, 1024, 256)


def test_numpy_makes_what_torch_makes(spoken):
    parts, f0, waveform = spoken
    samples = synthesizer().add(parts, f0, is_last=True)
    assert np.abs(waveform).max() > 0.1
    np.testing.assert_allclose(samples, waveform, atol=1e-5)


@pytest.mark.parametrize("ends", [range(1, FRAMES), [3, 4, 25, 26, 60], [40], [89]])
def test_the_cuts_between_windows_cannot_be_heard(spoken, ends):
    parts, f0, waveform = spoken
    stepwise, edges = synthesizer(), [0, *ends, FRAMES]
    samples = [stepwise.add(parts[a:b], f0[a:b], b == FRAMES) for a, b in zip(edges, edges[1:], strict=False)]
    np.testing.assert_allclose(np.concatenate(samples), waveform, atol=1e-5)


def test_sound_leaves_before_all_frames_are_there(spoken):
    """And a gap without a voice waits for its end, where the pulses lead to."""
    parts, f0, _ = spoken
    first = synthesizer()
    assert len(first.add(parts[:4], f0[:4], is_last=False)) == 0, "no frame has been voiced"
    until_gap = len(first.add(parts[4:22], f0[4:22], is_last=False))
    assert until_gap > 10 * 256
    assert len(first.add(parts[22:31], f0[22:31], is_last=False)) == 0, "the gap still has no end"
    assert len(first.add(parts[31:40], f0[31:40], is_last=False)) > 15 * 256


def test_an_utterance_of_one_frame_and_one_without_a_voice_are_spoken(spoken):
    parts, f0, _ = spoken
    assert synthesizer().add(parts[:1], f0[10:11], is_last=True).shape == (256,)
    assert synthesizer().add(parts, np.zeros_like(f0), is_last=True).shape == (FRAMES * 256,)


def test_gaps_of_the_pitch_are_filled_as_in_torch(spoken):
    _, f0, _ = spoken
    expected = fill_gaps(torch.from_numpy(f0)[None])[0].numpy()
    np.testing.assert_array_equal(filled(f0, np.flatnonzero(f0)), expected)
    assert (filled(np.zeros(5, np.float32), np.zeros(0, np.int64)) == 150).all()


@pytest.mark.parametrize("hop", [4, 5])
def test_values_of_frames_become_straight_lines(hop):
    line = per_sample(torch.tensor([[100.0, 200.0, 200.0]]), hop)[0]
    assert line.shape == (3 * hop,) and line[0] == 100 and (line[2 * hop :] == 200).all()
    steps = line[hop // 2 : hop // 2 + hop].diff()
    assert torch.allclose(steps, torch.full_like(steps, 100 / hop))
    assert 0 <= line_shares(hop).min() and line_shares(hop).max() < 1


def test_silent_frames_are_zeros_and_what_is_beside_them_fades(spoken):
    _, _, waveform = spoken
    quiet = np.zeros(FRAMES, np.float32)
    quiet[[0, 1, 30, 31, 60]] = 1
    expected = silence(torch.from_numpy(waveform)[None], torch.from_numpy(quiet)[None])[0].numpy()
    np.testing.assert_allclose(waveform * audible(quiet, 256), expected, atol=1e-6)


def test_a_seed_gives_the_same_noise_to_the_first_phones_of_any_length():
    assert seeded_noise(5, 3).shape == (2, 5)
    np.testing.assert_array_equal(seeded_noise(5, 3), seeded_noise(5, 3))
    assert not np.array_equal(seeded_noise(5, 3), seeded_noise(5, 4))
    assert seeded_noise(5, -1).std() > 0


def test_windows_grow_and_hold_the_frames_around_them(spoken):
    parts, f0, waveform = spoken
    seen = []

    def network(start, end):
        seen.append((start, end))
        return parts[start:end], f0[start:end]

    samples = list(stream_windows(network, synthesizer(), FRAMES, context=5, first_frames=8))
    np.testing.assert_allclose(np.concatenate(samples), waveform.clip(-1, 1), atol=1e-5)
    assert len(samples) > 1 and seen[0][0] == 0 and seen[-1][1] == FRAMES
    assert all(start % 16 == 0 and (end % 16 == 0 or end == FRAMES) for start, end in seen)


@pytest.mark.parametrize(("first_frames", "ends"), [(24, [24, 120, 376, 632, 700]), (300, [300, 600, 700])])
def test_windows_never_become_shorter(first_frames, ends):
    """The first of them are short for the listener's sake; each costs the frames around it once more."""
    spoken = [0]

    class Silent:
        def add(self, parts, f0, is_last):
            spoken.append(spoken[-1] + len(parts))
            return np.zeros(len(parts))

    def network(start, end):
        return np.zeros((end - start, 1)), np.zeros(end - start)

    list(stream_windows(network, Silent(), 700, context=0, first_frames=first_frames))
    assert spoken[1:] == ends
