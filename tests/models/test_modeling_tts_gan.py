"""The voice: what each argument does to the sound, that batches do not, and that training reaches every weight."""

import math

import pytest
import torch
from helpers.models import SENTENCES, assert_alike, bert_config
from transformers import AutoConfig, BertModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from transformers_tts_gan import TTSGanConfig, TTSGanModel, TTSGanVocoder, TTSGanVocoderConfig


HOP = 256
TEXT_KEYS = ("text_input_ids", "text_window_ids", "token_spans")


@torch.no_grad()
def speak(model, inputs, **controls):
    return model(**{**inputs, **controls})


@pytest.fixture(scope="module")
def spoken(voice, inputs):
    """The three sentences, without wishes."""
    return speak(voice, inputs)


@pytest.fixture(scope="module")
def lesson(processor):
    """Two recordings, one padded, that stand for speech of two sentences."""
    generator = torch.Generator().manual_seed(0)
    labels = 0.1 * torch.randn(2, 60 * HOP, generator=generator)
    labels[1, 45 * HOP :] = 0
    f0 = 100 + 100 * torch.rand(2, 60, generator=generator)
    f0[:, ::4] = 0
    inputs = processor(["Good morning.", "Who is it?"])
    return {**inputs, "labels": labels, "label_lengths": torch.tensor([60 * HOP, 45 * HOP]), "f0": f0}


def test_a_sentence_sounds_the_same_in_a_batch_and_alone(voice, processor, spoken):
    for item, text in enumerate(SENTENCES):
        alone = speak(voice, processor(text))
        phones, samples = alone.durations.shape[1], int(alone.waveform_lengths)
        assert spoken.durations[item, :phones].equal(alone.durations[0])
        assert samples == spoken.waveform_lengths[item] == alone.waveform.shape[1]
        assert_alike(spoken.waveform[item, :samples], alone.waveform[0])


def test_what_is_past_the_length_is_silent(spoken):
    """The stock pipeline does not trim."""
    assert spoken.waveform_lengths.tolist() == (spoken.durations.sum(1) * HOP).tolist()
    assert spoken.waveform.shape == (3, int(spoken.waveform_lengths.max()))
    for waveform, length in zip(spoken.waveform, spoken.waveform_lengths, strict=True):
        assert waveform[:length].any() and not waveform[length:].any()


def test_the_waveform_comes_first(voice, inputs, spoken):
    """`pipeline("text-to-speech")` takes the first output for the sound."""
    with torch.no_grad():
        assert voice(**inputs)[0].equal(spoken.waveform)
        assert not voice.can_generate()


def test_twice_the_speed_takes_half_the_time(voice, inputs, spoken):
    fast = speak(voice, inputs, speaking_rate=2.0)
    assert ((spoken.durations.sum(1) / 2 - fast.durations.sum(1)).abs() <= 1).all()


def test_speed_is_one_number_or_one_per_sentence_or_one_per_phone(voice, inputs, spoken):
    each = speak(voice, inputs, speaking_rate=torch.tensor([1.0, 2.0, 1.0])).durations
    assert each[[0, 2]].equal(spoken.durations[[0, 2]])
    assert each[1].equal(speak(voice, inputs, speaking_rate=2.0).durations[1])
    speed = torch.ones(inputs["input_ids"].shape)
    speed[:, 4:] = 3.0
    slow_start = speak(voice, inputs, speaking_rate=speed).durations
    assert slow_start[:, :4].equal(spoken.durations[:, :4]) and (slow_start.sum(1) < spoken.durations.sum(1)).all()


@pytest.mark.parametrize("energy", [6.0, -20.0, torch.tensor([3.0, 0.0, -3.0])])
def test_energy_moves_the_mel_by_its_decibels(voice, inputs, spoken, energy):
    louder = speak(voice, inputs, gain_db=energy)
    expected = torch.as_tensor(energy).reshape(-1, 1, 1) * math.log(10) / 20
    torch.testing.assert_close(louder.log_mel - spoken.log_mel, expected.expand_as(spoken.log_mel), atol=1e-5, rtol=0)
    assert louder.durations.equal(spoken.durations)


def test_pitch_changes_the_sound_and_not_the_timing(voice, inputs, spoken):
    higher = speak(voice, inputs, pitch_shift=4.0)
    assert higher.durations.equal(spoken.durations)
    assert not torch.allclose(higher.log_mel, spoken.log_mel, atol=1e-3)


def test_without_variation_a_voice_always_speaks_alike(voice, inputs, spoken):
    assert speak(voice, inputs, seed=5).waveform.equal(spoken.waveform)


