"""Starting again as if nothing had been trained yet: a smaller batch after a full memory, the trials of a search."""

import copy

from torch import nn

from .seeding import random_state, set_random_state


class Beginning:
    """What a training began with: the weights of both sides and the random state.

    Args:
        modules: The generator and the discriminators.
    """

    def __init__(self, *modules: nn.Module):
        self._weights = [copy.deepcopy(module.state_dict()) for module in modules]
        self._randomness = random_state()

    def restore(self, *modules: nn.Module):
        """Give the same modules what they had; their gradients are dropped."""
        for module, weights in zip(modules, self._weights, strict=True):
            module.load_state_dict(weights)
            module.zero_grad()
        set_random_state(self._randomness)
