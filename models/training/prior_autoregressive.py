"""The autoregressive prior's stage: caption to image embedding, token by token (unCLIP, section 2.2)."""

import torch
from torch.nn import functional as F

import checkpoints
import config
from embeddings import ScenePool


def quantisation(embeddings: torch.Tensor, components: int, bins: int):
    """Image embeddings (N, E) -> mean (E), principal components (K, E) in order of falling variance, and for each
    component the mean of the values in each of `bins` equally filled bins, (K, bins)."""
    mean = embeddings.mean(0)
    _, _, directions = torch.linalg.svd(embeddings - mean, full_matrices=False)
    directions = directions[:components]
    values = ((embeddings - mean) @ directions.t()).sort(0).values
    usable = len(values) // bins * bins
    start = (len(values) - usable) // 2
    centres = values[start : start + usable].reshape(bins, -1, components).mean(1)
    return mean, directions, centres.t().contiguous()


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.prior = checkpoints.build(name).to(device)
        self.modules = {name: self.prior}
        self.batch, self.device = settings["batch"], device
        self.dtype = checkpoints.training_dtype(device)
        self.pool = ScenePool(device, self.dtype, seed, with_pictures=False)
        # No scene twice: with the tokens before it this network knows a scene again, and learns it by heart (measured:
        # loss 3.8 on scenes used eight times, 6.5 on fresh ones, where a blind guess has 5.5).
        self.pool.REUSE = 1
        self.empty = self.pool.clip.embed_texts([""])
        if not checkpoints.knows_embeddings(name):
            pools = [
                ScenePool(device, self.dtype, config.QUANTISATION_SEED + i, with_pictures=False).image_embeddings
                for i in range(config.QUANTISATION_POOLS)
            ]
            mean, components, bins = quantisation(torch.cat(pools), self.prior.components, self.prior.bin_count)
            self.prior.pca.mean.data, self.prior.pca.components.data, self.prior.bins.data = mean, components, bins

    def loss(self):
        pool, index = self.pool, self.pool.draw(self.batch)
        tokens = self.prior.tokens(pool.image_embeddings[index])
        silent = torch.rand(self.batch, device=self.device) < config.PRIOR_DROP_TEXT
        text = torch.where(silent[:, None], self.empty[0], pool.text_embeddings[index])
        states = torch.where(silent[:, None, None], self.empty[1].to(self.dtype), pool.text_states[index])
        mask = torch.where(silent[:, None], self.empty[2], pool.token_masks[index])
        logits = self.prior(tokens, text, states, mask).float()
        loss = F.cross_entropy(logits.flatten(0, 1), tokens.flatten())
        guessed = self.prior.embedding(logits.detach().argmax(2))
        true = pool.image_embeddings[index]
        cosine = F.cosine_similarity(guessed - self.prior.pca.mean, true - self.prior.pca.mean).mean()
        return loss, {"cosine_teacher_forced": cosine}
