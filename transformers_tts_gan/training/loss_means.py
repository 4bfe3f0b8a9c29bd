"""The means of all losses since the last log, which a checkpoint keeps so that a resumed run logs the same numbers."""

import torch

from .distributed import mean_over_processes


class LossMeans:
    """Sums of named numbers and how often each was added."""

    def __init__(self):
        self._sums: dict[str, tuple[torch.Tensor, int]] = {}

    def add(self, name: str, value: torch.Tensor):
        """Count `value`, a scalar, into the mean of `name`."""
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = (total + value.detach().float(), count + 1)

    def take(self, device: torch.device) -> dict[str, float]:
        """The means over all processes, rounded for the log; counting begins anew. All processes must call it."""
        means = {name: total / count for name, (total, count) in self._sums.items()}
        self._sums = {}
        found = mean_over_processes(means, device) if means else {}
        return {name: round(found[name], 4) for name in means}

    def state_dict(self) -> dict[str, tuple[torch.Tensor, int]]:
        return self._sums

    def load_state_dict(self, state: dict[str, tuple[torch.Tensor, int]], device: torch.device):
        self._sums = {name: (total.to(device), count) for name, (total, count) in state.items()}
