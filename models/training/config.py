"""Every default of the starter's training, with its reason.

Network settings are the `config.json` of the shipped components (diffusers / transformers keys), so a
checkpoint saved by the trainer and this file together are the folder that the engine opens.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
WORK = Path(os.environ.get("TRAINING_WORK", FOLDER / "work"))  # checkpoints and sheets; ignored by git
STARTER = FOLDER.parent / "starter"  # the shipped weights; warm start where no checkpoint survives
SPRITES = Path(os.environ.get("SPRITES_FOLDER", FOLDER / "work" / "fluent-emoji-3d"))  # world 3's, see fetch_sprites.sh


def _cpu_dtype() -> str:
    """bfloat16 only where the CPU multiplies it: elsewhere it is emulated. One core without: matrices 75 GFLOP/s in
    float32 and 25 in bfloat16, convolutions forward and backward 85 and 32; with: 159 and 412 on two cores."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    return "bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"


CPU_DTYPE = os.environ.get("TRAINING_DTYPE") or _cpu_dtype()  # of the weights in training on a CPU

# --- the conditioning that all parts share ---------------------------------------------------------------
TOKEN_LENGTH = 32  # the longest caption of the grammar has 27 tokens; attention over padding is wasted work
EMBEDDING = 192  # E: text hidden size = projection = prior and text_proj width (the layout demands equality)
TOKENIZER_MERGES = 700  # every word of the grammar becomes one or two tokens; other words are spelled

BASE_SIZE = 64  # pixels of the decoder's picture
SIZES = (64, 256, 1024)
TRAIN_TIMESTEPS = 1000  # the UnCLIP scheduler's cosine table

# OpenAI's CLIP statistics: every CLIP image processor knows them, so variations need no special case.
IMAGE_MEAN = (0.48145466, 0.4578275, 0.40821073)
IMAGE_STD = (0.26862954, 0.26130258, 0.27577711)

# --- networks --------------------------------------------------------------------------------------------
TEXT_ENCODER = {
    "architectures": ["CLIPTextModelWithProjection"],
    "hidden_act": "quick_gelu",  # half the time of exact GELU in bfloat16 on a CPU
    "hidden_size": EMBEDDING,
    "intermediate_size": 4 * EMBEDDING,
    "layer_norm_eps": 1e-5,
    "max_position_embeddings": TOKEN_LENGTH,
    "num_attention_heads": 6,
    "num_hidden_layers": 4,
    "projection_dim": EMBEDDING,
    # vocab_size, bos_token_id, eos_token_id and pad_token_id are added from the trained tokenizer
}

IMAGE_ENCODER = {
    "architectures": ["CLIPVisionModelWithProjection"],
    "hidden_act": "quick_gelu",
    "hidden_size": 192,
    "image_size": BASE_SIZE,
    "intermediate_size": 768,
    "layer_norm_eps": 1e-5,
    "num_attention_heads": 6,
    "num_hidden_layers": 6,
    "patch_size": 8,  # 65 tokens: small objects of three span 2 to 3 patches
    "projection_dim": EMBEDDING,
}

PRIOR = {
    "_class_name": "PriorTransformer",
    "additional_embeddings": 4,
    "attention_head_dim": 32,
    "embedding_dim": EMBEDDING,
    "num_attention_heads": 6,
    "num_embeddings": TOKEN_LENGTH,
    "num_layers": 5,
}

PRIOR_AUTOREGRESSIVE = {
    "_class_name": "PriorAutoregressive",
    "attention_head_dim": 32,
    "embedding_dim": EMBEDDING,
    "num_attention_heads": 4,
    "num_bins": 256,
    "num_components": 44,  # 98 % of the variance of the shipped CLIP's embeddings
    "num_embeddings": TOKEN_LENGTH,
    "num_layers": 3,  # with the token table, all that the starter's 42 MB leave
}

# Pixel-unshuffle 4 puts 64 x 64 pixels on a 16 x 16 grid: 3.5 times cheaper than unshuffle 2. Attention sits
# at 8 x 8 and in the middle block (4 x 4); at 16 x 16 it costs more than the convolutions it would help.
DECODER = {
    "_class_name": "UNet2DConditionModel",
    "act_fn": "hardswish",  # replaces every SiLU of the network; SiLU is 6 times dearer in bfloat16
    "attention_head_dim": 32,
    "block_out_channels": [64, 128, 192],
    "class_embed_type": "identity",
    "cross_attention_dim": EMBEDDING,
    "down_block_types": ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D", "ResnetDownsampleBlock2D"],
    "in_channels": 7 * 16,  # (noisy 3 + known 3 + keep 1) x 4 x 4
    "layers_per_block": 1,
    "masked_input": True,
    "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
    "norm_num_groups": 16,
    "out_channels": 3 * 16,
    "pixel_unshuffle": 4,
    "resnet_time_scale_shift": "scale_shift",
    "sample_size": BASE_SIZE,
    "up_block_types": ["ResnetUpsampleBlock2D", "SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"],
}

