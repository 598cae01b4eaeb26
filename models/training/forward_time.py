"""The decoder's forward in PyTorch, float32 on one thread, for `promptcanvas bench --only torch`, which measures the
same weights beside it: forward_time.py DECODER_FOLDER ROWS TOKENS

Each line read is a number of forwards; the answer is the processor seconds they took, one number a line.
"""

import json
import sys
import time
from pathlib import Path

import torch

import networks
import safetensors_io

# What a published config leaves out: the defaults of UNet2DConditionModel.
DEFAULTS = {"act_fn": "silu", "norm_num_groups": 32}


def main():
    folder, rows, tokens = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    config = DEFAULTS | json.loads((folder / "config.json").read_text())
    decoder = networks.UNet(config)
    weights = {}
    for file in sorted(folder.glob("*.safetensors")):
        weights |= safetensors_io.load(file)
    decoder.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    del weights
    decoder = decoder.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    grid = config["sample_size"] // config.get("pixel_unshuffle", 1)
    sample = torch.zeros(rows, config["in_channels"], grid, grid).to(memory_format=torch.channels_last)
    timestep = torch.full((rows,), 500)
    context = torch.zeros(rows, tokens, config["cross_attention_dim"])
    embedding = torch.zeros(rows, 4 * config["block_out_channels"][0])
    mask = torch.ones(rows, tokens)
    with torch.inference_mode():
        decoder(sample, timestep, context, embedding, mask)
        print("ready", flush=True)
        for line in sys.stdin:
            began = time.process_time()
            for _ in range(int(line)):
                decoder(sample, timestep, context, embedding, mask)
            print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
