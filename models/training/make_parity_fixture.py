"""Writes tests/fixtures/starter-tiny: a tiny model with random fp16 weights in the starter's layout, and what each
network computes from given inputs (float32, from the fp16-rounded weights), two rows at different timesteps.

Run once; the fixture is committed and only regenerated when the layout changes.
"""

import shutil
import zlib

import torch

import checkpoints
import config
import export
import networks
import safetensors_io
from tokenizer import Tokenizer

FOLDER = config.FOLDER.parents[1] / "tests" / "fixtures" / "starter-tiny"
E, L = 32, config.TOKEN_LENGTH


def tiny_configs() -> dict[str, dict]:
    """The shipped configurations with everything that costs space made small."""
    clip = {"hidden_size": E, "intermediate_size": 2 * E, "projection_dim": E}
    clip |= {"num_attention_heads": 4, "num_hidden_layers": 2}
    base = {name: checkpoints.component_config(name) for name in checkpoints.COMPONENTS}
    small_sr = {"block_out_channels": [8, 12], "norm_num_groups": 4}
    changes = {
        "text_encoder": clip,
        "image_encoder": clip | {"image_size": 16},
        "prior": {"embedding_dim": E, "num_attention_heads": 4, "attention_head_dim": 8, "num_layers": 2},
        "prior_autoregressive": {
            "attention_head_dim": 8,
            "embedding_dim": E,
            "num_bins": 16,
            "num_components": 5,
            "num_layers": 2,
        },
        "text_proj": {"clip_embeddings_dim": E, "cross_attention_dim": E, "time_embed_dim": 32},
        "decoder": {
            "attention_head_dim": 4,
            "block_out_channels": [8, 12, 16],
            "cross_attention_dim": E,
            "in_channels": 7 * 4,
            "norm_num_groups": 4,
            "out_channels": 3 * 4,
            "pixel_unshuffle": 2,
            "sample_size": 16,
        },
        "super_res_first": small_sr
        | {"in_channels": 6 * 4, "out_channels": 3 * 4, "pixel_unshuffle": 2, "residual": False, "sample_size": 64},
        "super_res_1024": small_sr
        | {"in_channels": 6 * 16, "out_channels": 3 * 16, "pixel_unshuffle": 4, "sample_size": 256},
    }
    return {name: base[name] | changes[name] for name in base}


def random_weights(name: str, module: torch.nn.Module):
    """Every tensor random, so that a forgotten bias or a swapped half shows; scaled to keep activations near 1. The
    numbers hang on the component's name alone: a new component leaves the others' files as they are."""
    torch.manual_seed(zlib.crc32(name.encode()))
    for tensor_name, parameter in module.named_parameters():
        if tensor_name == "clip_std":
            parameter.data.uniform_(0.5, 1.5)
        elif tensor_name == "bins":
            parameter.data.normal_()
            parameter.data = parameter.data.sort(1).values
        elif parameter.dim() >= 2 and "embedding" not in tensor_name:
            parameter.data.normal_(std=parameter[0].numel() ** -0.5)
        else:
            gain = "norm" in tensor_name and tensor_name.endswith("weight")
            parameter.data.normal_(std=0.2).add_(1.0 if gain else 0.0)
        parameter.data = parameter.data.half().float()


def golden(modules, configs) -> dict[str, tuple[dict, dict]]:
    """Inputs and outputs by network, named as the command line's `network` has them."""
    ids, mask = Tokenizer(checkpoints.tokenizer_folder()).batch(["a red cube on top of a blue cube", ""])
    timestep = torch.tensor([999, 42])

    def noise(*shape):
        return torch.randn(*shape)

    cases = {}
    eos_index = mask.sum(1) - 1
    states, text = modules["text_encoder"](ids, eos_index)
    cases["text_encoder"] = (
        {"input_ids": ids, "eos_index": eos_index},
        {"last_hidden_state": states, "text_embeds": text},
    )

    size = configs["image_encoder"]["image_size"]
    pixels = noise(2, 3, size, size)
    cases["image_encoder"] = ({"pixel_values": pixels}, {"image_embeds": modules["image_encoder"](pixels)})

    noisy = noise(2, E)
    cases["prior"] = (
        {
            "hidden_states": noisy,
            "timestep": timestep,
            "proj_embedding": text,
            "encoder_hidden_states": states,
            "attention_mask": mask,
        },
        {"predicted_image_embedding": modules["prior"](noisy, timestep, text, states, mask)},
    )

    tokens = torch.randint(0, configs["prior_autoregressive"]["num_bins"], (2, configs["prior_autoregressive"]["num_components"]))
    cases["prior_autoregressive"] = (
        {"tokens": tokens, "proj_embedding": text, "encoder_hidden_states": states, "attention_mask": mask},
        {"logits": modules["prior_autoregressive"](tokens, text, states, mask)},
    )

    image, null = noise(2, E), torch.tensor([0, 1])
    context, time = modules["text_proj"](image, null, text, states)
    cases["text_proj"] = (
        {
            "image_embeddings": image,
            "null_image": null,
            "prompt_embeds": text,
            "text_encoder_hidden_states": states,
        },
        {"text_encoder_hidden_states": context, "time_embeddings": time},
    )

    def sample(component):
        grid = 8  # any multiple of 2 per level is a valid picture for a fully convolutional network
        return noise(2, configs[component]["in_channels"], grid, grid)

    x = sample("decoder")
    extra = torch.ones(2, configs["text_proj"]["clip_extra_context_tokens"], dtype=torch.int64)
    context_mask = torch.cat([extra, mask], dim=1)
    cases["decoder"] = (
        {
            "sample": x,
            "timestep": timestep,
            "encoder_hidden_states": context,
            "class_labels": time,
            "attention_mask": context_mask,
        },
        {"sample": modules["decoder"](x, timestep, context, time, context_mask)},
    )
    for component in ("super_res_first", "super_res_1024"):
        x = sample(component)
        cases[component] = ({"sample": x, "timestep": timestep}, {"sample": modules[component](x, timestep)})
    return cases


@torch.no_grad()
def main():
    configs = tiny_configs()
    modules = {name: checkpoints.COMPONENTS[name][0](settings).eval() for name, settings in configs.items()}
    for name, module in modules.items():
        random_weights(name, module)
    torch.manual_seed(0)  # of the inputs
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    weights = {name: dict(module.named_parameters()) for name, module in modules.items()}
    recipe = config.RECIPE | {"sizes": [16, 64, 256]}
    export.write_model(FOLDER, configs, weights, recipe, checkpoints.tokenizer_folder())
    for name, (inputs, outputs) in golden(modules, configs).items():
        safetensors_io.save(inputs, FOLDER / "golden" / f"{name}.inputs.safetensors")
        safetensors_io.save(outputs, FOLDER / "golden" / f"{name}.outputs.safetensors")
        scale = max(tensor.abs().max().item() for tensor in outputs.values())
        print(f"{name}: largest output {scale:.2f}")
    print(sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()), "bytes")


if __name__ == "__main__":
    main()
