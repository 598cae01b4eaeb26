"""Frozen CLIP as the prior and the decoder use it, and the pool of embedded scenes they are trained on."""

import torch

import checkpoints
import config
import scenes
from tokenizer import Tokenizer


def standardise(pictures: torch.Tensor) -> torch.Tensor:
    """Signed range (B, 3, s, s) -> the image encoder's input."""
    mean = torch.tensor(config.IMAGE_MEAN, device=pictures.device)[:, None, None]
    deviation = torch.tensor(config.IMAGE_STD, device=pictures.device)[:, None, None]
    return ((pictures + 1) / 2 - mean) / deviation


class Clip:
    """Both towers, frozen."""

    def __init__(self, device, dtype):
        self.device, self.dtype = device, dtype
        self.tokenizer = Tokenizer(checkpoints.tokenizer_folder())
        self.text_encoder = checkpoints.load_trained("text_encoder", device, dtype)
        self.image_encoder = checkpoints.load_trained("image_encoder", device, dtype)

    @torch.no_grad()
    def embed_pictures(self, pictures):
        """(B, 3, 64, 64) in signed range -> (B, E), float32."""
        return self.image_encoder(standardise(pictures).to(self.dtype)).float()

    @torch.no_grad()
    def embed_texts(self, texts: list[str]):
        """-> text embedding (B, E), text states (B, L, E), token mask (B, L), all float32."""
        tokens, mask = self.tokenizer.batch(texts)
        tokens, mask = tokens.to(self.device), mask.to(self.device)
        states, embedding = self.text_encoder(tokens, mask.sum(1) - 1)
        return embedding.float(), states.float(), mask.float()


class ScenePool:
    """A ring of rendered and embedded scenes; a part is replaced after every use.

    Drawing and embedding a scene costs a quarter of a decoder step on a CPU, so each is used about eight times, each
    time with other noise and another mask. Without CLIP weights the pool holds pictures only.
    """

    SIZE = 2048
    REUSE = 8
    REFILL = 64  # scenes embedded at once: small batches waste the image encoder

    def __init__(self, device, dtype, seed: int, with_pictures: bool, weights: dict | None = None):
        self.source = scenes.SceneSource(seed, config.WORLD, weights)
        self.device, self.with_pictures = device, with_pictures
        self.clip = Clip(device, dtype) if checkpoints.find("image_encoder") is not None else None
        width, length = config.EMBEDDING, config.TOKEN_LENGTH
        self.pictures = torch.zeros(self.SIZE, 3, config.BASE_SIZE, config.BASE_SIZE, dtype=torch.uint8, device=device)
        self.image_embeddings = torch.zeros(self.SIZE, width, device=device)
        self.text_embeddings = torch.zeros(self.SIZE, width, device=device)
        self.text_states = torch.zeros(self.SIZE, length, width, dtype=dtype, device=device)
        self.token_masks = torch.zeros(self.SIZE, length, device=device)
        self.cursor, self.debt = 0, 0
        for _ in range(self.SIZE // self.REFILL):
            self._refill()

    def _refill(self):
        drawn = self.source.scenes(self.REFILL)
        pictures = scenes.render(self.source.place(drawn), config.BASE_SIZE, self.device)
        at = slice(self.cursor, self.cursor + self.REFILL)
        if self.with_pictures:
            self.pictures[at] = ((pictures + 1) * 127.5).round().to(torch.uint8)
        if self.clip is not None:
            self.image_embeddings[at] = self.clip.embed_pictures(pictures)
            embedding, states, mask = self.clip.embed_texts(self.source.captions(drawn))
            self.text_embeddings[at], self.token_masks[at] = embedding, mask
            self.text_states[at] = states.to(self.text_states.dtype)
        self.cursor = (self.cursor + self.REFILL) % self.SIZE

    def draw(self, count: int) -> torch.Tensor:
        """Indices (count) of scenes to train on."""
        self.debt += count
        while self.debt >= self.REFILL * self.REUSE:
            self._refill()
            self.debt -= self.REFILL * self.REUSE
        return torch.randint(0, self.SIZE, (count,), device=self.device)

    def signed_pictures(self, index):
        return self.pictures[index].float() / 127.5 - 1
