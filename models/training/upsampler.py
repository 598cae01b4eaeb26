"""The upsampler stages, 64 to 256 and 256 to 1024: trained on crops of scenes, without any conditioning, most of them
with the lower stages' faults in the small picture."""

import torch
from torch.nn import functional as F

import checkpoints
import config
import diffusion
import scenes
from enlarging import FACTOR, PREDICTION, enlarge, network_input
from faults import FaultyPictures


def corrupt(low):
    """Blur (sigma to 0.8 pixels) and noise (to 0.06), random per sample: the lower stage's pictures are not as
    clean as renderings, and an upsampler must not copy their faults."""
    count = len(low)
    sigma = torch.rand(count, 1, device=low.device) * 0.8 + 1e-3
    taps = torch.exp(-torch.arange(-2, 3, device=low.device).float().square() / (2 * sigma.square()))
    taps = (taps / taps.sum(1, keepdim=True)).repeat_interleave(3, 0)  # (3 B, 5): one kernel per channel
    flat = F.pad(low, (2, 2, 2, 2), mode="replicate").reshape(1, 3 * count, low.shape[2] + 4, low.shape[3] + 4)
    flat = F.conv2d(flat, taps[:, None, :, None], groups=3 * count)
    flat = F.conv2d(flat, taps[:, None, None, :], groups=3 * count)
    strength = torch.rand(count, 1, 1, 1, device=low.device) * 0.06
    return flat.reshape(low.shape) + strength * torch.randn_like(low)


class Stage:
    def __init__(self, name: str, settings: dict, device: str, seed: int):
        self.modules = {name: checkpoints.build(name).to(device).to(memory_format=torch.channels_last)}
        self.network = self.modules[name]
        self.batch, self.crop, self.device = settings["batch"], settings["crop"], device
        self.size = self.network.config["sample_size"]
        self.unshuffle = self.network.config["pixel_unshuffle"]
        self.dtype = checkpoints.training_dtype(device)
        self.source = scenes.SceneSource(seed, config.WORLD)
        self.faulty = FaultyPictures(self.source, self.size // FACTOR, device)
        if device == "cuda" and hasattr(torch, "compile"):
            self.network.compile()

    def _window(self, placed):
        """A crop on the low-resolution pixel grid, around a random thing nine times in ten: plain ground teaches
        little."""
        rng, cells = self.source.rng, self.size // FACTOR
        width = self.crop // FACTOR
        if rng.random() < 0.9:
            _, _, x, y, radius, _ = rng.choice(placed.things)
            corner = [(c + rng.uniform(-radius, radius) + 1) / 2 * cells - width / 2 for c in (x, y)]
        else:
            corner = [rng.uniform(0, cells - width) for _ in range(2)]
        left, top = (min(max(round(c), 0), cells - width) for c in corner)
        return (2 * left / cells - 1, 2 * top / cells - 1, 2 * width / cells)

    def _small(self, placed, windows):
        """Small crops (B, 3, crop / 4, crop / 4) as rendered, blurred and noised a little."""
        return corrupt(scenes.render(placed, self.crop // FACTOR, self.device, windows))

    def _cut(self, pictures, windows):
        """The windows of whole small pictures; they lie on the pixel grid."""
        width, cells = self.crop // FACTOR, self.size // FACTOR
        corners = [[round((edge + 1) / 2 * cells) for edge in window[:2]] for window in windows]
        return torch.stack(
            [picture[:, top : top + width, left : left + width] for picture, (left, top) in zip(pictures, corners)]
        )

    def loss(self):
        # The clean ones keep true pictures true: edits of photographs pass through here.
        faulty = sum(self.source.rng.random() < config.FAULTY_SHARE for _ in range(self.batch))
        placed = self.source.place(self.source.scenes(self.batch - faulty))
        with_faults, pictures = self.faulty.draw(faulty) if faulty else ([], None)
        windows = [self._window(scene) for scene in placed + with_faults]
        clean = scenes.render(placed + with_faults, self.crop, self.device, windows)
        low = [self._small(placed, windows[: len(placed)])] if placed else []
        low = torch.cat(low + ([self._cut(pictures, windows[len(placed) :])] if faulty else []))
        timestep = torch.randint(0, config.TRAIN_TIMESTEPS, (self.batch,), device=self.device)
        noise = torch.randn_like(clean)
        noisy = diffusion.add_noise(clean, noise, timestep)
        sample = network_input(noisy, low, self.unshuffle).to(self.dtype).contiguous(memory_format=torch.channels_last)
        output = F.pixel_shuffle(self.network(sample, timestep).float(), self.unshuffle)
        error = (output.detach() - clean).square().mean()
        bicubic = (enlarge(low, self.crop) - clean).square().mean()
        measures = {"clean_error": error, "bicubic_error": bicubic}
        return diffusion.loss(output, clean, noise, timestep, PREDICTION).mean(), measures
