"""Weights stored as 8 bit integers speak, train and are saved as those of any other file."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, pipeline

from transformers_tts_gan import TTSGanModel, TTSGanVocoder
from transformers_tts_gan.models.compression import KEY, SCALE, compress, compress_file, expand


@pytest.fixture(scope="module")
def compressed(voice_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compressed") / "voice"
    shutil.copytree(voice_folder, folder)
    compress_file(folder / "model.safetensors")
    return folder


def test_each_value_is_off_by_half_a_step_of_its_row_at_most():
    """And the rows of a matrix have steps of their own: one large row makes no other one coarse."""
    torch.manual_seed(0)
    matrix = torch.randn(9, 10, 7) * torch.logspace(-4, 3, 9)[:, None, None]
    weights = {"matrix": matrix, "depthwise": torch.randn(9, 1, 7), "bias": torch.randn(9), "count": torch.tensor(3)}
    stored = compress(weights)
    assert {name: value.dtype for name, value in stored.items()} == {
        "matrix": torch.int8,
        f"matrix{SCALE}": torch.float16,
        "depthwise": torch.float16,
        "bias": torch.float16,
        "count": torch.int64,
    }
    read = expand(stored)
    assert read.keys() == weights.keys() and {value.dtype for value in read.values()} == {torch.float32, torch.int64}
    step = stored[f"matrix{SCALE}"].float()
    assert ((read["matrix"] - matrix).abs().amax(dim=(1, 2)) <= 0.501 * step).all()
    largest = matrix.abs().amax(dim=(1, 2))[2:]  # smaller ones have steps that float16 rounds coarsely
    assert (step[2:] <= 1.002 * largest / 127).all()
    for name in ("depthwise", "bias"):
        torch.testing.assert_close(read[name], weights[name], atol=1e-3, rtol=1e-3)


def test_what_is_stored_again_stays_as_it_was():
    torch.manual_seed(0)
    stored = compress({"matrix": torch.randn(64, 96) * torch.logspace(-9, 3, 64)[:, None], "bias": torch.randn(9)})
    again = compress(expand(stored))
    assert again.keys() == stored.keys() and all(again[name].equal(value) for name, value in stored.items())


def test_a_row_of_zeros_stays_and_what_is_not_finite_is_refused():
    assert not expand(compress({"weight": torch.zeros(2, 64)}))["weight"].any()
    with pytest.raises(ValueError, match="`weight` has values that are not finite"):
        compress({"weight": torch.full((2, 64), torch.inf)})


def test_every_way_of_loading_reads_it(compressed, voice_folder, voice, inputs):
    model = TTSGanModel.from_pretrained(compressed, max_phones=77)
    assert model.config.max_phones == 77 and model.config.name_or_path == str(compressed)
    exact = dict(TTSGanModel.from_pretrained(voice_folder).named_parameters())
    for name, weight in model.named_parameters():
        difference = (weight - exact[name]).norm() / exact[name].norm().clamp(min=1e-3)
        assert weight.dtype == torch.float32 and difference < 0.02, name
    for other in (AutoModel.from_pretrained(compressed), pipeline("text-to-speech", model=str(compressed)).model):
        assert all(weight.equal(other.get_parameter(name)) for name, weight in model.named_parameters())
    vocoder = TTSGanVocoder.from_pretrained(compressed)
    assert all(weight.equal(model.vocoder.get_parameter(name)) for name, weight in vocoder.named_parameters())
    assert TTSGanModel.from_pretrained(compressed, dtype=torch.float16).dtype == torch.float16
    with torch.no_grad():
        expected = voice(**inputs)
        log_mel = model(**inputs, durations=expected.durations).log_mel
    assert (log_mel - expected.log_mel).abs().mean() < 0.02 * expected.log_mel.std()


def test_it_is_smaller_and_is_saved_as_floats_again(compressed, voice_folder, tmp_path):
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (compressed, voice_folder)]
    assert sizes[0] < 0.5 * sizes[1]
    model = TTSGanModel.from_pretrained(compressed)
    model.save_pretrained(tmp_path)
    saved = load_file(tmp_path / "model.safetensors")
    assert all(weight.equal(saved[name]) for name, weight in model.named_parameters())
    again = TTSGanModel.from_pretrained(tmp_path)
    assert all(weight.equal(again.get_parameter(name)) for name, weight in model.named_parameters())


def test_a_damaged_file_is_refused_with_the_name_of_the_matrix(compressed, tmp_path):
    shutil.copytree(compressed, tmp_path / "voice")
    file = tmp_path / "voice" / "model.safetensors"
    weights, name = load_file(file), "vocoder.head.weight"
    whole = weights.copy()
    for scale in (None, weights[name + SCALE][1:].clone()):
        weights = {key: value for key, value in whole.items() if key != name + SCALE}
        weights |= {} if scale is None else {name + SCALE: scale}
        save_file(weights, file, metadata={"format": "pt", KEY: "int8"})
        with pytest.raises(ValueError, match=f"`{name}` is stored as {5 * 513} rows of 8 bit integers"):
            TTSGanModel.from_pretrained(tmp_path / "voice")
    del whole[name], whole[name + SCALE]
    save_file(whole, file, metadata={"format": "pt", KEY: "int8"})
    with pytest.raises(ValueError, match=f"lacks 1 weights of `TTSGanModel`: `{name}`"):
        TTSGanModel.from_pretrained(tmp_path / "voice")
    save_file(whole, file, metadata={"format": "pt", KEY: "int3"})
    with pytest.raises(ValueError, match="have the compression `int3`, but this version of the package reads `int8`"):
        TTSGanModel.from_pretrained(tmp_path / "voice")


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", None])
def test_a_file_that_is_not_whole_is_named(compressed, tmp_path, content):
    """Cut short, or the pointer that Git LFS leaves in a clone without it."""
    shutil.copytree(compressed, tmp_path / "voice")
    file = tmp_path / "voice" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100] if content is None else content)
    with pytest.raises(ValueError, match=r"model.safetensors` is damaged or no safetensors file"):
        TTSGanModel.from_pretrained(tmp_path / "voice")


def test_integers_without_the_metadata_are_no_weights(compressed, tmp_path):
    """A tool that writes the file anew drops the metadata: the integers would be spoken as they are."""
    shutil.copytree(compressed, tmp_path / "voice")
    file = tmp_path / "voice" / "model.safetensors"
    save_file(load_file(file), file, metadata={"format": "pt"})
    for model in (TTSGanModel, TTSGanVocoder):
        with pytest.raises(ValueError, match="holds scales of `acoustic.* but its metadata has no `compression`"):
            model.from_pretrained(tmp_path / "voice")


def test_numbers_that_are_no_matrix_are_refused():
    for value, scale in ((torch.ones(3, 16), torch.tensor(1.0)), (torch.tensor(3), torch.ones(1))):
        with pytest.raises(ValueError, match="`w` is stored as . rows of 8 bit integers, but the file has 1 scales"):
            expand({"w": value.to(torch.int8), f"w{SCALE}": scale.half()})


def test_weights_of_other_shapes_are_refused_with_a_name(compressed, voice_folder, tmp_path):
    """Compressed or not; who asks for it gets new weights in their place, as of any model of Transformers."""
    for number, folder in enumerate((compressed, voice_folder)):
        target = tmp_path / str(number)
        shutil.copytree(folder, target)
        file, name = target / "model.safetensors", "vocoder.embed.weight"
        weights, metadata = load_file(file), {"format": "pt"} | ({KEY: "int8"} if folder == compressed else {})
        weights[name] = weights[name][:, :-3].contiguous()
        save_file(weights, file, metadata=metadata)
        for model in (TTSGanModel, TTSGanVocoder):
            with pytest.raises(ValueError, match="1 weights of other shapes than its `config.json` asks for"):
                model.from_pretrained(target)
        assert TTSGanModel.from_pretrained(target, ignore_mismatched_sizes=True).vocoder.embed.weight.shape[1] == 40
