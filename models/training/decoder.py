"""The decoder stage: image embedding (and sometimes text) to a 64 x 64 picture, whole or around known pixels."""

import torch
from torch.nn import functional as F

import checkpoints
import config
import diffusion
from embeddings import ScenePool

PREDICTION = config.DECODER_SCHEDULER["prediction_type"]


def network_input(noisy, picture, keep):
    """(B, 3, H, W) twice and keep (B, 1, H, W), 1 = known -> (B, 7 p^2, H/p, W/p). Nothing known is all zeros."""
    shuffled = [F.pixel_unshuffle(part, config.DECODER["pixel_unshuffle"]) for part in (noisy, picture * keep, keep)]
    return torch.cat(shuffled, dim=1)


def to_picture(output):
    return F.pixel_shuffle(output, config.DECODER["pixel_unshuffle"])


def random_keep(count: int, size: int, device) -> torch.Tensor:
    """Keep-masks (count, 1, size, size): a hole or an island (box), a half plane, or strokes painted away."""
    axis = (torch.arange(size, device=device) + 0.5) / size * 2 - 1
    x, y = axis[None, None, :], axis[None, :, None]

    def uniform(low, high):
        return torch.rand(count, 1, 1, device=device) * (high - low) + low

    across = (x - uniform(-0.7, 0.7)).abs() / uniform(0.2, 0.8)
    down = (y - uniform(-0.7, 0.7)).abs() / uniform(0.2, 0.8)
    box = torch.maximum(across, down) < 1
    island = torch.rand(count, 1, 1, device=device) < 0.25
    angle = (torch.randint(0, 4, (count, 1, 1), device=device) * (torch.pi / 2)) + uniform(-0.1, 0.1)
    plane = x * angle.cos() + y * angle.sin() < uniform(-0.6, 0.6)
    strokes = torch.zeros(count, size, size, dtype=torch.bool, device=device)
    for _ in range(2):
        direction = uniform(0, torch.pi)
        offset = x * direction.cos() + y * direction.sin() - uniform(-0.6, 0.6)
        strokes |= offset.abs() < uniform(0.08, 0.3)
    kind = torch.randint(0, 3, (count, 1, 1), device=device)
    keep = torch.where(kind == 0, box == island, torch.where(kind == 1, plane, ~strokes))
    return keep[:, None].float()


def random_timesteps(count: int, device) -> torch.Tensor:
    """Most of them anywhere, NOISY_SHARE of them where noise hides the layout: only there does the embedding have to say
    which thing stands where in which colour; elsewhere the noisy picture shows it."""
    first_noisy = int(config.NOISY_FROM * config.TRAIN_TIMESTEPS)
    anywhere = torch.randint(0, config.TRAIN_TIMESTEPS, (count,), device=device)
    noisy = torch.randint(first_noisy, config.TRAIN_TIMESTEPS, (count,), device=device)
    return torch.where(torch.rand(count, device=device) < config.NOISY_SHARE, noisy, anywhere)


class Stage:
    """Trains `text_proj` and `decoder` together. While CLIP has no weights every sample takes the unconditional
    branch, so that drawing can be learned while CLIP still trains."""

    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.modules = {part: checkpoints.build(part).to(device) for part in ("text_proj", "decoder")}
        self.modules["decoder"].to(memory_format=torch.channels_last)
        self.batch, self.device = settings["batch"], device
        self.dtype = checkpoints.training_dtype(device)
        self.pool = ScenePool(device, self.dtype, seed, with_pictures=True, weights=config.DECODER_RELATIONS)
        self.empty = self.pool.clip.embed_texts([""]) if self.pool.clip else None
        if device == "cuda" and hasattr(torch, "compile"):
            self.modules["decoder"].compile()

    def conditioning(self, index):
        """The batch's context, time offset and context mask, with the drop-out that guidance needs: the
        unconditional branch is the null embedding with the caption ""."""
        pool, count = self.pool, len(index)
        text, states, mask = pool.text_embeddings[index], pool.text_states[index], pool.token_masks[index]
        null = torch.rand(count, device=self.device) < config.DROP_IMAGE
        if self.empty is None:
            null |= True
        else:
            silent = null | (torch.rand(count, device=self.device) < config.DROP_TEXT)
            text = torch.where(silent[:, None], self.empty[0], text)
            states = torch.where(silent[:, None, None], self.empty[1].to(states.dtype), states)
            mask = torch.where(silent[:, None], self.empty[2], mask)
        visible = int(mask.sum(1).max())  # trailing padding is masked anyway
        context, time = self.modules["text_proj"](pool.image_embeddings[index], null, text, states[:, :visible])
        extra = torch.ones(count, context.shape[1] - visible, device=self.device)
        return context, time, torch.cat([extra, mask[:, :visible]], dim=1)

    def loss(self):
        index = self.pool.draw(self.batch)
        clean = self.pool.signed_pictures(index)
        context, time, context_mask = self.conditioning(index)
        timestep = random_timesteps(self.batch, self.device)
        noise = torch.randn_like(clean)
        noisy = diffusion.add_noise(clean, noise, timestep)
        masked = torch.rand(self.batch, 1, 1, 1, device=self.device) < config.MASKED_FRACTION
        keep = random_keep(self.batch, config.BASE_SIZE, self.device) * masked
        sample = network_input(noisy, clean, keep).to(self.dtype).contiguous(memory_format=torch.channels_last)
        output = to_picture(self.modules["decoder"](sample, timestep, context, time, context_mask).float())
        losses = diffusion.loss(output, clean, noise, timestep, PREDICTION)
        predicted = diffusion.predicted_clean(output.detach(), noisy, timestep, PREDICTION)
        errors = (predicted - clean).square().flatten(1).mean(1)
        # One number that compares runs with other targets and weights: nothing known, middle noise levels.
        free = (masked.flatten() == 0) & (timestep > 300) & (timestep < 800)
        return losses.mean(), {"clean_error": errors[free].mean() if free.any() else 0.0}
