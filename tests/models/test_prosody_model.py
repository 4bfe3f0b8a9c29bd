"""The prosody model alone, and as a part of a voice."""

import subprocess
import sys

import pytest
import torch
from helpers.models import SENTENCES, bert_config, enliven
from transformers import AutoModel

from transformers_tts_gan import (
    ProsodyControls,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanProsodyConfig,
    TTSGanProsodyModel,
    phone_tokenizer,
)
from transformers_tts_gan.inference.onnx import export_onnx
from transformers_tts_gan.inference.onnx_difference import measure_difference


FOUR = ("log_duration", "pitch", "voicing", "energy")


def new_prosody(processor, text_encoder: bool = True, **fields) -> TTSGanProsodyModel:
    torch.manual_seed(1)
    encoder = bert_config(len(processor.text_tokenizer)) if text_encoder else None
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    sizes["predictor_size"] = 16
    tables = {"vocab_size": len(processor.tokenizer), "num_speakers": 2, "num_languages": 2}
    config = TTSGanProsodyConfig(text_encoder_config=encoder, **{**sizes, **tables, **fields})
    model = TTSGanProsodyModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        model.duration_predictor.output.bias.fill_(1.5)
    return model


@pytest.fixture(scope="module")
def prosody(processor):
    return new_prosody(processor)


@pytest.fixture
def voice(config, prosody):
    torch.manual_seed(0)
    bare = type(config)(**{**config.to_dict(), "text_encoder_config": None})
    return TTSGanModel.from_pretrained_parts(acoustic=enliven(TTSGanModel(bare)), prosody=prosody).eval()


def truth_for(inputs: dict) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shape = inputs["input_ids"].shape
    return {name: torch.rand(shape, generator=generator) for name in FOUR}


def test_a_sentence_has_the_same_prosody_alone_and_in_a_batch(prosody, processor):
    together = prosody(**processor(SENTENCES))
    for place, sentence in enumerate(SENTENCES):
        alone = prosody(**processor(sentence))
        for name in FOUR:
            size = getattr(alone, name).shape[1]
            assert getattr(together, name)[place, :size].allclose(getattr(alone, name)[0], atol=1e-5), name


def test_the_text_encoder_is_heard_and_may_be_left_out(prosody, processor):
    inputs = processor(SENTENCES[0])
    phones = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    said = prosody(**inputs).log_duration
    assert not said.allclose(prosody(**phones).log_duration, atol=1e-4)
    context = prosody.encode_text(inputs["text_input_ids"], inputs["text_window_ids"], inputs["token_spans"])
    assert prosody(**phones, context=context).log_duration.allclose(said, atol=1e-6)


