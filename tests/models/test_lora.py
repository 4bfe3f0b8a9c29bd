"""LoRA on the text encoder: nothing changes at first, only its weights learn, it can be saved, loaded, merged."""

import pytest
import torch
from helpers.training import make_trainer, tiny_model, tiny_processor, unmoved, weights
from huggingface_hub.errors import StrictDataclassClassValidationError
from transformers import AutoModel

from transformers_tts_gan import TTSGanConfig, TTSGanModel
from transformers_tts_gan.models.lora import lora_layers


FIELDS = {"r": 2, "lora_alpha": 4, "target_modules": ["query", "value"]}
TEXT = "Good day."


def learned(voice: TTSGanModel) -> TTSGanModel:
    """As after training."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in voice.named_parameters():
            if "lora_B" in name:
                parameter += torch.randn(parameter.shape, generator=generator)
    return voice


@pytest.fixture
def voice() -> TTSGanModel:
    return tiny_model(with_text_encoder=True)


@torch.no_grad()
def context(voice: TTSGanModel) -> torch.Tensor:
    batch = tiny_processor(True)(TEXT)
    return voice.eval().text_encoder(batch["text_input_ids"], batch["text_window_ids"])[0]


def test_adding_lora_changes_nothing_at_first(voice):
    before = context(voice)
    voice.add_lora(**FIELDS)
    assert len(lora_layers(voice)) == 2
    assert context(voice).equal(before)
    assert not context(learned(voice)).allclose(before)


def test_only_loras_weights_of_the_text_encoder_can_learn(voice):
    voice.add_lora(**FIELDS)
    trainable = {name.split(".")[-3] for name, p in voice.text_encoder.named_parameters() if p.requires_grad}
    assert trainable == {"lora_A", "lora_B"}
    assert all(parameter.requires_grad for parameter in voice.acoustic.parameters())


def test_training_moves_loras_weights_and_nothing_else_of_the_text_encoder(voice, tmp_path):
    voice.add_lora(**FIELDS)
    before = weights(voice.text_encoder)
    trainer = make_trainer(tmp_path, with_text_encoder=True, model=voice, max_steps=2)
    trainer.train()
    still = unmoved(before, trainer.model.text_encoder)
    assert set(before) - set(still) == {name for name in before if "lora_" in name}


def test_a_voice_with_lora_is_saved_and_loaded_like_any_other(voice, tmp_path):
    voice.add_lora(**FIELDS)
    expected = context(learned(voice))
    voice.save_pretrained(tmp_path)
    for loaded in (TTSGanModel.from_pretrained(tmp_path), AutoModel.from_pretrained(tmp_path)):
        assert context(loaded).equal(expected)
        trainable = {name for name, p in loaded.text_encoder.named_parameters() if p.requires_grad}
        assert trainable and all("lora_" in name for name in trainable)


def test_a_folder_without_lora_gets_it_by_a_method_and_not_by_random_weights(voice, tmp_path):
    voice.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"lacks \d+ weights of `TTSGanModel`: "):
        TTSGanModel.from_pretrained(tmp_path, text_encoder_lora=FIELDS)
    loaded = TTSGanModel.from_pretrained(tmp_path)
    loaded.add_lora(**FIELDS)
    assert context(loaded).equal(context(voice))


def test_merging_keeps_the_sound_and_leaves_no_trace(voice, tmp_path):
    names = set(voice.state_dict())
    voice.add_lora(**FIELDS)
    expected = context(learned(voice))
    voice.merge_lora()
    assert set(voice.state_dict()) == names
    assert context(voice).allclose(expected, atol=1e-5)
    assert all(parameter.requires_grad for parameter in voice.parameters())
    voice.save_pretrained(tmp_path)
    loaded = TTSGanModel.from_pretrained(tmp_path)
    assert loaded.config.text_encoder_lora is None
    assert context(loaded).equal(context(voice))


def test_parts_of_a_voice_bring_their_lora_along(voice):
    voice.add_lora(**FIELDS)
    expected = context(learned(voice))
    assert context(TTSGanModel.from_pretrained_parts(acoustic=voice)).equal(expected)
    voice.merge_lora()
    assert context(TTSGanModel.from_pretrained_parts(acoustic=voice)).allclose(expected, atol=1e-5)


def test_a_new_voice_with_lora_keeps_what_its_text_encoder_knows(voice):
    """New weights around a pretrained encoder must not make its layers begin anew."""
    config = TTSGanConfig(**{**voice.config.to_dict(), "text_encoder_lora": FIELDS})
    assert context(TTSGanModel.from_pretrained_parts(config, voice.text_encoder)).equal(context(voice))


def test_without_names_all_linear_layers_get_lora(voice):
    linear = sum(isinstance(module, torch.nn.Linear) for module in voice.text_encoder.modules())
    voice.add_lora(r=1)
    assert len(lora_layers(voice)) == linear > 2


def test_layers_that_are_not_there_are_refused_with_those_that_are(voice):
    with pytest.raises(ValueError, match=r"`target_modules` is \['q_proj'\].*'query'.*take some"):
        voice.add_lora(target_modules=["q_proj"])


def test_lora_twice_or_without_a_text_encoder_is_refused(voice):
    voice.add_lora(**FIELDS)
    with pytest.raises(ValueError, match=r"LoRA already: `merge_lora\(\)` first"):
        voice.add_lora()
    with pytest.raises(ValueError, match="no text encoder"):
        tiny_model().add_lora()


@pytest.mark.parametrize("fields", [{"rank": 8}, {"r": 0}])
def test_unknown_fields_and_a_rank_of_zero_are_refused(fields):
    with pytest.raises(StrictDataclassClassValidationError, match="`text_encoder_lora` has"):
        TTSGanConfig.from_preset("tiny", text_encoder_lora=fields)
