"""Trains one stage: train.py STAGE --minutes N --device cpu|cuda --resume

Stages: tokenizer, clip, prior, prior_autoregressive, decoder, super_res_first, super_res_1024, and judge (for evaluate.py only). Without
--resume a stage starts from its newest weights (its own last averages, else the shipped starter's) with a fresh
optimizer and a short warm-up, otherwise from nothing; with it, from work/STAGE/state.pt where that exists. --decay runs
the learning rate down to zero over the given minutes and writes only the weights, so that a later --resume goes on at
the constant rate from before. --samples N in place of --minutes ends a run at N samples of its stage, however busy the
machine was.
"""

import argparse
import contextlib
import importlib
import json
import os
import signal
import sys
import time

import torch
import torch.multiprocessing as multiprocessing

import checkpoints
import config
import embeddings
import safetensors_io
from flat_store import FlatStore, SharedBuffers, trained_parameters

STAGE_MODULES = {
    "clip": "clip",
    "prior": "prior",
    "prior_autoregressive": "prior_autoregressive",
    "decoder": "decoder",
    "super_res_first": "upsampler",
    "super_res_1024": "upsampler",
    "judge": "judge",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=["tokenizer", *STAGE_MODULES])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--samples", type=int, help="of the stage in all, then it ends, however long that takes")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="CPU only: one core each")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--decay", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="two tiny steps: does everything run?")
    parser.add_argument("--batch", type=int, default=None)
    parser.add_argument("--learning-rate", type=float, default=None)
    options = parser.parse_args()
    if options.smoke:
        options.batch, options.minutes, options.processes = 8, 1e-6, 2
    return options


def make_stage(options, rank: int, start_step: int):
    settings = dict(config.STAGES[options.stage])
    settings["batch"] = options.batch or settings["gpu_batch" if options.device == "cuda" else "batch"]
    settings["learning_rate"] = options.learning_rate or settings["learning_rate"]
    module = importlib.import_module(STAGE_MODULES[options.stage])
    if options.smoke:
        embeddings.ScenePool.SIZE = 2 * embeddings.ScenePool.REFILL
    # Every (re)start draws new scenes and noise: the seed holds the step and the process.
    seed = (start_step * 64 + rank) * 1_000_003 + sum(options.stage.encode())
    torch.manual_seed(seed)
    return module.Stage(options.stage, settings, options.device, seed), settings


def autocast(device: str):
    """bfloat16 on a GPU; on a CPU the weights themselves have the type of the training."""
    return torch.autocast("cuda", torch.bfloat16) if device == "cuda" else contextlib.nullcontext()


def worker(rank: int, options, buffers: SharedBuffers, barrier, state):
    torch.set_num_threads(1 if options.device == "cpu" else 8)
    meta = state["meta"] if state else {"step": 0, "samples": 0, "core_seconds": 0.0}
    stage, settings = make_stage(options, rank, meta["step"])
    store = FlatStore(stage.modules, buffers, rank, options.processes, barrier, settings)
    if state and rank == 0:
        store.load_state(state)
    store.wait()

    folder = config.WORK / options.stage
    first_step, step = meta["step"], meta["step"]
    start = report = checkpoint = time.monotonic()
    # A fresh optimizer has no second moments to trust: warm up. A resumed one has them, and its step goes on.
    total, reported_step = {}, step
    per_step = settings["batch"] * options.processes
    while True:
        elapsed = time.monotonic() - start
        if options.samples:
            done_share = (step - first_step) * per_step / max(1, options.samples - meta["samples"])
        else:
            done_share = elapsed / (60 * options.minutes)
        factor = min(1.0, (step + 1) / settings["warmup"])
        if options.decay:
            factor *= max(0.0, 1 - done_share)
        with autocast(options.device):
            loss, measures = stage.loss()
        loss.backward()
        norm = store.step(settings["learning_rate"] * factor, step)
        step += 1

        for name, value in {"loss": loss.detach(), **measures}.items():
            total[name] = total.get(name, 0.0) + float(value)
        if rank == 0:
            done = done_share >= 1
            save_now = done or time.monotonic() - checkpoint > config.CHECKPOINT_SECONDS
            buffers.scratch[-1] = 2.0 if done else 1.0 if save_now else 0.0
            if time.monotonic() - report > 20 or done:
                seconds, count = time.monotonic() - report, step - reported_step
                samples = count * per_step
                means = " ".join(f"{name} {value / count:.4f}" for name, value in total.items())
                print(
                    f"{time.strftime('%H:%M:%S')} {options.stage} step {step} {means} norm {norm:.2f} "
                    f"rate {settings['learning_rate'] * factor:.1e} {samples / seconds:.1f} samples/s",
                    flush=True,
                )
                report, reported_step, total = time.monotonic(), step, {}
        store.wait()
        order = buffers.scratch[-1].item()
        if order and rank == 0:
            now = time.monotonic()
            new_meta = {
                "step": step,
                "samples": meta["samples"] + (step - first_step) * per_step,
                "core_seconds": round(meta["core_seconds"] + time.process_time() * options.processes, 1),
                "device": options.device,
                "decayed": options.decay,
            }
            save(folder, stage, store, new_meta, with_state=not options.decay)
            checkpoint = now
        store.wait()
        if order == 2.0:
            return


def save(folder, stage, store, meta, with_state: bool):
    """Writes the averaged weights of every component, meta.json and, to go on from, state.pt; each file whole or
    not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    averages = store.averages()
    for component, module in stage.modules.items():
        if component not in checkpoints.COMPONENTS and component != folder.name:
            continue  # training aids such as CLIP's temperature
        tensors = {  # what is not trained, such as the prior's statistics, has no average
            name: averages.get(f"{component}.{name}", tensor.detach().float())
            for name, tensor in module.named_parameters()
        }
        temporary = folder / f"{component}.partial"
        safetensors_io.save(tensors, temporary)
        temporary.replace(folder / f"{component}.safetensors")
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")
    if with_state:
        torch.save(store.state() | {"meta": meta}, folder / "state.partial")
        (folder / "state.partial").replace(folder / "state.pt")


def reached(options, state) -> bool:
    """Whether an earlier call already trained the samples asked for: a list of such calls can be run again."""
    path = config.WORK / options.stage / "meta.json"
    if options.decay:  # leaves only weights, so state.pt does not know of it
        written = json.loads(path.read_text()) if path.exists() else {"decayed": False, "samples": 0}
        return written["decayed"] and written["samples"] >= options.samples
    return state is not None and state["meta"]["samples"] >= options.samples


def main():
    options = arguments()
    if options.stage == "tokenizer":
        import tokenizer

        tokenizer.train(config.WORK / "tokenizer")
        return
    if options.device == "cuda":
        options.processes = 1

    path = config.WORK / options.stage / "state.pt"
    state = torch.load(path, map_location="cpu") if options.resume and path.exists() else None
    if options.samples and reached(options, state):
        print(f"{options.stage} has its {options.samples} samples")
        return
    torch.set_num_threads(1)
    stage, _ = make_stage(options, 0, 0)
    size = sum(parameter.numel() for _, parameter in trained_parameters(stage.modules))
    del stage
    buffers = SharedBuffers(size, options.processes, options.device)
    if options.processes == 1:
        worker(0, options, buffers, None, state)
        return
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(options.processes)
    # Who ends this process ends the workers too: they would go on and write over a later run's checkpoints.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    multiprocessing.spawn(worker, (options, buffers, barrier, state), options.processes, daemon=True)


if __name__ == "__main__":
    main()
