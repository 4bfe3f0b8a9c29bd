"""What a VITS checkpoint brings: its tokenizer, its speakers, discriminators in the format of others."""

import builtins
import sys

import pytest
import torch
from helpers.vits import DISCRIMINATORS, letter_processor, letter_tokenizer, tiny_vits
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import VitsModel, set_seed

from transformers_tts_gan.models.vits import processor as processor_module
from transformers_tts_gan.models.vits.discriminators import published_discriminators
from transformers_tts_gan.models.vits.processor import VitsProcessor
from transformers_tts_gan.models.vits.speakers import with_speakers


def say(model: VitsModel, ids: torch.Tensor, **options) -> torch.Tensor:
    set_seed(0)
    with torch.no_grad():
        return model.eval()(ids, **options).waveform


def test_a_second_speaker_begins_with_the_voice_of_the_first(tmp_path):
    model, ids = tiny_vits(), torch.tensor([[2, 3, 4, 5]])
    grown = with_speakers(model, 2)
    before, after = say(model, ids), say(grown, ids, speaker_id=1)
    assert torch.allclose(before, after, atol=1e-6)
    grown.save_pretrained(tmp_path)
    again, info = VitsModel.from_pretrained(tmp_path, output_loading_info=True)
    assert again.config.num_speakers == 2 and not any(info.values())
    assert torch.equal(say(again, ids, speaker_id=1), after)


def test_each_new_layer_of_the_speakers_learns():
    grown = with_speakers(tiny_vits(), 2).eval()
    speaker = grown.embed_speaker(torch.tensor([1]))[..., None]
    latents = torch.randn(1, grown.config.flow_size, 6)
    posterior = grown.posterior_encoder(torch.rand(1, 129, 6), torch.ones(1, 1, 6), speaker)[0]
    durations = grown.duration_predictor(
        torch.randn(1, 16, 4), torch.ones(1, 1, 4), speaker, durations=torch.ones(1, 1, 4) * 2
    )
    flowed = grown.flow(latents, torch.ones(1, 1, 6), speaker)
    (posterior.sum() + flowed.square().sum() + durations.sum() + grown.decoder(latents, speaker).sum()).backward()
    layers = [module for name, module in grown.named_modules() if name.endswith(("cond", "cond_layer"))]
    assert len(layers) == 5
    for layer in layers:
        assert any(weight.grad.abs().max() > 0 for weight in layer.parameters())


def test_more_speakers_keep_those_that_are_there():
    model, ids = tiny_vits(num_speakers=2, speaker_embedding_size=4), torch.tensor([[2, 3, 4, 5]])
    grown = with_speakers(model, 3)
    assert with_speakers(model, 2) is model
    for speaker in (0, 1):
        assert torch.equal(say(model, ids, speaker_id=speaker), say(grown, ids, speaker_id=speaker))
    assert torch.allclose(grown.embed_speaker.weight[2], model.embed_speaker.weight.mean(0))


class PublishedScale(nn.Module):
    """The discriminator of the samples as HiFi-GAN describes it, written down once more for this test."""

    def __init__(self):
        super().__init__()
        layers = [nn.Conv1d(1, 8, 15, 1, 7), nn.Conv1d(8, 16, 41, 4, 20, groups=4)]
        layers += [nn.Conv1d(16, 16, 41, 4, 20, groups=16), nn.Conv1d(16, 16, 5, 1, 2)]
        self.convs, self.final_conv = nn.ModuleList(layers), nn.Conv1d(16, 1, 3, 1, 1)

    def forward(self, wave):
        hidden, maps = wave[:, None], []
        for layer in self.convs:
            hidden = nn.functional.leaky_relu(layer(hidden), 0.1)
            maps.append(hidden)
        return maps + [self.final_conv(hidden)]


class PublishedPeriod(nn.Module):
    def __init__(self, period):
        super().__init__()
        sizes = ((1, 4, 3), (4, 8, 3), (8, 8, 1))
        self.period = period
        self.convs = nn.ModuleList(nn.Conv2d(i, o, (5, 1), (stride, 1), (2, 0)) for i, o, stride in sizes)
        self.final_conv = nn.Conv2d(8, 1, (3, 1), 1, (1, 0))

    def forward(self, wave):
        wave = nn.functional.pad(wave[:, None], (0, -wave.shape[1] % self.period), "reflect")
        hidden, maps = wave.view(len(wave), 1, -1, self.period), []
        for layer in self.convs:
            hidden = nn.functional.leaky_relu(layer(hidden), 0.1)
            maps.append(hidden)
        return maps + [self.final_conv(hidden)]


