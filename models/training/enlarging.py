"""What enters an upsampler, in training and in use."""

import torch
from torch.nn import functional as F

import config

PREDICTION = config.SUPER_RES_SCHEDULER["prediction_type"]
FACTOR = 4


def enlarge(low, size: int):
    """Antialiased bicubic (a = -0.5), as in front of the upsamplers at inference."""
    return F.interpolate(low, size=(size, size), mode="bicubic", align_corners=False, antialias=True)


def network_input(noisy, low, unshuffle: int):
    """noisy (B, 3, H, W), low (B, 3, H/4, W/4) -> (B, 6 p^2, H/p, W/p)."""
    enlarged = enlarge(low, noisy.shape[-1])
    return torch.cat([F.pixel_unshuffle(part, unshuffle) for part in (noisy, enlarged)], dim=1)
