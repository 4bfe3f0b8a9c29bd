"""Random numbers that depend on the seed and the place in the training, and on nothing that happened before.

Which pieces a step cuts out and what dropout leaves out is drawn from a generator seeded anew for each batch, by the
seed, the step, the batch's place in the step and the process. So evaluation, callbacks and workers cannot change the
training, and a resumed run draws what it would have drawn.
"""

import contextlib
import random

import numpy as np
import torch


def seed_for_batch(seed: int, step: int, position: int, process: int):
    """Seed torch's generators, of the CPU and of all devices, for one batch."""
    mixed = np.random.SeedSequence((seed, step, position, process)).generate_state(1, np.uint64)[0]
    torch.manual_seed(int(mixed >> np.uint64(1)))


def random_state() -> dict:
    """The state of the generators of Python, numpy, torch and all devices."""
    state = {"python": random.getstate(), "numpy": np.random.get_state(), "torch": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def set_random_state(state: dict):
    """Go back to a state that `random_state` returned."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    if "cuda" in state:
        torch.cuda.set_rng_state_all(state["cuda"])


@contextlib.contextmanager
def isolated_rng(seed: int):
    """Random numbers from `seed` inside, and those that would have come without it after it."""
    state = random_state()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    try:
        yield
    finally:
        set_random_state(state)
