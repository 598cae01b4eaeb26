"""The CLIP stage: contrastive training of both towers on families of hard negatives."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import checkpoints
import config
import scenes
import sprites
from embeddings import standardise
from tokenizer import Tokenizer

FAMILY = 4  # a scene and three that share nearly all its words: random batches never ask which cube is red


class LogitScale(nn.Module):
    """The logarithm of the inverse temperature, learned; CLIP caps the scale at 100."""

    def __init__(self):
        super().__init__()
        self.logarithm = nn.Parameter(torch.tensor([math.log(1 / 0.07)]))

    def forward(self):
        return self.logarithm.float().clamp(max=math.log(100)).exp()


class Attributes(nn.Module):
    """Reads the scene back from an embedding, with one linear map for both towers; thrown away after training.

    The contrastive loss learns slowly which colour belongs to which shape. This asks outright: shape and colour of
    the first, second and third thing (in the scene's order; "next to" has none), the things' sizes, the relation and
    the background. Measured: see the model card's swap scores.
    """

    SHAPES = ("", *scenes.thing_names(config.WORLD), *(("sign",) if config.WORLD in scenes.WITH_SIGNS else ()))
    COLOURS = ("", *scenes.COLOURS)
    SIZES = ("", "small", "big")
    SLOTS = 3
    GROUNDS = scenes.ground_names(config.WORLD)
    RELATIONS = scenes.relation_names(config.WORLD)
    STYLES = ("", *scenes.style_names(config.WORLD)) if config.WORLD else ()
    HATS = ("", *scenes.hat_names(config.WORLD)) if config.WORLD in scenes.WITH_HATS else ()
    LETTERS = " " + sprites.LETTERS if config.WORLD in scenes.WITH_SIGNS else ""
    SPELLED = 6  # letters of a sign's first line that are asked for

    def __init__(self):
        super().__init__()
        self.parts = [len(self.SHAPES), len(self.COLOURS), len(self.SIZES)] * self.SLOTS
        self.parts += [len(self.RELATIONS), len(self.GROUNDS)]
        self.parts += [len(self.STYLES)] if self.STYLES else []
        self.parts += [len(self.HATS)] * 2 + [len(self.LETTERS)] * self.SPELLED if self.HATS else []
        self.head = nn.Linear(config.EMBEDDING, sum(self.parts))

    def labels(self, drawn: list[scenes.Scene]) -> torch.Tensor:
        """-> (B, number of questions), int64; -100 where the question has no answer."""
        rows = []
        for scene in drawn:
            row = []
            for slot in range(self.SLOTS):
                if scene.relation == "crowd" or (scene.relation == "next" and slot < 2):
                    row += [-100, -100, -100]
                elif slot < len(scene.things):
                    thing = scene.things[slot]
                    shape, colour = self.SHAPES.index(thing.shape), self.COLOURS.index(thing.colour)
                    row += [shape, colour, self.SIZES.index(thing.size)]
                else:
                    row += [0, 0, -100]
            row += [self.RELATIONS.index(scene.relation), self.GROUNDS.index(scene.background)]
            row += [self.STYLES.index(scene.style)] if self.STYLES else []
            rows.append(row + self._hats_and_letters(scene) if self.HATS else row)
        return torch.tensor(rows)

    def _hats_and_letters(self, scene: scenes.Scene) -> list[int]:
        hats = [-100, -100]
        for slot, thing in enumerate(scene.things[:2]):
            if thing.shape in sprites.heads(config.WORLD) and scene.relation not in ("next", "crowd"):
                hats[slot] = self.HATS.index(thing.hat)
        if scene.relation != "sign":
            return hats + [-100] * self.SPELLED
        line = scene.words.split()[0][: self.SPELLED].ljust(self.SPELLED)
        return hats + [self.LETTERS.index(letter) for letter in line]

    def forward(self, embedding, labels):
        """embedding (B, E), unit length; -> mean cross-entropy, and the rate of right answers."""
        scaled = (embedding * config.EMBEDDING**0.5).to(self.head.weight.dtype)  # components near 1
        answers = self.head(scaled).float().split(self.parts, dim=1)
        loss = 0.0
        for answer, label in zip(answers, labels.unbind(1)):
            asked = (label >= 0).sum().clamp_min(1)  # none at all in some batches
            loss = loss + F.cross_entropy(answer, label, ignore_index=-100, reduction="sum") / asked
        chosen = torch.stack([answer.argmax(1) for answer in answers], dim=1)
        return loss / len(answers), ((chosen == labels) | (labels < 0)).all(1).float().mean()


class Patches(nn.Module):
    """What lies under each patch, read from the image encoder's patch states; thrown away after training.

    64 answers per picture instead of one: the image encoder, the slower tower, learns to see shapes and places from
    far fewer pictures. The class token then only has to gather what the patches know. Measured: families told apart
    went from 0.80 to 0.95 in 53,000 pairs after this was added, from 0.53 to 0.75 in about 60,000 before.
    """

    def __init__(self, grid: int):
        super().__init__()
        self.grid = grid
        self.head = nn.Linear(config.IMAGE_ENCODER["hidden_size"], len(Attributes.SHAPES) + len(Attributes.COLOURS))

    def labels(self, placed: list[scenes.Placed], drawn: list[scenes.Scene], windows=None) -> torch.Tensor:
        """-> (B, patches, 2): shape and colour of the thing whose box holds the patch's centre, 0 = none."""
        centres = (torch.arange(self.grid).float() + 0.5) / self.grid
        answers = torch.zeros(len(drawn), self.grid, self.grid, 2, dtype=torch.int64)
        windows = windows or [(-1.0, -1.0, 2.0)] * len(drawn)
        for row, (numbers, scene, (left, top, width)) in enumerate(zip(placed, drawn, windows)):
            for (_, _, x, y, radius, _), thing in zip(numbers.things, scene.things):
                across = (left + width * centres - x).abs() < 0.9 * radius
                down = (top + width * centres - y).abs() < 0.9 * radius
                answer = torch.tensor([Attributes.SHAPES.index(thing.shape), Attributes.COLOURS.index(thing.colour)])
                answers[row, down[:, None] & across[None]] = answer
        return answers.flatten(1, 2)

    def forward(self, states, labels):
        """states (B, patches, D) -> mean cross-entropy of both questions."""
        shape, colour = self.head(states).float().split([len(Attributes.SHAPES), len(Attributes.COLOURS)], dim=2)
        return F.cross_entropy(shape.flatten(0, 1), labels[..., 0].flatten()) + F.cross_entropy(
            colour.flatten(0, 1), labels[..., 1].flatten()
        )


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.modules = {part: checkpoints.build(part).to(device) for part in ("text_encoder", "image_encoder")}
        self.modules["logit_scale"] = LogitScale().to(device)
        self.modules["attributes"] = Attributes().to(device)
        self.modules["patches"] = Patches(config.BASE_SIZE // config.IMAGE_ENCODER["patch_size"]).to(device)
        self.batch, self.device = settings["batch"], device
        self.dtype = checkpoints.training_dtype(device)
        self.source = scenes.SceneSource(seed, config.WORLD, part="clip")
        self.tokenizer = Tokenizer(checkpoints.tokenizer_folder())

    def _views(self, count: int) -> list[tuple[float, float, float]]:
        """Windows that shift a picture by up to 12 % and scale it by 0.85 to 1.15: the embedding shall say what is there
        and roughly where. One that knows the place to the pixel makes all pictures of a prompt alike."""
        rng, views = self.source.rng, []
        for _ in range(count):
            width = 2 / rng.uniform(0.85, 1.15)
            views.append((rng.uniform(-0.24, 0.24) - width / 2, rng.uniform(-0.24, 0.24) - width / 2, width))
        return views

    def loss(self):
        drawn = self.source.families(self.batch // FAMILY, FAMILY)
        placed = self.source.place(drawn)
        windows = self._views(len(placed)) if config.WORLD == 3 else None
        pictures = scenes.render(placed, config.BASE_SIZE, self.device, windows)
        # Light noise: the decoder's own pictures, which the encoder also sees, are not as clean as renderings.
        pictures = pictures + torch.rand(len(pictures), 1, 1, 1, device=self.device) * 0.08 * torch.randn_like(pictures)
        tokens, mask = self.tokenizer.batch(self.source.captions(drawn))
        longest = int(mask.sum(1).max())
        tokens, end = tokens[:, :longest].to(self.device), mask.sum(1).to(self.device) - 1

        states = self.modules["image_encoder"].states(standardise(pictures).to(self.dtype))
        image = self.modules["image_encoder"].embedding(states).float()
        _, text = self.modules["text_encoder"](tokens, end)
        image, text = F.normalize(image, dim=1), F.normalize(text.float(), dim=1)
        logits = self.modules["logit_scale"]() * text @ image.t()  # (captions, pictures)

        # Equal scenes share the target: a caption fits every picture of its meaning.
        meaning = torch.tensor([hash(scene) for scene in drawn], device=self.device)
        same = (meaning[:, None] == meaning[None]).float()
        target = same / same.sum(1, keepdim=True)
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2
        within = logits.detach().reshape(len(drawn) // FAMILY, FAMILY, len(drawn))
        families = torch.stack([row[:, i * FAMILY : (i + 1) * FAMILY] for i, row in enumerate(within)])
        told_apart = (families.argmax(2) == torch.arange(FAMILY, device=self.device)).float().mean()
        hit = (same.gather(1, logits.detach().argmax(1, keepdim=True)) > 0).float().mean()

        attributes = self.modules["attributes"]
        labels = attributes.labels(drawn).to(self.device)
        image_loss, image_right = attributes(image, labels)
        text_loss, text_right = attributes(text, labels)
        patches = self.modules["patches"]
        patch_loss = patches(states[:, 1:], patches.labels(placed, drawn, windows).to(self.device))
        measures = {"patch_loss": patch_loss.detach(), "retrieval": hit, "family": told_apart}
        measures |= {"image_read": image_right, "text_read": text_right}
        return loss + image_loss + text_loss + patch_loss, measures
