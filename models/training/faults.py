"""Small pictures with the lower stages' faults, beside the scenes that they should show."""

import torch

import config
import scenes
from pipeline import Pipeline


class FaultyPictures:
    """A ring of scenes and their small pictures as the stages below draw them, not as they are rendered: the true 64
    pixel rendering is noised half way and drawn again by the decoder under its true embedding. The layout stays where
    the large rendering has it; the rims wobble as they will in use. For 256 to 1024 the first upsampler follows."""

    SIZE = 128
    REFILL = 8  # pictures drawn at once
    REUSE = 6  # crops taken of each: a picture costs about seven runs of the decoder

    def __init__(self, source: scenes.SceneSource, low_size: int, device: str):
        self.source, self.low_size, self.device = source, low_size, device
        lower = ("text_proj", "decoder") if low_size == config.BASE_SIZE else ("text_proj", "decoder", "super_res_first")
        self.pipeline = Pipeline(device, parts=lower)
        self.placed: list = [None] * self.SIZE
        self.pictures = torch.zeros(self.SIZE, 3, low_size, low_size, device=device)
        self.filled, self.cursor, self.debt = 0, 0, 0

    @torch.no_grad()
    def _refill(self):
        placed = self.source.place(self.source.scenes(self.REFILL))
        true = scenes.render(placed, config.BASE_SIZE, self.device)
        seed = self.source.rng.randrange(1 << 40)
        start = self.source.rng.randint(*config.FAULT_TIMESTEPS)
        drawn = self.pipeline.decode(self.pipeline.clip.embed_pictures(true), seed, redraw=true, start=start)
        if self.low_size != config.BASE_SIZE:
            drawn = self.pipeline.enlarge(drawn, seed)
        at = range(self.cursor, self.cursor + self.REFILL)
        self.placed[at.start : at.stop], self.pictures[at.start : at.stop] = placed, drawn.clamp(-1, 1)
        self.cursor = at.stop % self.SIZE
        self.filled = min(self.filled + self.REFILL, self.SIZE)

    def draw(self, count: int):
        """-> `count` placed scenes and their small pictures (count, 3, low_size, low_size)."""
        self.debt += count
        while self.debt > 0 or not self.filled:
            self._refill()
            self.debt -= self.REFILL * self.REUSE
        rows = [self.source.rng.randrange(self.filled) for _ in range(count)]
        return [self.placed[row] for row in rows], self.pictures[rows]