def test_it_learns_what_it_is_shown(processor):
    prosody = new_prosody(processor, dropout=0.0, context_dropout=0.0, predictor_dropout=0.0).train()
    inputs = processor(SENTENCES)
    truth = truth_for(inputs)
    optimizer = torch.optim.AdamW(prosody.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        output = prosody(**inputs, **truth)
        losses.append(output.losses["duration"].item())
        output.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < 0.3 * losses[0]
    assert output.losses.keys() == {"duration", "pitch", "voicing", "energy", "latent"}


def test_half_a_ground_truth_is_refused(prosody, processor):
    inputs = processor(SENTENCES[0])
    with pytest.raises(ValueError, match="only some is given"):
        prosody(**inputs, log_duration=torch.zeros(inputs["input_ids"].shape))


def test_it_comes_back_from_a_folder_as_it_was(prosody, processor, tmp_path):
    prosody.save_pretrained(tmp_path)
    inputs = processor(SENTENCES[0])
    for again in (TTSGanProsodyModel.from_pretrained(tmp_path), AutoModel.from_pretrained(tmp_path)):
        assert again(**inputs).pitch.equal(prosody(**inputs).pitch)


FRESH = """
import sys
import transformers_tts_gan
from transformers import AutoModel
voice, prosody = (AutoModel.from_pretrained(folder) for folder in sys.argv[1:])
print(type(voice).__name__, type(prosody).__name__, voice.prosody.text_encoder.config._attn_implementation)
"""


def test_a_new_process_loads_a_voice_with_its_prosody(voice, tmp_path):
    folders = [str(tmp_path / name) for name in ("voice", "prosody")]
    for part, folder in zip((voice, voice.prosody), folders, strict=True):
        part.save_pretrained(folder)
    done = subprocess.run([sys.executable, "-c", FRESH, *folders], capture_output=True, text=True)
    assert done.stdout.split() == ["TTSGanModel", "TTSGanProsodyModel", "sdpa"], done.stderr


def test_a_voice_speaks_with_its_durations_and_melody(voice, prosody, processor):
    inputs = processor(SENTENCES[0], speaker="bob")
    said = prosody(**inputs)
    frames = said.log_duration.expm1().clamp(min=0)
    output = voice.synthesize(**inputs)
    assert (output.durations.float().sum() - frames.sum()).abs() <= 1
    without = voice.synthesize(**inputs, use_text_encoder=False)
    assert not torch.equal(output.durations, without.durations)
    assert not torch.equal(voice.synthesize(**processor(SENTENCES[0], speaker="ann")).durations, output.durations)


def test_variation_takes_another_way_and_a_seed_repeats_it(voice, processor):
    inputs = processor(SENTENCES)

    def speak(scale: float, seed: int | None = None) -> torch.Tensor:
        return voice.synthesize(**inputs, controls=ProsodyControls(noise_scale=scale, seed=seed)).log_mel

    assert speak(0).equal(speak(0))
    usual, one, again, other = speak(0), speak(3, 1), speak(3, 1), speak(3, 2)
    assert one.equal(again) and one.shape[2] == other.shape[2]
    assert one.shape != usual.shape or not one.equal(usual)
    assert one.shape != other.shape or not one.equal(other)


def test_a_mixture_of_speakers_lies_between_them(voice, processor):
    inputs = processor(SENTENCES[0])
    table = voice.acoustic.speaker_embedding.weight
    shares = voice.speaker_shares(0.25 * table[:1] + 0.75 * table[1:])
    assert shares.allclose(torch.tensor([[0.25, 0.75]]), atol=1e-4)
    by_vector = voice.synthesize(**inputs, speaker_embedding=table[1:]).durations
    assert by_vector.equal(voice.synthesize(**inputs, speaker_id=1).durations)


def test_training_a_voice_trains_its_prosody_and_not_its_text_encoder(voice, processor):
    inputs = processor(SENTENCES)
    labels = 0.1 * torch.randn(len(SENTENCES), 40_960)
    voice.train()(**inputs, labels=labels).loss.backward()
    assert voice.prosody.duration_predictor.output.weight.grad.abs().sum() > 0
    assert voice.acoustic.duration_predictor.output.weight.grad is None
    assert all(parameter.grad is None for parameter in voice.prosody.text_encoder.parameters())


def test_a_new_voice_inherits_the_prosody_by_names(voice, processor):
    names = TTSGanProcessor(
        phone_tokenizer(), processor.text_tokenizer, speakers=["carl", "bob"], languages=["zh", "en"]
    )
    new = TTSGanModel.from_pretrained_parts(acoustic=voice, processor=names, acoustic_processor=processor)
    assert new.prosody.speaker_embedding.weight[1].equal(voice.prosody.speaker_embedding.weight[1])
    assert new.prosody.language_embedding.weight[0].equal(voice.prosody.language_embedding.weight[1])
    assert new.prosody.blocks[0].expand.weight.equal(voice.prosody.blocks[0].expand.weight)
    encoder, old = (next(each.prosody.text_encoder.parameters()) for each in (new, voice))
    assert encoder.equal(old)


def test_a_prosody_model_of_other_tables_is_refused(config, processor):
    with pytest.raises(ValueError, match="`num_speakers` is 5, but the voice's is 2.*train prosody"):
        bare = type(config)(**{**config.to_dict(), "text_encoder_config": None})
        TTSGanModel.from_pretrained_parts(bare, prosody=new_prosody(processor, num_speakers=5))


def test_two_text_encoders_are_refused(config, processor, prosody):
    with pytest.raises(ValueError, match="a voice reads with one"):
        TTSGanModel.from_pretrained_parts(config, acoustic=TTSGanModel(config), prosody=prosody)


def test_a_voice_without_its_text_encoder_is_smaller_and_speaks_from_phones(voice, processor):
    small = voice.without_text_encoder()
    assert small.prosody.text_encoder is None
    inputs = processor.without_text_tokenizer()(SENTENCES[0])
    full = voice.synthesize(**processor(SENTENCES[0]), use_text_encoder=False)
    assert small.eval().synthesize(**inputs).durations.equal(full.durations)


@pytest.mark.parametrize("text_encoder", [True, False])
def test_an_exported_voice_has_its_prosody(voice, processor, tmp_path, text_encoder):
    pytest.importorskip("onnxscript")
    export_onnx(voice, processor, tmp_path, text_encoder=text_encoder)
    found = measure_difference(voice, processor, tmp_path, SENTENCES[0])
    assert found.durations == 0 and found.f0_hz < 0.1


def test_it_begins_with_what_a_voice_knows(config, voice, processor):
    bare = TTSGanModel.from_pretrained_parts(acoustic=voice)
    bare.prosody = None
    taught = TTSGanProsodyModel.from_voice(bare.eval(), voice.prosody.text_encoder).eval()
    inputs = processor(SENTENCES, speaker="bob", language="zh")
    mask, condition, phones = bare.embed(inputs["input_ids"], inputs["attention_mask"], 1, None, 1)
    known = bare.acoustic.predict(bare.acoustic.encode(phones, mask, condition, None).prosody, mask)
    said = taught(**inputs, latent=torch.randn(len(SENTENCES), taught.config.latent_size)).prosody
    for name in FOUR:
        kept = inputs["attention_mask"].bool()
        assert getattr(said, name)[kept].allclose(getattr(known, name)[kept], atol=1e-5), name
    with pytest.raises(ValueError, match="has a prosody model"):
        TTSGanProsodyModel.from_voice(voice)


@pytest.mark.parametrize("name", ["speaker_id", "language_id"])
def test_unknown_speakers_and_languages_are_refused(prosody, processor, name):
    with pytest.raises(ValueError, match=f"`{name}` is .7., but this model knows 0 to 1"):
        prosody(**{**processor(SENTENCES[0]), name: 7})