def test_published_discriminators_judge_as_they_were_published(tmp_path):
    """Their file holds them under `discriminator.`, the one of the samples first."""
    torch.manual_seed(0)
    published = nn.ModuleList([PublishedScale(), PublishedPeriod(2), PublishedPeriod(3)])
    model = tiny_vits()
    model.config.update(
        {
            "discriminator_period_channels": [1, 4, 8],
            "discriminator_scale_channels": [1, *DISCRIMINATORS["scale_channels"]],
            "discriminator_periods": [2, 3],
            "discriminator_stride": 3,
        }
    )
    model.save_pretrained(tmp_path)
    assert published_discriminators(str(tmp_path)) is None
    file = tmp_path / "model.safetensors"
    inside = {f"discriminator.discriminators.{name}": weight for name, weight in published.state_dict().items()}
    save_file(load_file(file) | inside, file, metadata={"format": "pt"})
    found, wave = published_discriminators(str(tmp_path)).eval(), torch.randn(2, 301)
    logits, features = found(wave)
    expected = [published[1](wave), published[2](wave), published[0](wave)]
    assert [len(maps) for maps in features] == [len(maps) for maps in expected] == [4, 4, 5]
    for maps, others, last in zip(features, expected, logits, strict=True):
        for ours, theirs in zip(maps, others, strict=True):
            assert ours.abs().mean().item() == pytest.approx(theirs.abs().mean().item(), rel=1e-5)
        assert last.mean().item() == pytest.approx(others[-1].mean().item(), rel=1e-5)
    bad = {name: weight for name, weight in inside.items() if "final_conv" not in name}
    save_file(bad, file, metadata={"format": "pt"})
    with pytest.raises(ValueError, match="are not those of VITS"):
        published_discriminators(str(tmp_path))


def test_the_names_of_speakers_travel_with_the_stock_tokenizer(tmp_path):
    processor = letter_processor(tmp_path / "first", speakers=["ann", "bob"], languages=["de"])
    processor.save_pretrained(tmp_path / "saved")
    again = VitsProcessor.from_pretrained(tmp_path / "saved")
    assert again.speakers == ["ann", "bob"] and again.languages == ["de"]
    inputs = again(["Guten Tag.", "Ja!"], speaker="bob")
    assert inputs["speaker_id"].tolist() == [1, 1]
    assert inputs["attention_mask"].sum(1).tolist() == [9, 2]
    expected = again.tokenizer("Guten Tag.")["input_ids"]
    assert inputs["input_ids"][0].tolist() == expected


def test_texts_that_cannot_be_said_are_refused(tmp_path):
    processor = letter_processor(tmp_path)
    with pytest.raises(ValueError, match="knows no letter of `1, 2`"):
        processor.encode("1, 2")
    with pytest.raises(ValueError, match="no speaker `eve`"):
        processor.encode("Hello", speaker="eve")
    assert processor.unknown_letters(["Übel", "über 1"]) == {"ü": 2, "1": 1}


def test_another_alphabet_is_romanized_as_the_stock_tokenizer_does_it(tmp_path):
    pytest.importorskip("uroman", reason="romanizes")
    tokenizer = letter_tokenizer(tmp_path, is_uroman=True, add_blank=True)
    processor = VitsProcessor(tokenizer)
    for text in ("Привет, мир!", "नमस्ते", "Hello"):
        assert processor.encode(text)["input_ids"] == tokenizer(text)["input_ids"]


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    """Transformers only warns, and then drops all letters."""
    plain = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] in ("uroman", "phonemizer"):
            raise ImportError(f"no {name}", name=name)
        return plain(name, *args, **kwargs)

    for name in ("uroman", "phonemizer"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", without)
    processor_module.romanizer.cache_clear()
    processor = letter_processor(tmp_path, tokenizer_options={"is_uroman": True})
    assert processor.encode("hello")["input_ids"]
    with pytest.raises(ImportError, match=r"`is_uroman` is true.*needs `uroman`.*transformers-tts-gan\[vits\]"):
        processor.encode("привет")
    with pytest.raises(ImportError, match=r"`phonemize` is true.*needs `phonemizer`.*\[espeak\]"):
        letter_processor(tmp_path, tokenizer_options={"phonemize": True})
