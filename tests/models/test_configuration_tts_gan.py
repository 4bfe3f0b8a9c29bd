"""Configurations: presets, what is refused and in what words, and that they survive saving."""

import pytest
from helpers.models import bert_config
from huggingface_hub.errors import StrictDataclassClassValidationError, StrictDataclassFieldValidationError
from transformers import AutoConfig, BertConfig

from transformers_tts_gan import TTSGanConfig, TTSGanDiscriminatorConfig, TTSGanVocoderConfig


@pytest.mark.parametrize("config_class", [TTSGanConfig, TTSGanVocoderConfig, TTSGanDiscriminatorConfig])
@pytest.mark.parametrize("name", ["tiny", "small", "base"])
def test_presets_are_valid_and_take_overrides(config_class, name):
    config = config_class.from_preset(name, initializer_range=0.5)
    assert config.initializer_range == 0.5


@pytest.mark.parametrize("config_class", [TTSGanConfig, TTSGanVocoderConfig, TTSGanDiscriminatorConfig])
def test_an_unknown_preset_is_refused_with_the_known_ones(config_class):
    with pytest.raises(ValueError, match="no preset `huge`; take one of `tiny`, `small`, .*`base`"):
        config_class.from_preset("huge")


def test_presets_grow():
    sizes = [TTSGanConfig.from_preset(name).hidden_size for name in ("tiny", "small", "base")]
    assert sizes == sorted(set(sizes))


def test_the_voice_has_the_rate_and_the_frames_of_its_vocoder():
    """`pipeline("text-to-speech")` looks for `sampling_rate` at the top level and nowhere else."""
    config = TTSGanConfig.from_preset("base")
    assert config.sampling_rate == config.vocoder_config.sampling_rate == 24_000
    assert config.hop_length == config.vocoder_config.hop_length


def test_another_rate_than_the_vocoders_is_refused():
    with pytest.raises(StrictDataclassClassValidationError, match="22050 Hz, but the vocoder's is 24000 Hz"):
        TTSGanConfig(sampling_rate=22_050)


def test_heads_must_divide_the_width():
    with pytest.raises(StrictDataclassClassValidationError, match="is 30, but `num_attention_heads` is 4"):
        TTSGanConfig(hidden_size=30, num_attention_heads=4)


@pytest.mark.parametrize("size", [1000, 900, 600])
def test_windows_must_overlap_evenly(size):
    with pytest.raises(StrictDataclassClassValidationError, match=f"`n_fft` is {size}.*take 1200"):
        TTSGanVocoderConfig(n_fft=size)


def test_a_vocoder_of_16_khz_with_a_cepstrum_is_refused_in_words():
    with pytest.raises(ValueError, match="of a vocoder from before 2026-11-26.*at commit 8523cf4"):
        TTSGanVocoderConfig(cepstrum_size=128)


@pytest.mark.parametrize("fields", [{"mel_fmax": 12_001}, {"mel_fmin": 12_000.0}, {"mel_fmin": -1}])
def test_mel_bands_must_lie_below_half_of_the_rate(fields):
    with pytest.raises(StrictDataclassClassValidationError, match="at most half of the `sampling_rate` of 24000 Hz"):
        TTSGanVocoderConfig(**fields)


def test_an_even_kernel_is_refused():
    with pytest.raises(StrictDataclassClassValidationError, match="`kernel_size` is 6, but it must be odd"):
        TTSGanVocoderConfig(kernel_size=6)


def test_a_field_of_the_wrong_type_is_refused_at_once():
    with pytest.raises(StrictDataclassFieldValidationError, match="hidden_size"):
        TTSGanConfig(hidden_size="wide")


def test_whole_numbers_do_for_frequencies():
    assert TTSGanVocoderConfig(mel_fmin=0, mel_fmax=8000).mel_fmax == 8000


def test_the_type_of_the_text_encoder_comes_back_with_it(tmp_path):
    config = TTSGanConfig.from_preset("tiny", text_encoder_config=bert_config(99))
    config.save_pretrained(tmp_path)
    for loaded in (TTSGanConfig.from_pretrained(tmp_path), AutoConfig.from_pretrained(tmp_path)):
        assert isinstance(loaded, TTSGanConfig)
        assert isinstance(loaded.text_encoder_config, BertConfig) and loaded.text_encoder_config.vocab_size == 99
        assert isinstance(loaded.vocoder_config, TTSGanVocoderConfig) and loaded.vocoder_config.num_mel_bins == 40
        assert loaded.to_dict() == config.to_dict() | {"_name_or_path": loaded.name_or_path} | extra(loaded)


def extra(loaded: TTSGanConfig) -> dict:
    """What is noted on saving: the release of Transformers, and where the Auto classes are found."""
    shim = {auto: f"hub_tts_gan.{name}" for auto, name in TTSGanConfig.auto_classes.items()}
    return {"transformers_version": loaded.to_dict()["transformers_version"], "auto_map": shim}