def test_a_seed_makes_variation_repeatable(voice, inputs, spoken):
    one, same, other = (speak(voice, inputs, noise_scale=1.0, seed=seed) for seed in (1, 1, 2))
    assert one.waveform.equal(same.waveform)
    assert not one.durations.equal(other.durations) and not one.durations.equal(spoken.durations)


def test_a_seed_speaks_a_sentence_alike_alone_and_in_a_batch(voice, processor):
    texts = ["Good morning.", "A much longer sentence is in the same batch.", "Yes!"]
    together = speak(voice, processor(texts), noise_scale=1.0, seed=1)
    for row, text in enumerate(texts):
        alone = speak(voice, processor(text), noise_scale=1.0, seed=1)
        size, samples = alone.durations.shape[1], int(alone.waveform_lengths[0])
        assert together.durations[row, :size].equal(alone.durations[0])
        assert not together.durations[row, size:].any() and int(together.waveform_lengths[row]) == samples
        frames = alone.log_mel.shape[1]
        torch.testing.assert_close(together.log_mel[row, :frames], alone.log_mel[0], atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("weight", "what"),
    [
        ("acoustic.to_mel.weight", "samples"),
        ("vocoder.head.bias", "samples"),
        ("acoustic.phone_embedding.weight", "durations"),
    ],
)
def test_a_model_of_nan_weights_does_not_speak(weight, what, new_model, inputs):
    model = new_model()
    model.get_parameter(weight).data.fill_(float("nan"))
    with pytest.raises(ValueError, match=f"The {what} that the model predicts are not finite: its weights"):
        speak(model, inputs)


def test_a_seed_leaves_the_random_state_of_the_program_alone(voice, inputs):
    before = torch.random.get_rng_state()
    speak(voice, inputs, noise_scale=1.0, seed=1)
    assert torch.random.get_rng_state().equal(before)


def test_given_durations_are_kept_and_pitch_still_works(voice, inputs):
    durations = 3 * inputs["attention_mask"]
    low, high = (speak(voice, inputs, durations=durations, pitch_shift=pitch) for pitch in (0.0, 5.0))
    assert low.durations.equal(durations)
    assert low.waveform_lengths.tolist() == (durations.sum(1) * HOP).tolist()
    assert not torch.allclose(low.log_mel, high.log_mel, atol=1e-3)


def test_even_the_fastest_sentence_makes_a_sound(voice, inputs):
    assert (speak(voice, inputs, speaking_rate=1e6).waveform_lengths >= HOP).all()


def test_speakers_differ_and_a_speaker_can_be_a_vector(voice, inputs):
    ann, bob = (speak(voice, inputs, speaker_id=number).log_mel for number in (0, 1))
    assert ann.shape != bob.shape or not torch.allclose(ann, bob, atol=1e-3)
    vector = voice.acoustic.speaker_embedding.weight[1].expand(3, -1)
    assert speak(voice, inputs, speaker_embedding=vector).log_mel.equal(bob)


@pytest.mark.parametrize("name", ["speaker_id", "language_id"])
def test_an_unknown_row_of_a_table_is_refused(voice, inputs, name):
    with pytest.raises(ValueError, match=rf"`{name}` is \[2\], but this model knows 0 to 1"):
        speak(voice, inputs, **{name: 2})


def test_text_beyond_the_limit_is_refused_with_advice(new_model, inputs):
    with pytest.raises(ValueError, match="phones, but this voice takes at most 10 at once: split it into sentences"):
        speak(new_model(max_phones=10), inputs)


def test_the_text_encoder_is_heard_and_can_be_left_out(voice, inputs, spoken):
    plain = speak(voice, inputs, use_text_encoder=False)
    without_text = speak(voice, {key: value for key, value in inputs.items() if key not in TEXT_KEYS})
    assert plain.waveform.equal(without_text.waveform)
    assert plain.log_mel.shape != spoken.log_mel.shape or not torch.allclose(plain.log_mel, spoken.log_mel, atol=1e-3)


def test_a_copy_without_the_text_encoder_says_what_the_phones_say(voice, inputs):
    small = voice.without_text_encoder().eval()
    assert small.num_parameters() < voice.num_parameters() and small.config.text_encoder_config is None
    assert speak(small, inputs).waveform.equal(speak(voice, inputs, use_text_encoder=False).waveform)


