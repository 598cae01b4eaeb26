"""Writes a model folder in the diffusers layout: export.py [FOLDER], default models/starter.

Weights are the newest moving averages, stored as fp16. Components without any weights yet are refused.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

import checkpoints
import config
import safetensors_io

CLASSES = {
    "tokenizer": ("transformers", "CLIPTokenizer"),
    "text_encoder": ("transformers", "CLIPTextModelWithProjection"),
    "image_encoder": ("transformers", "CLIPVisionModelWithProjection"),
    "feature_extractor": ("transformers", "CLIPImageProcessor"),
    "prior": ("diffusers", "PriorTransformer"),
    "prior_scheduler": ("diffusers", "UnCLIPScheduler"),
    "prior_autoregressive": ("promptcanvas", "PriorAutoregressive"),
    "text_proj": ("unclip", "UnCLIPTextProjModel"),
    "decoder": ("diffusers", "UNet2DConditionModel"),
    "decoder_scheduler": ("diffusers", "UnCLIPScheduler"),
    "super_res_first": ("diffusers", "UNet2DModel"),
    "super_res_scheduler": ("diffusers", "UnCLIPScheduler"),
    "super_res_1024": ("diffusers", "UNet2DModel"),
    "super_res_1024_scheduler": ("diffusers", "UnCLIPScheduler"),
}
SCHEDULERS = {
    "prior_scheduler": config.PRIOR_SCHEDULER,
    "decoder_scheduler": config.DECODER_SCHEDULER,
    "super_res_scheduler": config.SUPER_RES_SCHEDULER,
    "super_res_1024_scheduler": config.SUPER_RES_SCHEDULER,
}


def _write_json(path: Path, value: dict):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_model(folder: Path, configs: dict[str, dict], weights: dict[str, dict], recipe: dict, tokenizer: Path):
    """`configs` and `weights` (name -> tensor) by component; returns the size of all weights in bytes."""
    _write_json(folder / "model_index.json", {"_class_name": "UnCLIPPipeline", **CLASSES})
    for component, settings in configs.items():
        _write_json(folder / component / "config.json", settings)
    for component, settings in SCHEDULERS.items():
        _write_json(folder / component / "scheduler_config.json", settings)
    size = configs["image_encoder"]["image_size"]
    processor = {
        "crop_size": {"height": size, "width": size},
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": config.IMAGE_MEAN,
        "image_processor_type": "CLIPImageProcessor",
        "image_std": config.IMAGE_STD,
        "resample": 3,  # bicubic
        "rescale_factor": 1 / 255,
        "size": {"shortest_edge": size},
    }
    _write_json(folder / "feature_extractor" / "preprocessor_config.json", processor)
    _write_json(folder / "recipe.json", recipe)
    (folder / "tokenizer").mkdir(parents=True, exist_ok=True)
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        if (tokenizer / name).resolve() != (folder / "tokenizer" / name).resolve():
            shutil.copyfile(tokenizer / name, folder / "tokenizer" / name)
    return sum(
        safetensors_io.save(tensors, folder / component / checkpoints.weight_file(component), torch.float16)
        for component, tensors in weights.items()
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=config.STARTER)
    folder = parser.parse_args().folder
    configs, weights = {}, {}
    for component in checkpoints.COMPONENTS:
        path = checkpoints.find(component)
        if path is None:
            raise SystemExit(f"{component} has no weights yet")
        configs[component] = checkpoints.component_config(component)
        weights[component] = safetensors_io.load(path)
    size = write_model(folder, configs, weights, config.RECIPE, checkpoints.tokenizer_folder())
    print(f"{folder}: {size / 1e6:.1f} MB of weights")


if __name__ == "__main__":
    main()
