"""Tests of the rim score on outlines whose distance is known; part of runs/smoke.sh."""

import math
import unittest

import torch

import rims
import scenes

SIZE = 256


def wobbling_circle(pixels: float, waves: int = 9) -> torch.Tensor:
    """A red disc whose radius swings by `pixels`, on white: (3, SIZE, SIZE), signed."""
    axis = torch.arange(SIZE) + 0.5 - SIZE / 2
    x, y = axis[None, :], axis[:, None]
    radius = 70 + pixels * torch.sin(waves * torch.atan2(y, x))
    cover = (0.5 + radius - (x * x + y * y).sqrt()).clamp(0, 1)
    red, white = torch.tensor([0.87, 0.15, 0.15])[:, None, None], torch.ones(3, 1, 1)
    return (white + (red - white) * cover) * 2 - 1


class Distance(unittest.TestCase):
    def test_of_a_rendering_is_next_to_nothing(self):
        things = [("star", scenes.COLOURS["blue"], 0.1, -0.1, 0.5, 0.2)]
        picture = scenes.render([scenes.Placed(things, (1.0, 1.0, 1.0))], SIZE)[0]
        self.assertLess(rims.distance(picture, "star"), 0.1)

    def test_of_a_wave_is_its_mean_height(self):
        for pixels in (1.0, 3.0):
            expected = pixels * 2 / math.pi  # the mean of |sine|
            self.assertAlmostEqual(rims.distance(wobbling_circle(pixels), "circle"), expected, delta=0.12 * expected)

    def test_stretched_and_moved_is_still_smooth(self):
        picture = wobbling_circle(0.0)[:, :, 20:-20]
        picture = torch.nn.functional.interpolate(picture[None], size=(SIZE, SIZE), mode="bilinear", align_corners=False)
        self.assertLess(rims.distance(picture[0], "circle"), 0.15)

    def test_of_another_shape_is_not_measured(self):
        self.assertIsNone(rims.distance(wobbling_circle(0.0), "star"))

    def test_of_an_empty_picture_is_not_measured(self):
        self.assertIsNone(rims.distance(torch.ones(3, SIZE, SIZE), "circle"))


if __name__ == "__main__":
    unittest.main()
