"""Random numbers of a batch depend on its place only."""

import random

import numpy as np
import torch

from transformers_tts_gan.training.seeding import isolated_rng, random_state, seed_for_batch, set_random_state


def draw() -> tuple:
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def test_a_batch_draws_the_same_whatever_was_drawn_before():
    seed_for_batch(1, 20, 0, 0)
    first = torch.rand(3)
    torch.rand(100)
    seed_for_batch(1, 20, 0, 0)
    assert torch.equal(torch.rand(3), first)


def test_every_place_draws_something_else():
    places = [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 1, 0), (0, 10, 1, 0)]
    drawn = [seed_for_batch(*place) or float(torch.rand(())) for place in places]
    assert len(set(drawn)) == len(places)


def test_what_is_drawn_aside_is_repeatable_and_changes_nothing():
    before = random_state()
    expected = draw()
    set_random_state(before)
    with isolated_rng(7):
        first = draw()
    with isolated_rng(7):
        assert draw() == first
    assert draw() == expected
