"""The judge: a small classifier of renderings that scores generated pictures. Never shipped, never trained on
generated pictures, and drawn from other seeds than the stages it judges."""

import torch
from torch import nn
from torch.nn import functional as F

import config
import scenes

COUNTS = (1, 2, 3)
RELATIONS = tuple(scenes.RELATION_WEIGHTS)
LABELS = len(scenes.SHAPE_NAMES) + len(scenes.COLOURS)  # present or not, one yes-or-no question each


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [3 * 16, 64, 128, 192]  # unshuffled by 4, so that the first grid is 16 x 16
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, width, 3, padding=1) for before, width in zip(widths, widths[1:])
        )
        self.deeper = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in widths[1:])
        self.hidden = nn.Linear(192 * 16, 256)
        self.head = nn.Linear(256, LABELS + len(COUNTS) + len(RELATIONS))

    def forward(self, pictures):
        """(B, 3, 64, 64), signed range -> presence logits (B, LABELS), count logits (B, 3), relation logits."""
        x = F.pixel_unshuffle(pictures, 4).to(self.head.weight.dtype)
        for level, (convolution, deeper) in enumerate(zip(self.convolutions, self.deeper)):
            if level:
                x = F.max_pool2d(x, 2)
            x = F.relu(convolution(x))
            x = x + F.relu(deeper(x))
        x = F.relu(self.hidden(x.reshape(len(x), -1)))
        return self.head(x).float().split([LABELS, len(COUNTS), len(RELATIONS)], dim=1)


def labels(drawn: list[scenes.Scene]):
    """-> presence (B, LABELS), count index (B), relation index (B)."""
    names = [*scenes.SHAPE_NAMES, *scenes.COLOURS]
    presence = torch.zeros(len(drawn), LABELS)
    for row, scene in enumerate(drawn):
        for thing in scene.things:
            presence[row, names.index(thing.shape)] = 1
            presence[row, len(scenes.SHAPE_NAMES) + list(scenes.COLOURS).index(thing.colour)] = 1
    count = torch.tensor([len(scene.things) - 1 for scene in drawn])
    return presence, count, torch.tensor([RELATIONS.index(scene.relation) for scene in drawn])


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.judge = Judge().to(device)
        self.modules = {"judge": self.judge}
        self.batch, self.device = settings["batch"], device
        self.source = scenes.SceneSource(seed + 7_777_777, config.WORLD)

    def loss(self):
        drawn = self.source.scenes(self.batch)
        pictures = scenes.render(self.source.place(drawn), config.BASE_SIZE, self.device)
        pictures = pictures + torch.rand(self.batch, 1, 1, 1, device=self.device) * 0.1 * torch.randn_like(pictures)
        presence, count, relation = (part.to(self.device) for part in labels(drawn))
        said_presence, said_count, said_relation = self.judge(pictures)
        loss = 5 * F.binary_cross_entropy_with_logits(said_presence, presence)
        loss = loss + F.cross_entropy(said_count, count) + F.cross_entropy(said_relation, relation)
        right = ((said_presence > 0) == (presence > 0.5)).all(1).float().mean()
        return loss, {"all_present_right": right, "count_right": (said_count.argmax(1) == count).float().mean()}
