"""The diffusion prior's stage: caption to image embedding, by denoising the standardised embedding."""

import torch

import checkpoints
import config
import diffusion
from embeddings import ScenePool

PREDICTION = config.PRIOR_SCHEDULER["prediction_type"]


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.prior = checkpoints.build("prior").to(device)
        self.modules = {"prior": self.prior}
        self.batch, self.device = settings["batch"], device
        self.dtype = checkpoints.training_dtype(device)
        self.pool = ScenePool(device, self.dtype, seed, with_pictures=False)
        self.empty = self.pool.clip.embed_texts([""])
        if not checkpoints.knows_embeddings("prior"):  # a trained prior keeps the statistics that it was trained with
            self.prior.clip_mean.data = self.pool.image_embeddings.mean(0, keepdim=True)
            self.prior.clip_std.data = self.pool.image_embeddings.std(0, keepdim=True)

    def loss(self):
        pool, index = self.pool, self.pool.draw(self.batch)
        clean = (pool.image_embeddings[index] - self.prior.clip_mean) / self.prior.clip_std
        silent = torch.rand(self.batch, device=self.device) < config.PRIOR_DROP_TEXT
        text = torch.where(silent[:, None], self.empty[0], pool.text_embeddings[index])
        states = torch.where(silent[:, None, None], self.empty[1].to(self.dtype), pool.text_states[index])
        mask = torch.where(silent[:, None], self.empty[2], pool.token_masks[index])
        timestep = torch.randint(0, config.TRAIN_TIMESTEPS, (self.batch,), device=self.device)
        noise = torch.randn_like(clean)
        noisy = diffusion.add_noise(clean, noise, timestep)
        output = self.prior(noisy, timestep, text, states, mask).float()
        error = (output - clean).square().mean()  # the clean error, unweighted: every noise level counts the same
        late = timestep > 900
        cosine = torch.nn.functional.cosine_similarity(output.detach()[late], clean[late]).mean() if late.any() else 0.0
        return error, {"cosine_from_noise": cosine}
