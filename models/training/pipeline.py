"""The whole text-to-image run in torch, as the engine does it, for the scores; and for the upsamplers, which learn from
the decoder's own pictures."""

import torch

import checkpoints
import config
import decoder
import diffusion
import enlarging
from embeddings import Clip


PARTS = ("prior", "prior_autoregressive", "text_proj", "decoder", "super_res_first", "super_res_1024")


class Pipeline:
    def __init__(self, device="cpu", recipe: dict = config.RECIPE, parts: tuple[str, ...] = PARTS):
        self.device, self.recipe = device, recipe
        self.clip = Clip(device, torch.float32)
        self.parts = {
            name: checkpoints.load_trained(name, device)
            for name in parts
            if checkpoints.find(name) is not None
        }
        self.empty = self.clip.embed_texts([""])

    def _noise(self, *shape, seed: int):
        return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(self.device)

    def _both_texts(self, prompts: list[str]):
        """Text embedding, states and mask of [empty captions; prompts], each (2 B, ...)."""
        count = len(prompts)
        pairs = zip(self.empty, self.clip.embed_texts(prompts))
        return [torch.cat([empty.expand(count, *empty.shape[1:]), full]) for empty, full in pairs]

    @torch.no_grad()
    def embeddings_autoregressive(self, prompts: list[str], seed: int) -> torch.Tensor:
        """Autoregressive prior: prompts -> image embeddings (B, E)."""
        prior, settings = self.parts["prior_autoregressive"], self.recipe["priorAutoregressive"]
        count, both = len(prompts), self._both_texts(prompts)
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.zeros(count, prior.components, dtype=torch.int64, device=self.device)
        for step in range(prior.components):
            without, with_text = prior(torch.cat([tokens, tokens]), *both)[:, step].float().chunk(2)
            logits = without + settings["guidance"] * (with_text - without)
            chances = (logits / settings["temperature"]).softmax(1)
            tokens[:, step] = torch.multinomial(chances.cpu(), 1, generator=generator)[:, 0].to(self.device)
        return prior.embedding(tokens)

    @torch.no_grad()
    def embeddings(self, prompts: list[str], seed: int) -> torch.Tensor:
        """Prior: prompts -> image embeddings (B, E), not standardised."""
        prior, settings = self.parts["prior"], self.recipe["prior"]
        count, both = len(prompts), self._both_texts(prompts)

        def predict(noisy, timestep, step):
            times = torch.full((2 * count,), timestep, device=self.device)
            without, with_text = prior(torch.cat([noisy, noisy]), times, *both).chunk(2)
            return without + settings["guidance"] * (with_text - without)

        sampler = diffusion.SAMPLERS[settings["sampler"]]
        clip_range = config.PRIOR_SCHEDULER["clip_sample_range"]
        clean = sampler(predict, self._noise(count, config.EMBEDDING, seed=seed), settings["steps"], clip_range)
        return clean * prior.clip_std + prior.clip_mean

    @torch.no_grad()
    def decode(
        self, embeddings, seed: int, prompts=None, picture=None, keep=None, guidance=None, redraw=None, start=None
    ) -> torch.Tensor:
        """Image embeddings (B, E) -> pictures (B, 3, 64, 64), signed range. With `prompts` the decoder also sees the
        captions; with `picture` and `keep` (1 = known) it draws around the known pixels; with `redraw` it begins with
        that picture, noised to the timestep `start` (DPM-Solver++ only)."""
        settings, count = self.recipe["decoder"], len(embeddings)
        steps = settings["steps"]
        guidance = settings["guidance"] if guidance is None else guidance
        captions = [part.expand(count, *part.shape[1:]) for part in self.empty]
        if prompts is not None:
            captions = list(self.clip.embed_texts(prompts))
        null = torch.zeros(2 * count, device=self.device)
        null[count:] = 1  # the unconditional rows come second, so that a step without guidance is a prefix
        text, states, mask = (
            torch.cat([part, empty.expand(count, *empty.shape[1:])]) for part, empty in zip(captions, self.empty)
        )
        context, time = self.parts["text_proj"](torch.cat([embeddings, embeddings]), null, text, states)
        extra = torch.ones(2 * count, context.shape[1] - mask.shape[1], device=self.device)
        context_mask = torch.cat([extra, mask], dim=1)
        size = config.BASE_SIZE
        if picture is None:
            picture = torch.zeros(count, 3, size, size, device=self.device)
            keep = torch.zeros(count, 1, size, size, device=self.device)
        first, last = (round(fraction * steps) for fraction in settings["guidanceInterval"])

        def predict(noisy, timestep, step):
            rows = 2 * count if guidance != 1 and first <= step < last else count
            sample = decoder.network_input(noisy, picture, keep)
            sample = torch.cat([sample, sample])[:rows].contiguous(memory_format=torch.channels_last)
            times = torch.full((rows,), timestep, device=self.device)
            output = decoder.to_picture(
                self.parts["decoder"](sample, times, context[:rows], time[:rows], context_mask[:rows])
            )
            clean = output[:count]
            if rows > count:
                clean = output[count:] + guidance * (clean - output[count:])
            return diffusion.predicted_clean(clean, noisy, torch.tensor(timestep), decoder.PREDICTION)

        sampler = diffusion.SAMPLERS[settings["sampler"]]
        clip_range = config.DECODER_SCHEDULER["clip_sample_range"]
        noise = self._noise(count, 3, size, size, seed=seed)
        if redraw is None:
            return sampler(predict, noise, steps, clip_range)
        noisy = diffusion.add_noise(redraw, noise, torch.full((count,), start, device=self.device))
        return sampler(predict, noisy, steps, clip_range, start)

    @torch.no_grad()
    def enlarge(self, pictures, seed: int, component: str = "super_res_first") -> torch.Tensor:
        """(B, 3, s, s) -> (B, 3, 4 s, 4 s) by the given upsampler."""
        network = self.parts[component]
        settings = self.recipe["superResolution" if component == "super_res_first" else "superResolution1024"]
        unshuffle = network.config["pixel_unshuffle"]
        size = pictures.shape[-1] * enlarging.FACTOR

        def predict(noisy, timestep, step):
            sample = enlarging.network_input(noisy, pictures, unshuffle).contiguous(memory_format=torch.channels_last)
            times = torch.full((len(noisy),), timestep, device=self.device)
            output = torch.nn.functional.pixel_shuffle(network(sample, times), unshuffle)
            return diffusion.predicted_clean(output, noisy, torch.tensor(timestep), enlarging.PREDICTION)

        sampler = diffusion.SAMPLERS[settings["sampler"]]
        return sampler(predict, self._noise(len(pictures), 3, size, size, seed=seed), settings["steps"], 1.0)
