"""A moving average of the voice's weights: what is evaluated and published, while training goes on with its own.

The average of the last steps is smoother than any of them (Polyak and Juditsky, 1992; Yazıcı et al., 2019,
arXiv:1806.04498, for GANs, whose voice and discriminators keep circling). At update `n` the decay is
`min(decay, (1 + n) / (10 + n))`, so that the average reaches back over the last ninth of the steps so far, and never
further than `1 / (1 - decay)` steps: a run of 500 steps is not dragged back to weights that knew nothing.
"""

import contextlib

import torch
from torch import nn


class WeightAverage:
    """The average of the trainable weights of `model`.

    Args:
        model: Its weights are averaged, in their own type; buffers and frozen weights are what they are.
        decay: How much of the average each update keeps, once it is warm.
        start: Averages by name to go on from; of the model's weights where left out.
    """

    def __init__(self, model: nn.Module, decay: float, start: dict[str, torch.Tensor] | None = None):
        self.decay, self.updates, self._in_model = decay, 0, False
        self.weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        start = start or {}
        self.averages = {
            name: start.get(name, weight).detach().to(weight.device, weight.dtype, copy=True)
            for name, weight in self.weights.items()
        }

    @torch.no_grad()
    def update(self):
        """Take the weights after a step into the average."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        weights = [weight.detach() for weight in self.weights.values()]
        torch._foreach_lerp_(list(self.averages.values()), weights, 1 - decay)

    @contextlib.contextmanager
    def in_model(self):
        """The model has the averaged weights inside, and its own again after it."""
        if self._in_model:
            yield
            return
        own = self.copy_of_weights()
        self._in_model = True
        try:
            self._put(self.averages)
            yield
        finally:
            self._put(own)
            self._in_model = False

    def copy_of_weights(self) -> dict[str, torch.Tensor]:
        """The model's own weights by name, apart from the model."""
        return {name: weight.detach().clone() for name, weight in self.weights.items()}

    @torch.no_grad()
    def _put(self, values: dict[str, torch.Tensor]):
        for name, weight in self.weights.items():
            weight.copy_(values[name])