def test_the_mel_goes_through_the_vocoder_alone(voice, spoken):
    frames = spoken.durations.sum(1)
    with torch.no_grad():
        rebuilt = voice.vocoder(spoken.log_mel, frame_lengths=frames).waveform
    torch.testing.assert_close(rebuilt.clamp(-1, 1), spoken.waveform, atol=1e-5, rtol=0)


def test_copy_synthesis_keeps_the_length(voice):
    assert voice.copy_synthesis(torch.randn(2, 10 * HOP)).shape == (2, 10 * HOP)


def train(model, lesson, **arguments):
    """One forward and backward pass of all losses and of the sound."""
    torch.manual_seed(0)
    output = model.train()(**lesson, **arguments)
    loss = sum(output.losses.values())
    (loss if output.waveform is None else loss + output.waveform.square().mean()).backward()
    return output


def test_training_reaches_every_weight(new_model, lesson):
    """Only a key's bias has no gradient, in any attention: it moves all scores of a query alike."""
    model = new_model(lively=False, text_encoder_dropout=0.0)
    output = train(model, lesson, segment_frames=8)
    names = {"mel", "duration", "pitch", "voicing", "energy", "f0", "forward_sum", "binarization"}
    names |= {"waveform_mel", "waveform_stft", "phase"}
    assert set(output.losses) == names
    assert all(loss.isfinite() and loss.requires_grad for loss in output.losses.values())
    silent = {name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()}
    assert {name for name in silent if not name.endswith("key.bias")} == set()


def test_training_compares_the_same_piece(new_model, lesson):
    output = train(new_model(), lesson, segment_frames=8)
    assert output.waveform.shape == output.target_waveform.shape == (2, 8 * HOP)
    assert output.durations.sum(1).tolist() == [60, 45]
    for recorded, piece in zip(lesson["labels"], output.target_waveform, strict=True):
        assert (recorded.unfold(0, 8 * HOP, HOP) == piece).all(-1).any()


def test_the_vocoder_can_stay_out(new_model, lesson):
    model = new_model()
    assert train(model, lesson, segment_frames=None).waveform is None
    assert all(parameter.grad is None for parameter in model.vocoder.parameters())


def test_the_alignment_can_be_trained_alone(new_model, lesson):
    model = new_model()
    output = train(model, lesson, align_only=True)
    assert set(output.losses) == {"forward_sum", "binarization"} and output.log_mel is None
    assert all(parameter.grad is not None for parameter in model.acoustic.aligner.parameters())
    assert all(parameter.grad is None for parameter in model.acoustic.decoder.parameters())


def test_a_frozen_text_encoder_gets_no_gradient(new_model, lesson):
    model = new_model(text_encoder_dropout=0.0)
    train(model, lesson, train_text_encoder=False)
    assert all(parameter.grad is None for parameter in model.text_encoder.parameters())
    assert model.acoustic.context.weight.grad.any()


def test_a_piece_of_the_recording_keeps_the_acoustic_model_out(new_model, lesson):
    """`ground_truth_mel_ratio=1` trains the vocoder as if it were alone."""
    model = new_model()
    torch.manual_seed(0)
    model.train()(**lesson, segment_frames=8, ground_truth_mel_ratio=1.0).waveform.square().mean().backward()
    assert model.vocoder.head.weight.grad.any()
    assert not model.acoustic.to_mel.weight.grad.any()


def test_f0_is_measured_where_it_is_not_given(new_model, lesson):
    given = {key: value for key, value in lesson.items() if key != "f0"}
    assert train(new_model(), given).losses["pitch"].isfinite()


def test_a_text_encoder_is_taken_whole_and_without_its_pooler(config, text_encoder_folder):
    encoder = BertModel.from_pretrained(text_encoder_folder, add_pooling_layer=False)
    model = TTSGanModel.from_pretrained_parts(config, text_encoder=str(text_encoder_folder))
    assert model.config.text_encoder_config.num_hidden_layers == 2
    expected = encoder.state_dict()
    assert model.text_encoder.state_dict().keys() == expected.keys()
    assert all(value.equal(expected[name]) for name, value in model.text_encoder.state_dict().items())


def test_a_text_encoder_can_be_cut_to_its_first_layers(config, text_encoder_folder, inputs, tmp_path):
    folder = str(text_encoder_folder)
    model = TTSGanModel.from_pretrained_parts(config, text_encoder=folder, text_encoder_layers=1).eval()
    assert len(model.text_encoder.encoder.layer) == model.config.text_encoder_config.num_hidden_layers == 1
    model.save_pretrained(tmp_path)
    assert speak(TTSGanModel.from_pretrained(tmp_path), inputs).waveform.equal(speak(model, inputs).waveform)