TEXT_PROJ = {
    "_class_name": "UnCLIPTextProjModel",
    "clip_embeddings_dim": EMBEDDING,
    "clip_extra_context_tokens": 4,
    "cross_attention_dim": EMBEDDING,
    "time_embed_dim": 4 * DECODER["block_out_channels"][0],
}


def _upsampler(sample_size: int, unshuffle: int, widths: list[int]) -> dict:
    return {
        "_class_name": "UNet2DModel",
        "act_fn": "hardswish",
        "add_attention": False,
        "block_out_channels": widths,
        "down_block_types": ["ResnetDownsampleBlock2D"] * len(widths),
        "in_channels": 6 * unshuffle**2,  # (noisy 3 + enlarged low resolution 3), unshuffled
        "layers_per_block": 1,
        "norm_num_groups": 16,
        "out_channels": 3 * unshuffle**2,
        "pixel_unshuffle": unshuffle,
        "residual": True,  # a cell of 48 or 192 values does not fit through 32 to 48 channels: only what bicubic lacks does
        "resnet_time_scale_shift": "default",
        "sample_size": sample_size,
        "up_block_types": ["ResnetUpsampleBlock2D"] * len(widths),
    }


# Two levels see 100 pixels around each pixel, plenty for an upsampler; a third doubles the weights.
SUPER_RES_FIRST = _upsampler(256, 4, [48, 96])  # 64 x 64 grid
SUPER_RES_1024 = _upsampler(1024, 8, [32, 64])  # 128 x 128 grid


def _scheduler(prediction_type: str, clip_range: float) -> dict:
    return {
        "_class_name": "UnCLIPScheduler",
        "clip_sample": True,
        "clip_sample_range": clip_range,
        "num_train_timesteps": TRAIN_TIMESTEPS,
        "prediction_type": prediction_type,
        "variance_type": "fixed_small_log",
    }


PRIOR_SCHEDULER = _scheduler("sample", 5.0)
# An unshuffled cell holds 48 or 192 values and its noise too, but the networks carry 32 to 64 channels: they can
# describe the clean cell, not copy its noise. So they predict the clean picture. Measured on the decoder after
# 6,000 samples: mean squared error of the predicted picture 0.032 against 0.208 with v_prediction.
DECODER_SCHEDULER = _scheduler("sample", 1.0)
SUPER_RES_SCHEDULER = _scheduler("sample", 1.0)

RECIPE = {
    "prior": {"sampler": "dpm-solver++", "steps": 12, "guidance": 2.0},
    "priorAutoregressive": {"temperature": 1.0, "guidance": 2.0},
    "decoder": {"sampler": "dpm-solver++", "steps": 12, "guidance": 3.0, "guidanceInterval": [0.0, 0.67]},
    "superResolution": {"sampler": "ddim", "steps": 4},
    "superResolution1024": {"sampler": "ddim", "steps": 3},
    "sizes": list(SIZES),
    "captionTokens": False,
    "profiles": {
        "fast": {"decoder": {"sampler": "dpm-solver++", "steps": 8, "guidance": 3.0, "guidanceInterval": [0.0, 0.67]}},
        "best": {"decoder": {"sampler": "dpm-solver++", "steps": 25, "guidance": 3.0, "guidanceInterval": [0.0, 0.67]}},
    },
}

