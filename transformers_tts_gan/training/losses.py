"""The losses of training, pure functions with their sources; the alignment's own are in `models/aligner.py`."""

import torch
import torch.nn.functional as F


def discriminator_hinge_loss(real: list[torch.Tensor], fake: list[torch.Tensor]) -> torch.Tensor:
    """Real above 1, fake below -1, mean over discriminators (Lim and Ye, 2017, arXiv:1705.02894; as in Vocos, 3.4)."""
    losses = [F.relu(1 - r.float()).mean() + F.relu(1 + f.float()).mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(losses).mean()


def generator_hinge_loss(fake: list[torch.Tensor]) -> torch.Tensor:
    """Fake above 1, mean over sub-discriminators; past that it is flat."""
    return torch.stack([F.relu(1 - f.float()).mean() for f in fake]).mean()


def discriminator_least_squares_loss(real: list[torch.Tensor], fake: list[torch.Tensor]) -> torch.Tensor:
    """Real to 1, fake to 0, mean over discriminators (Mao et al., 2017, LSGAN, arXiv:1611.04076, equation 9)."""
    losses = [(1 - r.float()).square().mean() + f.float().square().mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(losses).mean()


def generator_least_squares_loss(fake: list[torch.Tensor]) -> torch.Tensor:
    """Fake to 1, mean over discriminators; unlike the hinge loss it never saturates."""
    return torch.stack([(1 - f.float()).square().mean() for f in fake]).mean()


GAN_LOSSES = {  # by the argument `gan_loss`: of the discriminators and of the generator
    "hinge": (discriminator_hinge_loss, generator_hinge_loss),
    "least_squares": (discriminator_least_squares_loss, generator_least_squares_loss),
}


def feature_matching_loss(real: list[list[torch.Tensor]], fake: list[list[torch.Tensor]]) -> torch.Tensor:
    """Mean absolute difference of the feature maps (Kumar et al., 2019, MelGAN, arXiv:1910.06711, section 2.3)."""
    losses = [
        F.l1_loss(f.float(), r.float().detach())
        for rs, fs in zip(real, fake, strict=True)
        for r, f in zip(rs, fs, strict=True)
    ]
    return torch.stack(losses).mean()
