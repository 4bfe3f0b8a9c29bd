"""What Transformers and its users expect of a model: outputs, embeddings, attention, loading, the stock Trainer."""

import shutil

import pytest
import torch
from helpers.training import prepared_rows, tiny_model, tiny_processor
from safetensors.torch import load_file, save_file
from transformers import AutoModel, Trainer, TrainingArguments

from transformers_tts_gan import (
    ProsodyControls,
    SpeechCollator,
    TTSGanDiscriminator,
    TTSGanDiscriminatorConfig,
    TTSGanModel,
    TTSGanTrainingArguments,
    TTSGanVocoder,
)
from transformers_tts_gan.models.losses import LOSS_WEIGHTS, total_loss


def test_what_is_spoken_is_numbers_without_gradients(voice, inputs):
    assert voice(**inputs).waveform.numpy().shape == voice.synthesize(**inputs).waveform.numpy().shape


def test_forward_speaks_as_synthesize_with_typed_controls(voice, processor):
    inputs = processor("<speak>Good <prosody rate='50%' pitch='+2st'>morning</prosody>.</speak>")
    controls = {"speaking_rate": 1.5, "pitch_shift": 3.0, "gain_db": -6.0, "noise_scale": 1.0, "seed": 1}
    spoken = voice.synthesize(**inputs, controls=ProsodyControls(**controls))
    assert spoken.waveform.equal(voice(**inputs, **controls).waveform)
    assert not spoken.waveform.equal(voice.synthesize(**inputs).waveform)