# --- training --------------------------------------------------------------------------------------------
# batch is per process on a CPU (one process per core) and whole on a GPU (gpu_batch).
STAGES = {
    "clip": {
        "learning_rate": 1e-3,
        "warmup": 50,
        "batch": 48,  # pairs: 12 families of 4; more steps beat more negatives, the hard ones are in the family
        "gpu_batch": 1024,
        "ema": 0.995,
        "weight_decay": 0.05,
    },
    "prior": {
        "learning_rate": 1e-3,
        "warmup": 200,
        "batch": 128,
        "gpu_batch": 1024,
        "ema": 0.998,
        "weight_decay": 0.01,
    },
    "prior_autoregressive": {
        "learning_rate": 1e-3,
        "warmup": 200,
        "batch": 128,
        "gpu_batch": 1024,
        "ema": 0.998,
        "weight_decay": 0.01,
    },
    "decoder": {
        "learning_rate": 1e-3,
        "warmup": 100,
        "batch": 16,  # small batches win until about 50 k steps
        "gpu_batch": 256,
        "ema": 0.9995,
        "weight_decay": 0.0,
    },
    "super_res_first": {
        "learning_rate": 1e-3,
        "warmup": 200,
        "batch": 8,
        "gpu_batch": 64,
        "ema": 0.999,
        "weight_decay": 0.0,
        "crop": 128,  # pixels of the enlarged picture per sample
    },
    "super_res_1024": {
        "learning_rate": 1e-3,
        "warmup": 200,
        "batch": 4,
        "gpu_batch": 32,
        "ema": 0.999,
        "weight_decay": 0.0,
        "crop": 256,
    },
    "judge": {
        "learning_rate": 1e-3,
        "warmup": 100,
        "batch": 64,
        "gpu_batch": 512,
        "ema": 0.995,
        "weight_decay": 0.01,
    },
}

ADAM_BETAS = (0.9, 0.99)  # 0.99: a short run cannot wait for 0.999 to settle
GRADIENT_CLIP = 1.0
CHECKPOINT_SECONDS = 120  # at most two minutes are lost when the machine stops
DECAY_FRACTION = 0.2  # of a run that ships: the rate falls to zero over the last fifth

DROP_IMAGE = 0.1  # decoder: learned null embedding and empty caption together, the unconditional branch
DROP_TEXT = 0.75  # decoder: caption replaced by "" while the embedding stays; embedding alone is the default
PRIOR_DROP_TEXT = 0.1
QUANTISATION_SEED = 20_250_102  # of the scenes whose embeddings place the autoregressive prior's bins
QUANTISATION_POOLS = 6  # pools of such scenes: about fifty values in each of the 256 bins
MASKED_FRACTION = 0.2  # decoder samples with a known region; the others know nothing
# Which of two things has which colour and stands where is learned last (single things and counts were right in 91 and
# 99 of 100 when both colours were in 70), so the decoder sees pairs more often than the other stages do.
DECODER_RELATIONS = {"single": 14, "count": 8, "on top": 24, "above": 14, "left": 14, "next": 12, "row": 8, "stack": 6}
# Once both colours and the order are right in 98 of 100 pairs, what is left to learn is how the things look, one alone
# and three in a row, and that is where little noise is left: DETAIL=1 is the last part of a decoder's training.
DETAIL = os.environ.get("DETAIL") == "1"
if DETAIL:
    DECODER_RELATIONS = {"single": 22, "count": 10, "on top": 20, "above": 11, "left": 12, "next": 9, "row": 9, "stack": 7}
NOISY_FROM = 0.6  # decoder: from this share of the timesteps on ...
NOISY_SHARE = 0.25 if DETAIL else 0.5  # ... this share of the training beyond the even one (see decoder.random_timesteps)
FAULTY_SHARE = 0.75  # of the upsamplers' small pictures: redrawn by the decoder; the others are renderings
FAULT_TIMESTEPS = (200, 600)  # how far they are noised for it: rims wobble, the layout stays
SNR_WEIGHT_LIMIT = 5.0  # of a clean-picture loss, 1 / (1 - alpha_bar) otherwise: layout before the last detail

WORLD = int(os.environ.get("WORLD", 0))  # which world of scenes.py the stages train on; the shipped weights know world 1 without its sprites

# World 3 is learned in parts, each going on from the last one's weights. Shares of the scenes: `large` single sprites,
# `signs`; of the rest `sprites` is the share among the things. Then shares of all: `hats` on heads, `scenic`, `styled`.
# World 1's emoji stayed blobs: 20 pixels wide, seldom seen. So one large thing fills six scenes of ten or more.
PARTS = {
    # The embedding must name every part's scenes before a decoder can learn them; pairs, for which colours must be
    # bound, are more frequent than in the parts that draw.
    "clip": {"large": 0.25, "signs": 0.12, "sprites": 0.45, "hats": 0.35, "scenic": 0.2, "styled": 0.2},
    "large": {"large": 0.7, "signs": 0.0, "sprites": 0.0, "hats": 0.0, "scenic": 0.0, "styled": 0.0},
    "pairs": {"large": 0.5, "signs": 0.0, "sprites": 0.4, "hats": 0.35, "scenic": 0.2, "styled": 0.2},
    "signs": {"large": 0.45, "signs": 0.12, "sprites": 0.4, "hats": 0.35, "scenic": 0.2, "styled": 0.2},
}
PART = os.environ.get("PART", "signs")  # the last one has everything, so it is what judge and scores look at
