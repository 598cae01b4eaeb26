"""The CLIP stage: contrastive training of both towers on families of hard negatives."""

import math

import torch
from torch import nn
from torch.nn import functional as F

import checkpoints
import config
import scenes
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


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.modules = {part: checkpoints.build(part).to(device) for part in ("text_encoder", "image_encoder")}
        self.modules["logit_scale"] = LogitScale().to(device)
        self.batch, self.device = settings["batch"], device
        self.dtype = torch.bfloat16 if device == "cpu" else torch.float32
        self.source = scenes.SceneSource(seed, config.WORLD)
        self.tokenizer = Tokenizer(checkpoints.tokenizer_folder())

    def loss(self):
        drawn = self.source.families(self.batch // FAMILY, FAMILY)
        pictures = scenes.render(self.source.place(drawn), config.BASE_SIZE, self.device)
        # Light noise: the decoder's own pictures, which the encoder also sees, are not as clean as renderings.
        pictures = pictures + torch.rand(len(pictures), 1, 1, 1, device=self.device) * 0.08 * torch.randn_like(pictures)
        tokens, mask = self.tokenizer.batch(self.source.captions(drawn))
        longest = int(mask.sum(1).max())
        tokens, end = tokens[:, :longest].to(self.device), mask.sum(1).to(self.device) - 1

        image = self.modules["image_encoder"](standardise(pictures).to(self.dtype)).float()
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
        return loss, {"retrieval": hit, "family": told_apart}
