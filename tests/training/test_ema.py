"""The average of a voice's weights: what it holds, when it is in the model, and that the model gets its own back."""

import pytest
import torch
from torch import nn

from transformers_tts_gan.training.ema import WeightAverage


def model_at(value: float) -> nn.Module:
    model = nn.Linear(3, 2)
    put(model, value)
    return model


def put(model: nn.Module, value: float):
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(value)


def test_the_average_reaches_back_over_a_ninth_of_the_steps():
    """A fixed decay would keep the weights that knew nothing in the average of a short run."""
    model = model_at(0.0)
    average, expected = WeightAverage(model, 0.999), 0.0
    for step in range(1, 40):
        put(model, step)
        average.update()
        expected += (1 - (1 + step) / (10 + step)) * (step - expected)
    assert average.averages["weight"][0, 0].item() == pytest.approx(expected, rel=1e-5)
    assert 39 - expected < 39 / 5


def test_the_decay_never_passes_its_limit():
    model = model_at(0.0)
    average = WeightAverage(model, 0.5)
    average.updates = 10**6
    put(model, 1.0)
    average.update()
    assert torch.equal(average.averages["weight"], torch.full((2, 3), 0.5))


def test_the_model_gets_its_own_weights_back_whatever_happens_inside():
    model = model_at(1.0)
    average = WeightAverage(model, 0.9)
    put(model, 2.0)
    own = average.copy_of_weights()
    with pytest.raises(RuntimeError), average.in_model():
        assert torch.equal(model.weight, average.averages["weight"])
        with average.in_model():  # an evaluation within an evaluation
            assert torch.equal(model.weight, average.averages["weight"])
        assert torch.equal(model.weight, average.averages["weight"])
        raise RuntimeError
    assert torch.equal(model.weight, own["weight"])
    average.update()
    assert not torch.equal(model.weight, average.averages["weight"])


def test_frozen_weights_are_not_averaged():
    model = model_at(1.0)
    model.bias.requires_grad_(False)
    assert list(WeightAverage(model, 0.9).averages) == ["weight"]


def test_an_average_goes_on_from_where_it_was():
    start = {"weight": torch.full((2, 3), 5.0)}
    average = WeightAverage(model_at(1.0), 0.9, start)
    assert torch.equal(average.averages["weight"], start["weight"])
    assert torch.equal(average.averages["bias"], torch.ones(2))
