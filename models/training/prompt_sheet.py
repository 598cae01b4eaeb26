"""Draws the same thirty prompts at 256 pixels, to compare one model with the next: prompt_sheet.py FILE.webp

Prior, twelve decoder steps, first upsampler, seed 0, with the newest weights (an empty TRAINING_WORK: the shipped ones).
The prompts stay as they are, also those that a model cannot draw.
"""

import sys
from pathlib import Path

import torch

from images import sheet
from pipeline import Pipeline

PROMPTS = (
    "a red cube on top of a blue cube",
    "a dog wearing a party hat",
    "an avocado",
    "a sign that says hello",
    "a corgi wearing a party hat",
    "a fox",
    "a cat in the snow",
    "a panda wearing a top hat",
    "a lion wearing a crown",
    "a robot",
    "an elephant in a meadow",
    "a butterfly on a pink background",
    "an apple",
    "a strawberry on a blue background",
    "a birthday cake",
    "a sunflower in a meadow",
    "a cactus on a beach",
    "a red car",
    "a rocket under a night sky",
    "a sailboat on a beach",
    "a house in the snow",
    "a light bulb on a black background",
    "a chair",
    "a guitar",
    "a purple heart",
    "a yellow star on a black background",
    "three green spheres",
    "a pencil sketch of a rabbit",
    "pixel art of a mushroom",
    "a sign that says open",
)


def main():
    torch.set_num_threads(1)
    pipeline = Pipeline()
    rows = []
    for first in range(0, len(PROMPTS), 10):
        prompts = list(PROMPTS[first : first + 10])
        pictures = pipeline.enlarge(pipeline.decode(pipeline.embeddings(prompts, 0), 0), 0)
        rows += [(prompt, [picture]) for prompt, picture in zip(prompts, pictures)]
    sheet(rows, Path(sys.argv[1]), 256, per_line=6, quality=75, method=6)


if __name__ == "__main__":
    main()