@pytest.mark.parametrize(("field", "value"), [("speaking_rate", 0.0), ("speaking_rate", -1), ("noise_scale", -0.5)])
def test_controls_without_a_meaning_are_refused(field, value):
    with pytest.raises(ValueError, match=f"`{field}` is {value}, but it must be"):
        ProsodyControls(**{field: value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("field", ["speaking_rate", "pitch_shift", "gain_db", "noise_scale"])
def test_a_control_that_is_no_number_is_refused(field, value):
    """The sound was not a number either."""
    with pytest.raises(ValueError, match=f"`{field}` is {value}"):
        ProsodyControls(**{field: value})


def test_return_dict_false_gives_a_tuple_that_starts_with_the_sound(voice, inputs):
    spoken = voice(**inputs)
    as_tuple = voice(**inputs, return_dict=False)
    assert isinstance(as_tuple, tuple) and as_tuple[0].equal(spoken.waveform) and len(as_tuple) == 4
    frames = spoken.log_mel
    assert isinstance(voice.vocoder(frames, return_dict=False), tuple)


def test_hidden_states_are_returned_where_asked_for(voice, inputs):
    assert voice(**inputs).hidden_states is None
    states = voice(**inputs, output_hidden_states=True).hidden_states
    assert len(states) == voice.config.num_encoder_layers + 1
    assert {state.shape for state in states} == {(*inputs["input_ids"].shape, voice.config.hidden_size)}


def test_attentions_are_refused_with_the_reason(voice, inputs):
    with pytest.raises(ValueError, match="`output_attentions` is true, but .* never forms the weights"):
        voice(**inputs, output_attentions=True)


def test_the_table_of_phones_can_be_resized(new_model, inputs, spoken_by):
    model = new_model()
    expected, size = spoken_by(model, inputs), model.config.vocab_size
    table = model.resize_token_embeddings(size + 5, mean_resizing=False)
    assert table is model.get_input_embeddings() and table.num_embeddings == model.config.vocab_size == size + 5
    assert spoken_by(model, inputs).equal(expected)
    model.set_input_embeddings(torch.nn.Embedding(7, model.config.hidden_size))
    assert model.acoustic.phone_embedding.num_embeddings == 7


@pytest.fixture(scope="module")
def spoken_by():
    return lambda model, inputs: model(**inputs).waveform


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_both_attention_implementations_load_and_reach_the_text_encoder(attention, voice, voice_folder, inputs):
    model = TTSGanModel.from_pretrained(voice_folder, attn_implementation=attention)
    assert model.text_encoder.config._attn_implementation == attention
    torch.testing.assert_close(model(**inputs).log_mel, voice(**inputs).log_mel, atol=1e-4, rtol=0)
    assert TTSGanVocoder.from_pretrained(voice_folder, attn_implementation=attention)


def test_the_loss_is_the_sum_of_the_named_ones_by_the_trainers_default_weights():
    arguments = TTSGanTrainingArguments(output_dir="unused")
    fields = {
        name: f"{name}_loss_weight" for name in ("mel", "duration", "f0", "waveform_mel", "waveform_stft", "phase")
    }
    fields |= dict.fromkeys(("pitch", "voicing", "energy"), "prosody_loss_weight")
    fields["forward_sum"] = "alignment_loss_weight"
    assert {name: getattr(arguments, field) for name, field in fields.items()} == {
        name: weight for name, weight in LOSS_WEIGHTS.items() if name != "binarization"
    }
    assert LOSS_WEIGHTS["binarization"] == 0.1 * arguments.alignment_loss_weight
    assert total_loss({"mel": torch.tensor(2.0), "duration": torch.tensor(10.0), "own": torch.tensor(1.0)}) == 6.0


def test_the_stock_trainer_trains_and_evaluates_a_model_without_discriminators(tmp_path):
    """Every part learns, and what it predicts can be gathered over batches of different lengths."""
    model, processor = tiny_model(), tiny_processor()
    before = {name: value.clone() for name, value in model.named_parameters()}
    arguments = TrainingArguments(
        output_dir=tmp_path,
        max_steps=2,
        per_device_train_batch_size=2,
        per_device_eval_batch_size=2,
        remove_unused_columns=False,
        report_to="none",
        use_cpu=True,
    )
    rows = list(prepared_rows(5))
    trainer = Trainer(
        model, arguments, SpeechCollator(processor), train_dataset=rows, eval_dataset=rows, processing_class=processor
    )
    trainer.train()
    moved = {name.split(".")[0] for name, p in model.named_parameters() if not p.equal(before[name])}
    assert moved == {"acoustic", "vocoder"}
    assert trainer.evaluate()["eval_loss"] > 0


@pytest.fixture
def broken(voice_folder, tmp_path):
    """A voice whose file has lost one weight of the vocoder and one of the acoustic model."""
    folder = tmp_path / "broken"
    shutil.copytree(voice_folder, folder)
    weights = load_file(folder / "model.safetensors")
    for name in ("vocoder.head.weight", "acoustic.to_mel.bias"):
        del weights[name]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_a_file_that_lacks_weights_is_refused_with_their_names(broken):
    for load in (TTSGanModel.from_pretrained, AutoModel.from_pretrained):
        with pytest.raises(ValueError, match=r"lacks 2 weights of `TTSGanModel`: `acoustic.to_mel.bias`, `vocoder.he"):
            load(broken)
    with pytest.raises(ValueError, match="lacks 1 weights of `TTSGanVocoder`: `head.weight`"):
        TTSGanVocoder.from_pretrained(broken)


def test_discriminators_that_lack_weights_are_refused_too(tmp_path):
    TTSGanDiscriminator(TTSGanDiscriminatorConfig.from_preset("tiny")).save_pretrained(tmp_path / "discriminator")
    file = tmp_path / "discriminator" / "model.safetensors"
    weights = load_file(file)
    weights.pop(name := sorted(weights)[0])
    save_file(weights, file, metadata={"format": "pt"})
    for load in (
        lambda: TTSGanDiscriminator.from_pretrained(tmp_path / "discriminator"),
        lambda: TTSGanDiscriminator.beside(str(tmp_path)),
    ):
        with pytest.raises(ValueError, match=f"lacks 1 weights of `TTSGanDiscriminator`: `{name}`"):
            load()


def test_loading_info_is_still_there_for_who_asks(voice_folder):
    model, info = TTSGanModel.from_pretrained(voice_folder, output_loading_info=True)
    assert isinstance(model, TTSGanModel) and not info["missing_keys"]
