"""The judge: a small classifier of renderings that scores generated pictures. Never shipped, never trained on
generated pictures, and drawn from other seeds than the stages it judges."""

import torch
from torch import nn
from torch.nn import functional as F

import config
import scenes
import sprites

COUNTS = (1, 2, 3, 4, 5)
THINGS = scenes.thing_names(config.WORLD)
HATS = tuple(hat for hat in scenes.hat_names(config.WORLD) if hat not in THINGS)  # a worn crown is a crown
NAMES = (*THINGS, *HATS)
LETTERS = " " + sprites.LETTERS
SPELLED = scenes.LONGEST_WORD if config.WORLD in scenes.WITH_SIGNS else 0  # letters of a sign's first line, one question each
RELATIONS = scenes.relation_names(config.WORLD)
STYLES = ("", *scenes.style_names(config.WORLD))
LABELS = len(NAMES) + len(scenes.COLOURS)  # present or not, one yes-or-no question each
FEATURES = 256  # of the layer before the answers; the Fréchet distance is measured there


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [3 * 4, 48, 96, 144, 192]  # unshuffled by 2: grids of 32, 16, 8 and 4
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, width, 3, padding=1) for before, width in zip(widths, widths[1:])
        )
        self.deeper = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in widths[1:])
        self.norms = nn.ModuleList(nn.GroupNorm(16, width) for width in widths[1:])
        self.hidden = nn.Linear(192 * 16, FEATURES)
        self.parts = [LABELS, len(COUNTS), len(RELATIONS), len(STYLES), *[len(LETTERS)] * SPELLED]
        self.head = nn.Linear(FEATURES, sum(self.parts))

    def features(self, pictures):
        """(B, 3, 64, 64), signed range -> (B, FEATURES), none negative."""
        x = F.pixel_unshuffle(pictures, 2).to(self.head.weight.dtype)
        for level, (convolution, deeper, norm) in enumerate(zip(self.convolutions, self.deeper, self.norms)):
            if level:
                x = F.max_pool2d(x, 2)
            x = F.relu(convolution(x))
            x = x + F.relu(deeper(norm(x)))
        return F.relu(self.hidden(x.reshape(len(x), -1)))

    def forward(self, pictures):
        """-> presence logits (B, LABELS), count logits (B, 5), relation logits, style logits, and the letters'."""
        return self.head(self.features(pictures)).float().split(self.parts, dim=1)


def labels(drawn: list[scenes.Scene]):
    """-> presence (B, LABELS), and the indices (B) of count, relation, style and every letter; -100 for the letters of
    what is no sign."""
    names = [*NAMES, *scenes.COLOURS]
    presence = torch.zeros(len(drawn), LABELS)
    for row, scene in enumerate(drawn):
        for thing in scene.things:
            for name in (thing.shape, thing.colour, thing.hat):
                if name in names:
                    presence[row, names.index(name)] = 1
    count = torch.tensor([len(scene.things) - 1 for scene in drawn])
    relation = torch.tensor([RELATIONS.index(scene.relation) for scene in drawn])
    style = torch.tensor([STYLES.index(scene.style) for scene in drawn])
    spelled = torch.full((SPELLED, len(drawn)), -100)
    for row, scene in enumerate(drawn):
        if scene.relation == "sign":
            line = scene.words.split()[0][:SPELLED].ljust(SPELLED)
            spelled[:, row] = torch.tensor([LETTERS.index(letter) for letter in line])
    return presence, count, relation, style, *spelled


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
        presence, *indices = (part.to(self.device) for part in labels(drawn))
        said_presence, *said = self.judge(pictures)
        # Summed over the questions of a picture: most are "is not there", and the mean would hardly push.
        loss = F.binary_cross_entropy_with_logits(said_presence, presence, reduction="sum") / len(drawn)
        for logits, index in zip(said, indices):
            asked = (index >= 0).sum().clamp_min(1)  # a batch may hold no sign
            loss = loss + F.cross_entropy(logits, index, ignore_index=-100, reduction="sum") / asked
        right = ((said_presence > 0) == (presence > 0.5)).all(1).float().mean()
        measures = {"all_present_right": right, "count_right": (said[0].argmax(1) == indices[0]).float().mean()}
        if SPELLED:
            read, letters = (torch.stack([*part], 1) for part in ([x.argmax(1) for x in said[3:]], indices[3:]))
            of_signs = letters >= 0
            measures["letters_right"] = (read == letters)[of_signs].float().mean() if of_signs.any() else 0.0
        return loss, measures
