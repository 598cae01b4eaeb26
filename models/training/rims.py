"""How far the outlines of drawn shapes lie from smooth ones: the score of wobbling rims, in pixels of a 256 picture.

The area between a drawn outline and the nearest smooth one, over the outline's length, is their mean distance. Smooth
is the shape's own outline, moved, turned and stretched so that the area between becomes least.
"""

import math

import torch
from PIL import ImageDraw
from torch.nn import functional as F

import drawing
from images import to_image

SHAPES = ("circle", "sphere", "square", "triangle", "star", "heart", "cube")
COLOURS = ("red", "blue", "green", "purple")  # far from the white ground, in their lit and dark faces too
PROMPTS = tuple((shape, colour, f"a {colour} {shape}") for shape in SHAPES for colour in COLOURS)
WRONG_SHAPE = 0.15  # of the thing's area between the outlines: then another shape was drawn, which has no rim to measure


def coverage(picture: torch.Tensor) -> torch.Tensor:
    """One thing on a plain light ground: (3, S, S), signed -> how much of each pixel it covers, (S, S) in [0, 1]."""
    size = picture.shape[-1]
    border = torch.cat([picture[:, 0], picture[:, -1], picture[:, :, 0], picture[:, :, -1]], dim=1)
    ground = border.median(1).values[:, None, None]
    difference = (picture - ground).abs().amax(0)
    # The thing's own difference near each pixel: shaded faces differ from the ground by more or less.
    near = F.max_pool2d(difference[None, None], 9, 1, 4)[0, 0]
    cover = torch.where(near < 0.25, torch.zeros(()), difference / near.clamp_min(1e-3)).clamp(0, 1)
    # Highlights look like ground; but only ground that reaches the border is ground.
    mask = to_image((cover[None].expand(3, -1, -1) > 0.5).float() * 2 - 1)
    for corner in ((0, 0), (size - 1, 0), (0, size - 1), (size - 1, size - 1)):
        if mask.getpixel(corner) == (0, 0, 0):
            ImageDraw.floodfill(mask, corner, (255, 0, 0))
    red, green, _ = torch.frombuffer(bytearray(mask.tobytes()), dtype=torch.uint8).reshape(size, size, 3).unbind(2)
    outside = ((red == 255) & (green == 0)).float()[None, None]
    beside = (F.max_pool2d(outside, 3, 1, 1) + F.max_pool2d(-outside, 3, 1, 1))[0, 0] > 0  # next to the outline
    cover = torch.where(beside, cover, 1 - outside[0, 0])
    # Where the outline runs, not how soft it is: sharp at half coverage, four times finer than the pixels.
    fine = F.interpolate(cover[None, None], scale_factor=4, mode="bilinear", align_corners=False)
    return F.avg_pool2d((fine > 0.5).float(), 4)[0, 0]


def _outline(shape: str, numbers, size: int) -> torch.Tensor:
    """Coverage (size, size) of the shape at (x, y), half width, half height (scene coordinates) and turn."""
    x, y, across, down, turn = numbers
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    dx, dy = (axis - x)[None, :], (axis - y)[:, None]
    cosine, sine = math.cos(turn), math.sin(turn)
    u, v = (cosine * dx + sine * dy) / across, (cosine * dy - sine * dx) / down
    pixel = torch.full((1, 1, 1), 2 / size / math.sqrt(across * down))
    return drawing.SHAPES[shape](u[None], v[None], pixel, torch.ones(1, 3, 1, 1))[1][0]


def distance(picture: torch.Tensor, shape: str) -> float | None:
    """(3, S, S), signed -> mean distance in pixels, or None where the shape was not drawn."""
    drawn = coverage(picture)
    size = drawn.shape[-1]
    area = drawn.sum()
    if area < 0.01 * size * size:
        return None
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    best = [(drawn.sum(0) * axis).sum().item() / area.item(), (drawn.sum(1) * axis).sum().item() / area.item()]
    radius = math.sqrt(area.item() / _outline(shape, (0, 0, 1, 1, 0), size).sum().item())
    best += [radius, radius, 0.0]

    def between(numbers) -> float:
        return (drawn - _outline(shape, numbers, size)).abs().sum().item()

    # The shape's own centre is not its area's; every number is tried up and down by steps that halve.
    least, step = between(best), 0.12
    while step > 2e-4:
        improved = False
        for index in range(5):
            for sign in (1, -1):
                tried = list(best)
                tried[index] += sign * step
                if min(tried[2:4]) > 0.05 and (found := between(tried)) < least:
                    best, least, improved = tried, found, True
        if not improved:
            step /= 2
    if least > WRONG_SHAPE * area:
        return None
    smooth = _outline(shape, best, size)
    across, down = smooth[:, 1:] - smooth[:, :-1], smooth[1:] - smooth[:-1]
    length = torch.sqrt(across[:-1].square() + down[:, :-1].square()).sum().item()
    return least / length


def score(pictures: torch.Tensor, shapes) -> dict:
    """(B, 3, S, S) and the shape that each shows -> mean distance over those drawn, and their share."""
    found = [distance(picture, shape) for picture, shape in zip(pictures, shapes)]
    drawn = [value for value in found if value is not None]
    return {
        "rim error (pixels)": sum(drawn) / max(1, len(drawn)),
        "shapes with an outline to measure": len(drawn) / len(found),
    }
