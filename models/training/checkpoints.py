"""Where weights lie and how they are found.

A stage keeps, in `work/STAGE/`, `state.pt` (everything needed to go on) and one safetensors file per component
with the moving average of its weights (what other stages use and what is exported). Where a component was never
trained here, the shipped starter's is taken.
"""

import copy
import json
from pathlib import Path

import torch

import config
import networks
import safetensors_io

COMPONENTS = {
    "text_encoder": (networks.TextEncoder, config.TEXT_ENCODER, "clip"),
    "image_encoder": (networks.ImageEncoder, config.IMAGE_ENCODER, "clip"),
    "prior": (networks.PriorTransformer, config.PRIOR, "prior"),
    "prior_autoregressive": (networks.PriorAutoregressive, config.PRIOR_AUTOREGRESSIVE, "prior_autoregressive"),
    "text_proj": (networks.TextProjection, config.TEXT_PROJ, "decoder"),
    "decoder": (networks.UNet, config.DECODER, "decoder"),
    "super_res_first": (networks.UNet, config.SUPER_RES_FIRST, "super_res_first"),
    "super_res_1024": (networks.UNet, config.SUPER_RES_1024, "super_res_1024"),
}


def training_dtype(device: str) -> torch.dtype:
    """Of the weights while they train; a GPU runs float32 weights under autocast."""
    return getattr(torch, config.CPU_DTYPE) if device == "cpu" else torch.float32


def weight_file(component: str) -> str:
    return "model.safetensors" if component.endswith("_encoder") else "diffusion_pytorch_model.safetensors"


def tokenizer_folder() -> Path:
    own = config.WORK / "tokenizer"
    return own if (own / "vocab.json").exists() else config.STARTER / "tokenizer"


def component_config(component: str) -> dict:
    """The component's `config.json`; the text encoder's takes its vocabulary from the trained tokenizer."""
    settings = copy.deepcopy(COMPONENTS[component][1])
    if component == "text_encoder":
        size = len(json.loads((tokenizer_folder() / "vocab.json").read_text()))
        settings |= {"vocab_size": size, "bos_token_id": size - 2, "eos_token_id": size - 1, "pad_token_id": size - 1}
    return settings


def own(component: str) -> Path:
    """Where the weights trained here lie, once there are any."""
    return config.WORK / COMPONENTS[component][2] / f"{component}.safetensors"


def find(component: str) -> Path | None:
    """The newest weights of the component, or None before its first checkpoint."""
    shipped = config.STARTER / component / weight_file(component)
    return next((path for path in (own(component), shipped) if path.exists()), None)


def knows_embeddings(prior: str) -> bool:
    """Whether the prior's statistics of the embeddings are those of the CLIP in use: the shipped prior's belong to the
    shipped CLIP."""
    return own(prior).exists() or (find(prior) is not None and not own("image_encoder").exists())


def build(component: str) -> torch.nn.Module:
    """The component in float32, with its newest weights if there are any."""
    module = COMPONENTS[component][0](component_config(component))
    path = find(component)
    if path is not None:
        module.load_state_dict({name: tensor.float() for name, tensor in safetensors_io.load(path).items()})
    return module


def load_trained(component: str, device, dtype=torch.float32) -> torch.nn.Module:
    """The component ready for inference."""
    if find(component) is None:
        raise FileNotFoundError(f"{component} has no weights yet: run train.py {COMPONENTS[component][2]} first")
    module = build(component).to(device=device, dtype=dtype).eval().requires_grad_(False)
    return module.to(memory_format=torch.channels_last) if isinstance(module, networks.UNet) else module
