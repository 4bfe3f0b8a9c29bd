"""The losses of VITS's variational part (Kim et al., 2021, arXiv:2106.06103, section 2.1), and its alignment.

Latents and their statistics are `(B, C, F)`, those of the text `(B, C, T)`; masks are 1 inside and 0 past the end.
"""

import math

import torch

from ..aligner import viterbi_durations
from ..layers import length_mask


@torch.no_grad()
def align(
    latents: torch.Tensor,
    means: torch.Tensor,
    log_scales: torch.Tensor,
    tokens: torch.Tensor,
    frames: torch.Tensor,
) -> torch.Tensor:
    """Durations `(B, T)` in frames of the path that makes the latents likeliest under the prior (equations 5 and 6).

    Args:
        latents: `(B, C, F)` after the flow.
        means: `(B, C, T)` of the prior.
        log_scales: `(B, C, T)` of the prior.
        tokens: `(B,)` numbers of tokens.
        frames: `(B,)` numbers of frames.
    """
    with torch.autocast(latents.device.type, enabled=False):
        latents, means, log_scales = latents.float(), means.float(), log_scales.float()
        precision = torch.exp(-2 * log_scales)
        constant = (-0.5 * math.log(2 * math.pi) - log_scales - 0.5 * means.square() * precision).sum(1)  # (B, T)
        latents = latents.transpose(1, 2)  # (B, F, C)
        scores = constant[:, None] + latents @ (means * precision) - 0.5 * latents.square() @ precision  # (B, F, T)
        inside = length_mask(tokens, scores.shape[2])  # (B, T)
        scores = scores.masked_fill(~inside[:, None], -math.inf)
        # What a frame has in common with all tokens moves no path, and small numbers add up more exactly.
        return viterbi_durations(scores - scores.amax(2, keepdim=True), tokens, frames)


def kl_loss(
    latents: torch.Tensor,
    posterior_log_scales: torch.Tensor,
    prior_means: torch.Tensor,
    prior_log_scales: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """Distance of the posterior from the prior (equation 4), per frame; the prior is spread over the frames.

    Args:
        latents: `(B, C, F)` after the flow, a draw of the posterior.
        posterior_log_scales: `(B, C, F)`.
        prior_means: `(B, C, F)`.
        prior_log_scales: `(B, C, F)`.
        mask: `(B, 1, F)`.
    """
    with torch.autocast(latents.device.type, enabled=False):
        prior_log_scales = prior_log_scales.float()
        distance = 0.5 * (latents.float() - prior_means.float()).square() * torch.exp(-2 * prior_log_scales)
        divergence = prior_log_scales - posterior_log_scales.float() - 0.5 + distance
        return (divergence * mask).sum() / mask.sum()
