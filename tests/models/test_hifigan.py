"""A foreign vocoder behind the door: HiFi-GAN speaks, trains, saves and comes back, alone and within a model."""

import math

import pytest
import torch
from datasets import Dataset
from helpers.training import make_trainer, prepared_rows, tiny_model
from huggingface_hub.errors import StrictDataclassClassValidationError
from transformers import AutoModel, SpeechT5HifiGan, SpeechT5HifiGanConfig

from transformers_tts_gan import (
    HifiGanVocoder,
    HifiGanVocoderConfig,
    ModelArguments,
    TTSGanConfig,
    TTSGanModel,
    TTSGanVocoder,
)
from transformers_tts_gan.models.base_vocoder import load_vocoder
from transformers_tts_gan.training.build import build_model


HOP = 256
TINY = {
    "model_in_dim": 40,
    "upsample_initial_channel": 32,
    "upsample_rates": (16, 16),
    "upsample_kernel_sizes": (32, 32),
    "resblock_kernel_sizes": (3,),
    "resblock_dilation_sizes": ((1, 3),),
    "normalize_before": False,
}


def tiny_hifigan() -> SpeechT5HifiGan:
    torch.manual_seed(0)
    network = SpeechT5HifiGan(SpeechT5HifiGanConfig(**TINY))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape))
    return network


@pytest.fixture
def vocoder() -> HifiGanVocoder:
    return HifiGanVocoder.from_hifigan(tiny_hifigan())


@pytest.fixture
def model(vocoder, phone_processor) -> TTSGanModel:
    config = TTSGanConfig.from_preset("tiny", num_speakers=2, num_languages=2)
    return TTSGanModel.from_pretrained_parts(config, vocoder=vocoder, processor=phone_processor).eval()


def test_its_configuration_says_what_the_model_needs(vocoder):
    config = vocoder.config
    assert (config.sampling_rate, config.hop_length, config.num_mel_bins) == (16_000, HOP, 40)


@torch.no_grad()
def test_frames_reach_the_network_in_its_own_scale():
    """SpeechT5's HiFi-GAN wants base-10 logarithms; natural ones would be 2.3 times too loud."""
    network, frames = tiny_hifigan().eval(), torch.randn(1, 6, 40) - 5
    plain = HifiGanVocoder.from_hifigan(network).synthesize(frames)
    assert plain.equal(network(frames))
    other = HifiGanVocoder.from_hifigan(network, log10=True).synthesize(frames)
    torch.testing.assert_close(other, network(frames / math.log(10)))
    assert not other.allclose(plain, atol=1e-3)


@torch.no_grad()
def test_an_item_sounds_the_same_alone_and_in_a_batch(vocoder):
    frames = torch.randn(2, 9, 40) - 5
    together = vocoder(frames, frame_lengths=torch.tensor([9, 4])).waveform
    assert together.shape == (2, 9 * HOP) and not together[1, 4 * HOP :].any()
    torch.testing.assert_close(together[1, : 4 * HOP], vocoder(frames[1:, :4]).waveform[0])


def test_it_is_saved_and_loaded_by_its_model_type(vocoder, tmp_path):
    vocoder.save_pretrained(tmp_path)
    frames = torch.randn(1, 5, 40)
    for load in (HifiGanVocoder.from_pretrained, AutoModel.from_pretrained, load_vocoder):
        loaded = load(str(tmp_path))
        assert type(loaded) is HifiGanVocoder
        with torch.no_grad():
            assert loaded(frames).waveform.equal(vocoder(frames).waveform)
    with pytest.raises(ValueError, match="type `tts_gan_hifigan`, but a `TTSGanVocoder` is needed"):
        TTSGanVocoder.from_pretrained(tmp_path)


def test_a_model_speaks_with_it_and_comes_back(model, phone_processor, tmp_path):
    inputs = phone_processor("Good morning.")
    waveform = model(**inputs).waveform
    assert waveform.any() and waveform.shape[1] % HOP == 0
    model.save_pretrained(tmp_path)
    loaded = TTSGanModel.from_pretrained(tmp_path)
    assert type(loaded.vocoder) is HifiGanVocoder and type(loaded.config.vocoder_config) is HifiGanVocoderConfig
    torch.testing.assert_close(loaded(**inputs).waveform, waveform, atol=1e-5, rtol=0)
    alone = load_vocoder(str(tmp_path))  # the vocoder of a whole voice
    assert alone.state_dict().keys() == model.vocoder.state_dict().keys()
    assert all(value.equal(alone.state_dict()[name]) for name, value in model.vocoder.state_dict().items())


def test_it_trains_within_a_model_against_discriminators(vocoder, tmp_path):
    """Every weight of the network moves; there is no F0 predictor, and no loss of one."""
    tiny = tiny_model()
    vocoder_before = {name: value.clone() for name, value in vocoder.state_dict().items()}
    config = TTSGanConfig(**{**tiny.config.to_dict(), "vocoder_config": vocoder.config.to_dict()})
    trainer = make_trainer(tmp_path, model=TTSGanModel(config, vocoder=vocoder), max_steps=2)
    trainer.train()
    moved = {n for n, value in trainer.model.vocoder.state_dict().items() if not value.equal(vocoder_before[n])}
    weights = {name for name, _ in vocoder.named_parameters()}
    assert weights <= moved
    logged = {name for entry in trainer.state.log_history for name in entry}
    assert "waveform_mel" in logged and "f0" not in logged


def test_it_trains_alone(vocoder):
    labels = torch.from_numpy(prepared_rows(1)[0]["waveform"] / 32767).float()[None]
    output = vocoder.train()(labels=labels, segment_frames=8)
    output.loss.backward()
    assert set(output.losses) == {"waveform_mel", "waveform_stft"}
    assert all(parameter.grad.any() for parameter in vocoder.parameters())


def test_a_training_run_takes_a_vocoder_of_any_type(vocoder, tmp_path):
    vocoder.save_pretrained(tmp_path)
    rows = [{"text": "Good morning.", "speaker": "ann", "language": "en"}]
    model, _, _ = build_model(ModelArguments(preset="tiny", vocoder=str(tmp_path)), Dataset.from_list(rows), "letters")
    assert type(model.vocoder) is HifiGanVocoder and model.config.hop_length == HOP


def test_frequencies_beyond_half_the_rate_are_refused():
    with pytest.raises(StrictDataclassClassValidationError, match="`mel_fmax` 9000"):
        HifiGanVocoderConfig(hifigan_config=TINY, mel_fmax=9_000)