@pytest.mark.parametrize("layers", [0, 3])
def test_more_layers_than_there_are_is_refused(config, text_encoder_folder, layers):
    with pytest.raises(ValueError, match=f"`text_encoder_layers` is {layers}, but .* has 2 layers"):
        TTSGanModel.from_pretrained_parts(config, text_encoder=str(text_encoder_folder), text_encoder_layers=layers)


def test_a_pretrained_vocoder_is_taken_over(config, tmp_path):
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny", num_mel_bins=50))
    vocoder.save_pretrained(tmp_path)
    model = TTSGanModel.from_pretrained_parts(config, vocoder=str(tmp_path))
    assert model.config.vocoder_config.num_mel_bins == model.acoustic.to_mel.out_features == 50
    assert model.vocoder.head.weight.equal(vocoder.head.weight)


def test_a_vocoder_of_another_sampling_rate_is_refused(config):
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny", sampling_rate=24_000))
    with pytest.raises(ValueError, match="`sampling_rate` is 24000 Hz, but the voice's is 16000 Hz"):
        TTSGanModel.from_pretrained_parts(config, vocoder=vocoder)


def test_the_acoustic_model_of_another_voice_is_taken_over(config, voice, voice_folder):
    model = TTSGanModel.from_pretrained_parts(config, acoustic=str(voice_folder))
    expected = voice.acoustic.state_dict()
    assert all(value.equal(expected[name]) for name, value in model.acoustic.state_dict().items())


def test_what_is_not_given_comes_from_the_other_voice(voice, voice_folder, inputs, spoken):
    """Random weights in place of the parts that one did not name would be noise without a word."""
    model = TTSGanModel.from_pretrained_parts(acoustic=str(voice_folder)).eval()
    assert speak(model, inputs).waveform.equal(spoken.waveform)


ENCODERS = {
    "bert": bert_config(30).to_dict(),
    "roberta": {"max_position_embeddings": 64},
    "distilbert": {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32},
    "albert": {"embedding_size": 8},
    "electra": {"embedding_size": 8},
    "deberta-v2": {},
    "modernbert": {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2},
    "mpnet": {},
    "xlm-roberta": {"max_position_embeddings": 64},
    "t5": {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2},
}
SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}


@pytest.mark.parametrize("model_type", ENCODERS)
def test_any_text_encoder_speaks_and_comes_back_from_a_folder(model_type, new_model, tmp_path):
    if model_type not in CONFIG_MAPPING:
        pytest.skip(f"this version of Transformers has no {model_type}")
    sizes = {} if model_type in ("bert", "distilbert", "t5") else SIZES
    fields = {key: value for key, value in ENCODERS[model_type].items() if key != "model_type"}
    encoder = AutoConfig.for_model(model_type, **{"vocab_size": 30, **sizes, **fields})
    model = new_model(text_encoder_config=encoder.to_dict())
    inputs = {
        "input_ids": torch.tensor([[2, 5, 6, 7, 2], [2, 8, 2, 0, 0]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]),
        "text_input_ids": torch.tensor([[3, 10, 11, 12, 4], [3, 13, 4, 1, 1]]),
        "text_window_ids": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]),
        "token_spans": torch.tensor([[[0, 0], [1, 2], [2, 4], [2, 4], [0, 0]], [[0, 0], [1, 2], *[[0, 0]] * 3]]),
    }
    spoken = speak(model, inputs, durations=3 * inputs["attention_mask"])
    plain = speak(model, inputs, durations=3 * inputs["attention_mask"], use_text_encoder=False)
    assert not torch.allclose(spoken.log_mel, plain.log_mel, atol=1e-4)
    model.save_pretrained(tmp_path)
    loaded = TTSGanModel.from_pretrained(tmp_path)
    assert type(loaded.config.text_encoder_config) is type(encoder)
    assert speak(loaded, inputs, durations=3 * inputs["attention_mask"]).waveform.equal(spoken.waveform)


def test_bigger_presets_have_the_same_parts():
    """`base` differs from `tiny` in sizes alone, so that what the tests say of one holds for the other."""
    with torch.device("meta"):
        tiny, base = (TTSGanModel(TTSGanConfig.from_preset(name)) for name in ("tiny", "base"))
    assert {name.split(".")[1] for name in tiny.state_dict()} == {name.split(".")[1] for name in base.state_dict()}
    assert tiny.num_parameters() < 1e6 < 1e7 < base.num_parameters()
