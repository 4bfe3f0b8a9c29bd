"""The optimizers of both sides: the generator's in groups with learning rates of their own, the discriminators'."""

import torch
from torch import nn
from transformers import TrainingArguments

from .arguments import TTSGanTrainingArguments


def generator_groups(
    model: nn.Module, args: TrainingArguments, ratios: dict[str, float], decaying: set[str]
) -> list[dict]:
    """Parameter groups of the generator, each with its learning rate and weight decay.

    Args:
        model: The generator.
        args: The learning rate and the weight decay.
        ratios: Multiples of the learning rate by the first part of a weight's name.
        decaying: Names of the parameters that decay.
    """
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            ratio = ratios.get(name.split(".")[0], 1.0)
            groups.setdefault((ratio, name in decaying), []).append(parameter)
    return [
        {
            "params": parameters,
            "lr": args.learning_rate * ratio,
            "weight_decay": args.weight_decay if decays else 0.0,
        }
        for (ratio, decays), parameters in sorted(groups.items(), key=lambda group: group[0], reverse=True)
    ]


def discriminator_optimizer(discriminator: nn.Module, args: TTSGanTrainingArguments) -> torch.optim.AdamW:
    """AdamW of all discriminators, with the betas of the generator."""
    betas, peak = (args.adam_beta1, args.adam_beta2), args.discriminator_learning_rate
    return torch.optim.AdamW(discriminator.parameters(), peak, betas, args.adam_epsilon)
