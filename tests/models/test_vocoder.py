"""The vocoder: its Fourier transform inverts exactly, padding is silent, and pieces come from inside."""

import math

import pytest
import torch
from helpers.training import speech_like
from torch.nn.functional import pad

from transformers_tts_gan import TTSGanVocoder, TTSGanVocoderConfig
from transformers_tts_gan.models.base_vocoder import cut, segment_starts
from transformers_tts_gan.models.excitation import frame_spectra, fundamental_phase, noise_spectra, pulse_train
from transformers_tts_gan.models.losses import phase_loss
from transformers_tts_gan.models.vocoder import inverse_stft


HOP = 256


@pytest.fixture(scope="module")
def vocoder():
    torch.manual_seed(0)
    return TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny", initializer_range=0.1)).eval()


@pytest.mark.parametrize("n_fft", [512, 1024])
def test_a_sine_survives_analysis_and_synthesis(n_fft):
    time = torch.arange(20 * HOP) / 16_000
    sine = 0.1 * torch.sin(2 * math.pi * 440 * time)[None]
    rebuilt = inverse_stft(frame_spectra(sine, n_fft, HOP), HOP)
    assert rebuilt.shape == sine.shape
    torch.testing.assert_close(rebuilt[:, n_fft:-n_fft], sine[:, n_fft:-n_fft], atol=1e-3, rtol=0)


def test_one_frame_is_one_hop_of_samples(vocoder):
    output = vocoder(torch.randn(2, 7, 40))
    assert output.waveform.shape == (2, 7 * HOP) and output.waveform_lengths.tolist() == [7 * HOP] * 2


def test_a_padded_batch_sounds_as_each_alone_and_ends_in_silence(vocoder):
    frames = [torch.randn(1, length, 40) for length in (5, 12)]
    batch = torch.cat([pad(frames[0], (0, 0, 0, 7), value=5.0), frames[1]])
    with torch.no_grad():
        together = vocoder(batch, frame_lengths=torch.tensor([5, 12]))
        alone = [vocoder(one).waveform[0] for one in frames]
    assert together.waveform_lengths.tolist() == [5 * HOP, 12 * HOP]
    for said, length, one in zip(together.waveform, (5, 12), alone, strict=True):
        torch.testing.assert_close(said[: length * HOP], one, atol=1e-3 * one.abs().max().item(), rtol=0)
    assert (together.waveform[0, 5 * HOP :] == 0).all()


def test_training_rebuilds_a_piece_of_the_recording(vocoder):
    """`target_waveform` must be the very samples that the frames were taken from."""
    labels = torch.randn(2, 40 * HOP) * 0.1
    output = vocoder(labels=labels, label_lengths=torch.tensor([40 * HOP, 20 * HOP]), segment_frames=8)
    assert output.waveform.shape == output.target_waveform.shape == (2, 8 * HOP)
    for item, length in enumerate((40, 20)):
        pieces = labels[item, : length * HOP].unfold(0, 8 * HOP, HOP)
        assert (pieces == output.target_waveform[item]).all(-1).any()


def test_every_weight_learns_from_a_piece(vocoder):
    wave = torch.from_numpy(speech_like(1.0))[None]
    output = vocoder(labels=wave, segment_frames=30)
    (output.waveform.square().mean() + output.losses["f0"] + output.losses["phase"]).backward()
    assert [name for name, p in vocoder.named_parameters() if p.grad is None or not p.grad.any()] == []
    vocoder.zero_grad()


def test_pieces_start_within_each_item():
    starts = torch.stack([segment_starts(torch.tensor([10, 4, 2]), 3, 10, 4, "cpu") for _ in range(60)])
    assert starts.min() == 0 and starts[:, 0].max() == 6 and (starts[:, 1:] == 0).all()


def test_a_piece_is_silent_past_the_end():
    assert cut(torch.arange(1.0, 6.0)[None], torch.tensor([3]), 4).tolist() == [[4.0, 5.0, 0.0, 0.0]]
    assert cut(torch.ones(1, 3, 2), torch.tensor([1]), 3).tolist() == [[[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]


def test_it_is_saved_and_loaded_exactly(vocoder, tmp_path):
    """A model is built without memory and filled from the file: a window, which is in no file, must be remade."""
    vocoder.save_pretrained(tmp_path)
    frames = torch.randn(1, 9, 40)
    with torch.no_grad():
        assert TTSGanVocoder.from_pretrained(tmp_path)(frames).waveform.equal(vocoder(frames).waveform)


def test_extreme_frames_stay_finite(vocoder):
    """Magnitudes are exponentials: one bad frame in early training must not end it."""
    assert vocoder(torch.full((1, 3, 40), 1e4)).waveform.isfinite().all()


def test_pulses_stand_where_those_of_the_recording_do():
    """Whatever phase a recording begins with, shifted pulses keep the same place in its periods."""
    f0 = torch.full((1, 60), 150.0)
    places = []
    for turn in (0.0, 1.0, 2.5):
        recording = pulse_train(f0, HOP, 16_000, shift=torch.full((1, 60 * HOP), turn))
        shift = fundamental_phase(recording, f0, HOP, 16_000)
        pulses = pulse_train(f0, HOP, 16_000, shift)
        middle = slice(10 * HOP, 50 * HOP)
        places.append(torch.nn.functional.cosine_similarity(pulses[:, middle], recording[:, middle]).item())
    assert min(places) > 0.99


def test_the_fixed_noise_has_a_power_of_one():
    whole = noise_spectra(1, 600, 1024, HOP, torch.device("cpu"), fresh=False)
    assert whole.equal(noise_spectra(1, 600, 1024, HOP, torch.device("cpu"), fresh=False))
    assert inverse_stft(whole, HOP).square().mean().item() == pytest.approx(1.0, rel=0.05)


def test_the_phase_loss_leaves_what_cannot_be_foretold_to_the_noise():
    """Of a pulse train in noise, the pulses alone are the best that a waveform without noise can be."""
    torch.manual_seed(0)
    pulses = 0.1 * pulse_train(torch.full((4, 60), 150.0), HOP, 16_000)
    recording = pulses + 0.05 * torch.randn(pulses.shape)
    right, silent, turned, other = (
        phase_loss(wave, recording).item()
        for wave in (pulses, torch.zeros_like(pulses), -pulses, pulses + 0.05 * torch.randn(pulses.shape))
    )
    assert right < silent < turned and right < other
