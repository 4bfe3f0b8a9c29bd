"""How likely the stochastic duration predictor of a `VitsModel` finds durations (VITS, section 2.2.2).

Transformers has this direction, too, but never used it: there the halves are swapped once more, after the first flow,
than they are on the way back, so that a predictor trained by it would speak with other durations than it learned. Its
layers are called here in the order in which the stock model runs them backward to speak; the way back leaves out the
first convolutional flow, which changes nothing of the durations.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


LOG_2_PI = math.log(2 * math.pi)


def negative_duration_bound(
    predictor: nn.Module,
    hidden: torch.Tensor,
    mask: torch.Tensor,
    speaker: torch.Tensor | None,
    durations: torch.Tensor,
) -> torch.Tensor:
    """An upper bound `(B,)` of the negative log-likelihood of the durations, by one draw of `u` and `v` (equation 7).

    Args:
        predictor: The `VitsStochasticDurationPredictor`.
        hidden: `(B, H, T)` states of the text, which are not trained by this.
        mask: `(B, 1, T)`.
        speaker: `(B, E, 1)`, which is not trained by this either.
        durations: `(B, 1, T)` frames.
    """
    hidden = predictor.conv_pre(hidden.detach())
    if speaker is not None:
        hidden = hidden + predictor.cond(speaker.detach())
    hidden = predictor.conv_proj(predictor.conv_dds(hidden, mask)) * mask  # (B, H, T)
    guide = predictor.post_conv_dds(predictor.post_conv_pre(durations), mask)
    guide = predictor.post_conv_proj(guide) * mask
    noise = torch.randn(len(durations), 2, durations.shape[2]).to(hidden) * mask  # (B, 2, T)
    drawn, log_det = run_flows(predictor.post_flows, noise, mask, hidden + guide)
    u, v = drawn.split(1, dim=1)
    log_det = log_det + ((F.logsigmoid(u) + F.logsigmoid(-u)) * mask).sum((1, 2))
    log_q = (-0.5 * (LOG_2_PI + noise.square()) * mask).sum((1, 2)) - log_det
    rest = ((durations - u.sigmoid()) * mask).clamp(min=1e-5).log() * mask
    latent, log_det = run_flows(predictor.flows, torch.cat([rest, v], dim=1), mask, hidden)
    log_p = (-0.5 * (LOG_2_PI + latent.square()) * mask).sum((1, 2)) + log_det - rest.sum((1, 2))
    return log_q - log_p


def run_flows(
    flows: nn.ModuleList, value: torch.Tensor, mask: torch.Tensor, condition: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """`(B, 2, T)` through an affine flow and then convolutional ones, each followed by a swap of the two halves.

    Returns what comes out, and the logarithm of the determinant `(B,)`.
    """
    affine, *others = flows
    value, log_det = affine(value, mask)
    for flow in others:
        value, more = flow(value, mask, global_conditioning=condition)
        value, log_det = value.flip(1), log_det + more
    return value, log_det
