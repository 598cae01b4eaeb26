"""The noise schedule of the UnCLIP scheduler, training targets and the two samplers used for evaluation.

Sources: Nichol & Dhariwal (2021) cosine schedule; Salimans & Ho (2022) velocity; Song et al. (2021) DDIM;
Lu et al. (2022) DPM-Solver++ 2M.
"""

import math

import torch

import config


def alpha_bars() -> torch.Tensor:
    """Cumulative products of the cosine schedule, (T) in float64; betas are cut at 0.999."""
    steps = config.TRAIN_TIMESTEPS

    def f(u: float) -> float:
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = [min(1 - f((i + 1) / steps) / f(i / steps), 0.999) for i in range(steps)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), 0)


ALPHA_BARS = alpha_bars()


def _levels(timestep: torch.Tensor, like: torch.Tensor):
    """sqrt(alpha_bar) and sqrt(1 - alpha_bar) in float32, shaped to multiply `like` (B, ...)."""
    alpha_bar = ALPHA_BARS.to(timestep.device)[timestep].reshape(-1, *[1] * (like.dim() - 1))
    return alpha_bar.sqrt().float(), (1 - alpha_bar).sqrt().float()


def add_noise(clean, noise, timestep):
    signal, spread = _levels(timestep, clean)
    return signal * clean + spread * noise


def predicted_clean(output, noisy, timestep, prediction_type: str):
    """The network's output as a prediction of the clean sample."""
    if prediction_type == "sample":
        return output
    signal, spread = _levels(timestep, noisy)
    return signal * noisy - spread * output


def loss(output, clean, noise, timestep, prediction_type: str):
    """Mean squared error per sample (B). A velocity error is a clean error over sqrt(1 - alpha_bar); clean
    predictions get the same weight up to a limit, where the picture is all but known."""
    signal, spread = _levels(timestep, clean)
    if prediction_type == "v_prediction":
        return (output - (signal * noise - spread * clean)).square().flatten(1).mean(1)
    weight = (1 / spread.square().flatten()).clamp_max(config.SNR_WEIGHT_LIMIT)
    return weight * (output - clean).square().flatten(1).mean(1)


def sample_ddim(predict, noisy, steps: int, clip_range: float):
    """`predict(noisy, timestep (int), step)` returns the clean sample; the timestep list is the UnCLIP scheduler's."""
    timesteps = [round(k * (config.TRAIN_TIMESTEPS - 1) / (steps - 1)) for k in range(steps)][::-1]
    for step, timestep in enumerate(timesteps):
        clean = predict(noisy, timestep, step).clamp(-clip_range, clip_range)
        alpha_bar = ALPHA_BARS[timestep].item()
        previous = ALPHA_BARS[timesteps[step + 1]].item() if step + 1 < steps else 1.0
        noise = (noisy - math.sqrt(alpha_bar) * clean) / math.sqrt(1 - alpha_bar)
        noisy = math.sqrt(previous) * clean + math.sqrt(1 - previous) * noise
    return noisy


LAMBDA_MIN = -5.1  # DPM-Solver++ skips the noisiest timesteps, where the cosine table explodes


def _lambda(alpha_bar: float) -> float:
    return 0.5 * math.log(alpha_bar / (1 - alpha_bar))


def sample_dpm_solver(predict, noisy, steps: int, clip_range: float, start: int | None = None):
    """DPM-Solver++ 2M, deterministic; the last step returns the predicted clean sample. With `start`, `noisy` is a
    picture noised to that timestep, and of the plan only the steps below it follow, numbered as in the whole plan."""
    usable = sum(_lambda(a) >= LAMBDA_MIN for a in ALPHA_BARS.tolist())
    timesteps = [round((usable - 1) * (steps - k) / steps) for k in range(steps)]
    first = 0
    if start is not None:
        first = sum(timestep >= start for timestep in timesteps) - 1
        timesteps[first] = start  # the last step at or above it begins at `start` itself
    before, before_lambda = None, 0.0
    for step, timestep in list(enumerate(timesteps))[first:]:
        clean = predict(noisy, timestep, step).clamp(-clip_range, clip_range)
        if step + 1 == steps:
            return clean
        alpha_bar, previous = ALPHA_BARS[timestep].item(), ALPHA_BARS[timesteps[step + 1]].item()
        now = _lambda(alpha_bar)
        h = _lambda(previous) - now
        direction = clean
        if before is not None:
            direction = clean + 0.5 * (clean - before) * h / (now - before_lambda)
        noisy = math.sqrt((1 - previous) / (1 - alpha_bar)) * noisy - math.sqrt(previous) * math.expm1(-h) * direction
        before, before_lambda = clean, now
    return noisy


SAMPLERS = {"ddim": sample_ddim, "dpm-solver++": sample_dpm_solver}
