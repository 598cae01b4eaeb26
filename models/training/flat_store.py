"""All trained parameters of a stage in flat buffers, updated by AdamW with a moving average, in one pass.

On a CPU the buffers lie in shared memory: one single-threaded process per core computes gradients of its own
batch, and each updates its share of the parameters (threads inside one process would spin at every barrier).
The networks' weights are bfloat16 views of one buffer, convolutions channels-last, beside a float32 master. On a CPU
that only emulates bfloat16, and on a GPU, they are views of the float32 master itself, on the GPU used under autocast.
"""

import math

import torch

import checkpoints
import config

AVERAGE_STRIDE = 4  # steps; far below every average's horizon
_CHUNK = 1 << 17  # elements updated at once: the seven buffers' chunks stay in the second-level cache


class SharedBuffers:
    """Created once by the parent process and handed to every worker."""

    def __init__(self, size: int, processes: int, device: str):
        def buffer(*shape, dtype=torch.float32):
            tensor = torch.zeros(*shape, dtype=dtype, device=device)
            return tensor.share_memory_() if device == "cpu" else tensor

        low = checkpoints.training_dtype(device)
        self.master = buffer(size)
        self.average = buffer(size)
        self.momentum = buffer(size)
        self.variance = buffer(size)
        self.weights = self.master if low is torch.float32 else buffer(size, dtype=low)
        self.gradients = buffer(processes, size, dtype=low)
        self.scratch = torch.zeros(processes + 1, dtype=torch.float64).share_memory_()  # squared norms, stop flag


def trained_parameters(modules: dict[str, torch.nn.Module]):
    """(name, parameter) of all that is trained: matrices and kernels first, so that the decayed ones are a prefix."""
    named = [
        (f"{component}.{name}", parameter)
        for component, module in modules.items()
        for name, parameter in module.named_parameters()
        if parameter.requires_grad
    ]
    return sorted(named, key=lambda item: item[1].dim() < 2)


def _view(buffer: torch.Tensor, offset: int, parameter: torch.Tensor) -> torch.Tensor:
    """The slice of the buffer that holds the parameter; kernels lie channels-last."""
    shape = parameter.shape
    if parameter.dim() == 4:
        strides = (shape[1] * shape[2] * shape[3], 1, shape[3] * shape[1], shape[1])
    else:
        strides = parameter.new_empty(shape).stride()
    return buffer.as_strided(shape, strides, offset)


class FlatStore:
    def __init__(self, modules, buffers: SharedBuffers, rank: int, processes: int, barrier, settings):
        self.buffers, self.rank, self.processes, self.barrier = buffers, rank, processes, barrier
        self.settings = settings
        self.offsets, offset = {}, 0
        for name, parameter in trained_parameters(modules):
            self.offsets[name] = (offset, parameter)
            if rank == 0:
                _view(buffers.master, offset, parameter.data).copy_(parameter.data)
            offset += parameter.numel()
            if parameter.dim() >= 2:
                self.decayed = offset
        self.size = offset
        if rank == 0:
            buffers.average.copy_(buffers.master)
            buffers.weights.copy_(buffers.master)
        self.wait()
        for offset, parameter in self.offsets.values():
            parameter.grad = None
            parameter.data = _view(buffers.weights, offset, parameter.data)
            parameter.grad = _view(buffers.gradients, rank * self.size + offset, parameter.data)

    def wait(self):
        if self.processes > 1:
            self.barrier.wait()

    @torch.no_grad()
    def step(self, learning_rate: float, step: int) -> float:
        """One AdamW update from the gradients of all processes; returns the gradient's norm."""
        b = self.buffers
        b.scratch[self.rank] = 0.0
        self.wait()
        low = self.size * self.rank // self.processes
        high = self.size * (self.rank + 1) // self.processes
        chunk = _CHUNK if b.master.device.type == "cpu" else self.size
        chunks = [(i, min(i + chunk, high)) for i in range(low, high, chunk)]

        gradients, squares = [], 0.0
        for i, j in chunks:
            gradient = b.gradients[:, i:j].float().sum(0) if self.processes > 1 else b.gradients[0, i:j].float()
            squares += gradient.square().sum().item()
            gradients.append(gradient)
        b.scratch[self.rank] = squares / self.processes**2
        self.wait()
        norm = math.sqrt(b.scratch[: self.processes].sum().item())
        scale = min(1.0, config.GRADIENT_CLIP / (norm + 1e-6)) / self.processes
        if not math.isfinite(norm):
            scale, learning_rate = 0.0, 0.0  # a broken batch changes nothing

        beta1, beta2 = config.ADAM_BETAS
        correct1, correct2 = 1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)
        # The average moves in strides: a pass over all weights at every step is a tenth of the update.
        keep = min(self.settings["ema"], (1 + step) / (10 + step)) ** AVERAGE_STRIDE
        for (i, j), gradient in zip(chunks, gradients):
            gradient = gradient.mul_(scale) if math.isfinite(norm) else gradient.zero_()
            master, momentum, variance = b.master[i:j], b.momentum[i:j], b.variance[i:j]
            momentum.lerp_(gradient, 1 - beta1)
            variance.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            decayed = max(0, min(j, self.decayed) - i)
            master[:decayed].mul_(1 - learning_rate * self.settings["weight_decay"])
            divisor = variance.div(correct2).sqrt_().add_(1e-8)
            master.addcdiv_(momentum, divisor, value=-learning_rate / correct1)
            if step % AVERAGE_STRIDE == 0:
                b.average[i:j].lerp_(master, 1 - keep)
            if b.weights is not b.master:
                b.weights[i:j].copy_(master)
        self.wait()
        b.gradients[self.rank].zero_()
        return norm

    def averages(self) -> dict[str, torch.Tensor]:
        """The moving average of every trained parameter, in its own shape, float32 on the CPU."""
        return {
            name: _view(self.buffers.average, offset, parameter.data).cpu().contiguous()
            for name, (offset, parameter) in self.offsets.items()
        }

    def state(self) -> dict:
        names = ("master", "average", "momentum", "variance")
        return {name: getattr(self.buffers, name) for name in names} | {"layout": list(self.offsets)}

    def load_state(self, state: dict):
        if state["layout"] != list(self.offsets):
            raise ValueError("the checkpoint belongs to other networks; delete work/STAGE or use the matching config")
        for name in ("master", "average", "momentum", "variance"):
            getattr(self.buffers, name).copy_(state[name])
        self.buffers.weights.copy_(self.buffers.master)
