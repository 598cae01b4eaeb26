"""The starter's networks, as plain torch modules whose parameter names are those of the diffusers layout.

Sources of the architectures: CLIP (Radford et al. 2021), unCLIP (Ramesh et al. 2022), guided diffusion
(Dhariwal & Nichol 2021). Each class takes the component's `config.json` as a dictionary. Notation in shape
comments: B batch, L tokens, E embedding width, D transformer width, T time-embedding width, X context width.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

MASKED = -10000.0  # additive attention penalty of a hidden key; finite in fp16, also when two add up


# --- shared pieces ---------------------------------------------------------------------------------------
def quick_gelu(x: torch.Tensor) -> torch.Tensor:
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS = {"quick_gelu": quick_gelu, "gelu": F.gelu, "silu": F.silu, "hardswish": F.hardswish}


def timestep_sinusoid(timestep: torch.Tensor, width: int) -> torch.Tensor:
    """[cos | sin] of the timestep at `width / 2` frequencies from 1 to 1/10000, (B) -> (B, width), float32."""
    half = width // 2
    frequencies = torch.exp(-math.log(10000.0) / half * torch.arange(half, device=timestep.device).float())
    angles = timestep.float()[:, None] * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, heads: int, bias=None) -> torch.Tensor:
    """Multi-head attention: (B, Q, C), (B, K, C), (B, K, C) -> (B, Q, C); softmax in float32.

    `bias` is added to the logits and broadcasts over (B, heads, Q, K).
    """
    batch, length, width = query.shape

    def split(x: torch.Tensor) -> torch.Tensor:  # (B, N, C) -> (B, heads, N, C / heads)
        return x.reshape(batch, x.shape[1], heads, width // heads).transpose(1, 2)

    logits = (split(query) * (width // heads) ** -0.5) @ split(key).transpose(2, 3)
    logits = logits.float()
    if bias is not None:
        logits = logits + bias
    mixed = logits.softmax(dim=-1).to(value.dtype) @ split(value)
    return mixed.transpose(1, 2).reshape(batch, length, width)


def causal_bias(length: int, device) -> torch.Tensor:
    """(L, L): `MASKED` where a query would see a later key."""
    return torch.full((length, length), MASKED, device=device).triu(1)


class LayerNorm(nn.LayerNorm):
    """Layer norm computed in float32: bfloat16's eight bits lose the variance (and are slower on CPUs)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x.float(), self.normalized_shape, self.weight.float(), self.bias.float(), self.eps).to(
            x.dtype
        )


class _FastGroupNorm(torch.autograd.Function):
    """Group norm of channels-last pictures as a few passes over (B, H*W, C): torch 1.13's kernel takes four
    times as long on a CPU. `scale` and `shift` are (B, C) in float32 and already hold weight, bias and any
    modulation, so that y = normalised * scale + shift."""

    @staticmethod
    def forward(ctx, x, scale, shift, groups, eps):
        batch, channels, height, width = x.shape
        flat = x.permute(0, 2, 3, 1).reshape(batch, height * width, channels).float()
        count = height * width * channels // groups
        sums = flat.sum(1).reshape(batch, groups, -1).sum(2)
        squares = (flat * flat).sum(1).reshape(batch, groups, -1).sum(2)
        mean = sums / count
        inverse = (squares / count - mean.square()).clamp_min(0).add(eps).rsqrt()
        mean = mean.repeat_interleave(channels // groups, 1)  # (B, C)
        inverse = inverse.repeat_interleave(channels // groups, 1)
        factor = inverse * scale
        y = torch.addcmul((shift - mean * factor)[:, None], flat, factor[:, None])
        ctx.save_for_backward(flat, scale, mean, inverse)
        ctx.groups = groups
        return y.to(x.dtype).reshape(batch, height, width, channels).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx, grad):
        flat, scale, mean, inverse = ctx.saved_tensors
        batch, channels, height, width = grad.shape
        groups, count = ctx.groups, flat[0].numel() // ctx.groups
        g = grad.permute(0, 2, 3, 1).reshape(batch, height * width, channels).float()
        grad_shift = g.sum(1)
        grad_scale = ((g * flat).sum(1) - mean * grad_shift) * inverse  # sum of g * normalised

        def over_group(z):  # (B, C) -> the group's mean, repeated to (B, C)
            return (z.reshape(batch, groups, -1).sum(2) / count).repeat_interleave(channels // groups, 1)

        # dx = inverse * (g * scale - mean(g * scale) - normalised * mean(g * scale * normalised))
        along = over_group(grad_scale * scale) * inverse.square()
        constant = along * mean - over_group(grad_shift * scale) * inverse
        dx = torch.addcmul(constant[:, None], g, (inverse * scale)[:, None]).addcmul_(flat, -along[:, None])
        dx = dx.to(grad.dtype).reshape(batch, height, width, channels).permute(0, 3, 1, 2)
        return dx, grad_scale, grad_shift, None, None


class GroupNorm(nn.GroupNorm):
    """Group norm in float32, optionally modulated: normalised * (1 + scale) + shift, both (B, C)."""

    def forward(self, x: torch.Tensor, scale=None, shift=None) -> torch.Tensor:
        if x.is_cuda or not torch.is_grad_enabled():
            y = F.group_norm(x.float(), self.num_groups, self.weight.float(), self.bias.float(), self.eps)
            if scale is not None:
                y = y * (1 + scale.float())[:, :, None, None] + shift.float()[:, :, None, None]
            return y.to(x.dtype)

        gain, offset = self.weight.float()[None], self.bias.float()[None]
        if scale is not None:
            gain, offset = gain * (1 + scale.float()), offset * (1 + scale.float()) + shift.float()
        batch = x.shape[0]
        return _FastGroupNorm.apply(x, gain.expand(batch, -1), offset.expand(batch, -1), self.num_groups, self.eps)


# --- CLIP ------------------------------------------------------------------------------------------------
class _SelfAttention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x, bias):
        return self.out_proj(attend(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.heads, bias))


class _Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.fc1 = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.fc2 = nn.Linear(config["intermediate_size"], config["hidden_size"])
        self.act = ACTIVATIONS[config["hidden_act"]]

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class _ClipLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.layer_norm1 = LayerNorm(width, config["layer_norm_eps"])
        self.self_attn = _SelfAttention(width, config["num_attention_heads"])
        self.layer_norm2 = LayerNorm(width, config["layer_norm_eps"])
        self.mlp = _Mlp(config)

    def forward(self, x, bias=None):
        x = x + self.self_attn(self.layer_norm1(x), bias)
        return x + self.mlp(self.layer_norm2(x))


class _ClipEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(_ClipLayer(config) for _ in range(config["num_hidden_layers"]))


class _TextEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.token_embedding = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.position_embedding = nn.Embedding(config["max_position_embeddings"], config["hidden_size"])


class _TextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = _TextEmbeddings(config)
        self.encoder = _ClipEncoder(config)
        self.final_layer_norm = LayerNorm(config["hidden_size"], config["layer_norm_eps"])


class TextEncoder(nn.Module):
    """CLIPTextModelWithProjection."""

    def __init__(self, config):
        super().__init__()
        self.text_model = _TextModel(config)
        self.text_projection = nn.Linear(config["hidden_size"], config["projection_dim"], bias=False)
        for embedding in (self.text_model.embeddings.token_embedding, self.text_model.embeddings.position_embedding):
            nn.init.normal_(embedding.weight, std=0.02)

    def forward(self, tokens, eos_index):
        """(B, L) ids and (B) positions of the end token -> text states (B, L, E), text embedding (B, E).

        L may be shorter than the model's: attention is causal, so padding after the end token changes nothing.
        """
        model = self.text_model
        length = tokens.shape[1]
        x = model.embeddings.token_embedding(tokens) + model.embeddings.position_embedding.weight[:length]
        bias = causal_bias(length, tokens.device)
        for layer in model.encoder.layers:
            x = layer(x, bias)
        states = model.final_layer_norm(x)
        pooled = states[torch.arange(len(states), device=states.device), eos_index]
        return states, self.text_projection(pooled)


class _VisionEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["hidden_size"], config["patch_size"]
        self.class_embedding = nn.Parameter(torch.randn(width) * 0.02)
        self.patch_embedding = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.position_embedding = nn.Embedding((config["image_size"] // patch) ** 2 + 1, width)
        nn.init.normal_(self.position_embedding.weight, std=0.02)


class _VisionModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = _VisionEmbeddings(config)
        self.pre_layrnorm = LayerNorm(config["hidden_size"], config["layer_norm_eps"])  # misspelt in the layout
        self.encoder = _ClipEncoder(config)
        self.post_layernorm = LayerNorm(config["hidden_size"], config["layer_norm_eps"])


class ImageEncoder(nn.Module):
    """CLIPVisionModelWithProjection."""

    def __init__(self, config):
        super().__init__()
        self.patch = config["patch_size"]
        self.vision_model = _VisionModel(config)
        self.visual_projection = nn.Linear(config["hidden_size"], config["projection_dim"], bias=False)

    def forward(self, pixels):
        """(B, 3, s, s), standardised with CLIP's mean and deviation -> image embedding (B, E), not normalised."""
        return self.embedding(self.states(pixels))

    def embedding(self, states):
        return self.visual_projection(self.vision_model.post_layernorm(states[:, 0]))

    def states(self, pixels):
        """-> last hidden states (B, 1 + patches, D): the class token, then the patches row by row."""
        model = self.vision_model
        batch, _, size, _ = pixels.shape
        grid = size // self.patch
        # The patch convolution as a matrix product: its strided backward pass is slow on CPUs.
        patches = pixels.reshape(batch, 3, grid, self.patch, grid, self.patch).permute(0, 2, 4, 1, 3, 5)
        weight = model.embeddings.patch_embedding.weight
        x = patches.reshape(batch, grid * grid, -1) @ weight.reshape(weight.shape[0], -1).t()
        x = torch.cat([model.embeddings.class_embedding.expand(batch, 1, -1), x], dim=1)
        x = model.pre_layrnorm(x + model.embeddings.position_embedding.weight)
        for layer in model.encoder.layers:
            x = layer(x)
        return x


# --- prior -----------------------------------------------------------------------------------------------
class _TimeEmbedding(nn.Module):
    def __init__(self, width_in: int, width: int, act: str):
        super().__init__()
        self.linear_1 = nn.Linear(width_in, width)
        self.linear_2 = nn.Linear(width, width)
        self.act = ACTIVATIONS[act]

    def forward(self, sinusoid):
        return self.linear_2(self.act(self.linear_1(sinusoid)))


class _Attention(nn.Module):
    """diffusers' attention; with `context` width, keys and values of the context come before the pictures'."""

    def __init__(self, width: int, heads: int, context: int | None = None, groups: int | None = None):
        super().__init__()
        self.heads = heads
        if groups is not None:
            self.group_norm = GroupNorm(groups, width)
        self.to_q = nn.Linear(width, width)
        self.to_k = nn.Linear(width, width)
        self.to_v = nn.Linear(width, width)
        if context is not None:
            self.add_k_proj = nn.Linear(context, width)
            self.add_v_proj = nn.Linear(context, width)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, bias):
        """Self-attention over tokens (B, N, C)."""
        return self.to_out[0](attend(self.to_q(x), self.to_k(x), self.to_v(x), self.heads, bias))

    def with_context(self, x, context, bias):
        """Picture (B, C, H, W), context (B, Lc, X), bias (B, 1, 1, Lc + H*W) -> picture, residual added."""
        batch, channels, height, width = x.shape
        y = self.group_norm(x).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        key = torch.cat([self.add_k_proj(context), self.to_k(y)], dim=1)
        value = torch.cat([self.add_v_proj(context), self.to_v(y)], dim=1)
        y = self.to_out[0](attend(self.to_q(y), key, value, self.heads, bias))
        return x + y.reshape(batch, height, width, channels).permute(0, 3, 1, 2)


class _FeedForwardIn(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.proj = nn.Linear(width, 4 * width)

    def forward(self, x):
        return F.gelu(self.proj(x))


class _FeedForward(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        # Index 1 is dropout in the layout; it has no tensors and is inert.
        self.net = nn.ModuleList([_FeedForwardIn(width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class _PriorBlock(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = LayerNorm(width)
        self.attn1 = _Attention(width, heads)
        self.norm3 = LayerNorm(width)
        self.ff = _FeedForward(width)

    def forward(self, x, bias):
        x = x + self.attn1(self.norm1(x), bias)
        return x + self.ff(self.norm3(x))


class PriorTransformer(nn.Module):
    """The diffusion prior: predicts the clean, standardised image embedding."""

    def __init__(self, config):
        super().__init__()
        heads = config["num_attention_heads"]
        width, embedding = heads * config["attention_head_dim"], config["embedding_dim"]
        length = config["num_embeddings"] + config["additional_embeddings"]
        self.width = width
        self.positional_embedding = nn.Parameter(torch.randn(1, length, width) * 0.02)
        self.prd_embedding = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        # Buffers in spirit: set once from the image embeddings of training scenes, never trained.
        self.clip_mean = nn.Parameter(torch.zeros(1, embedding), requires_grad=False)
        self.clip_std = nn.Parameter(torch.ones(1, embedding), requires_grad=False)
        self.time_embedding = _TimeEmbedding(width, width, "silu")
        self.proj_in = nn.Linear(embedding, width)
        self.embedding_proj = nn.Linear(embedding, width)
        self.encoder_hidden_states_proj = nn.Linear(embedding, width)
        self.transformer_blocks = nn.ModuleList(_PriorBlock(width, heads) for _ in range(config["num_layers"]))
        self.norm_out = LayerNorm(width)
        self.proj_to_clip_embeddings = nn.Linear(width, embedding)

    def forward(self, noisy_embedding, timestep, text_embedding, text_states, token_mask):
        """(B, E), (B), (B, E), (B, L, E), (B, L) with 1 = real token -> predicted clean embedding (B, E)."""
        dtype = self.proj_in.weight.dtype
        time = self.time_embedding(timestep_sinusoid(timestep, self.width).to(dtype))
        sequence = torch.cat(
            [
                self.encoder_hidden_states_proj(text_states.to(dtype)),
                self.embedding_proj(text_embedding.to(dtype))[:, None],
                time[:, None],
                self.proj_in(noisy_embedding.to(dtype))[:, None],
                self.prd_embedding.expand(len(time), -1, -1),
            ],
            dim=1,
        )  # (B, L + 4, D)
        x = sequence + self.positional_embedding
        hidden = F.pad((1.0 - token_mask.float()) * MASKED, (0, 4))[:, None, None]
        bias = hidden + causal_bias(x.shape[1], x.device)
        for block in self.transformer_blocks:
            x = block(x, bias)
        return self.proj_to_clip_embeddings(self.norm_out(x)[:, -1])


class PriorAutoregressive(nn.Module):
    """The autoregressive prior (Ramesh et al. 2022, section 2.2): the image embedding's principal components, each
    quantised to one of `num_bins` values, predicted one after another in order of falling variance.

    Sequence: caption states (L), text embedding, component tokens (K); causal. The text embedding's place predicts the
    first component, each component's token the next.
    """

    def __init__(self, config):
        super().__init__()
        heads = config["num_attention_heads"]
        width, embedding = heads * config["attention_head_dim"], config["embedding_dim"]
        self.length, self.components = config["num_embeddings"], config["num_components"]
        self.bin_count = config["num_bins"]
        # Set once from the image embeddings of training scenes, never trained.
        self.pca = nn.Module()
        self.pca.mean = nn.Parameter(torch.zeros(embedding), requires_grad=False)
        self.pca.components = nn.Parameter(torch.zeros(self.components, embedding), requires_grad=False)
        self.bins = nn.Parameter(torch.zeros(self.components, self.bin_count), requires_grad=False)
        self.positional_embedding = nn.Parameter(torch.randn(1, self.length + 1 + self.components, width) * 0.02)
        self.encoder_hidden_states_proj = nn.Linear(embedding, width)
        self.embedding_proj = nn.Linear(embedding, width)
        self.token_embedding = nn.Embedding(self.components * self.bin_count, width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.transformer_blocks = nn.ModuleList(_PriorBlock(width, heads) for _ in range(config["num_layers"]))
        self.norm_out = LayerNorm(width)
        self.to_logits = nn.Linear(width, self.bin_count)

    def tokens(self, embedding):
        """Image embeddings (B, E) -> the nearest bin of each component, (B, K)."""
        values = (embedding - self.pca.mean.float()) @ self.pca.components.float().t()
        edges = (self.bins[:, 1:] + self.bins[:, :-1]).float() / 2
        return (values[:, :, None] > edges[None]).sum(2)

    def embedding(self, tokens):
        """(B, K) -> image embeddings (B, E)."""
        values = self.bins.float().gather(1, tokens.t()).t()
        return values @ self.pca.components.float() + self.pca.mean.float()

    def forward(self, tokens, text_embedding, text_states, token_mask):
        """(B, K) with anything where not known yet, (B, E), (B, L, E), (B, L) -> logits (B, K, bins); those of component
        k depend on the tokens before it only."""
        dtype = self.to_logits.weight.dtype
        offsets = torch.arange(self.components, device=tokens.device) * self.bin_count
        sequence = torch.cat(
            [
                self.encoder_hidden_states_proj(text_states.to(dtype)),
                self.embedding_proj(text_embedding.to(dtype))[:, None],
                self.token_embedding(tokens + offsets),
            ],
            dim=1,
        )
        x = sequence + self.positional_embedding
        hidden = F.pad((1.0 - token_mask.float()) * MASKED, (0, 1 + self.components))[:, None, None]
        bias = hidden + causal_bias(x.shape[1], x.device)
        for block in self.transformer_blocks:
            x = block(x, bias)
        return self.to_logits(self.norm_out(x[:, self.length : -1]))


# --- decoder and upsamplers ------------------------------------------------------------------------------
class TextProjection(nn.Module):
    """UnCLIPTextProjModel: image embedding and text to the decoder's context and time-embedding offset."""

    def __init__(self, config):
        super().__init__()
        embedding, context = config["clip_embeddings_dim"], config["cross_attention_dim"]
        self.extra = config["clip_extra_context_tokens"]
        self.learned_classifier_free_guidance_embeddings = nn.Parameter(torch.zeros(embedding))
        self.embedding_proj = nn.Linear(embedding, config["time_embed_dim"])
        self.clip_image_embeddings_project_to_time_embeddings = nn.Linear(embedding, config["time_embed_dim"])
        self.clip_extra_context_tokens_proj = nn.Linear(embedding, self.extra * context)
        self.encoder_hidden_states_proj = nn.Linear(embedding, context)
        self.text_encoder_hidden_states_norm = LayerNorm(context)

    def forward(self, image_embedding, null_image, text_embedding, text_states):
        """(B, E), (B) with 1 = use the learned null embedding, (B, E), (B, L, E) -> (B, n + L, X), (B, T)."""
        dtype = self.embedding_proj.weight.dtype
        null = self.learned_classifier_free_guidance_embeddings
        z = torch.where(null_image.bool()[:, None], null[None], image_embedding.to(dtype))
        time = self.clip_image_embeddings_project_to_time_embeddings(z)
        time = time + self.embedding_proj(text_embedding.to(dtype))
        # The flat index is channel * n + token.
        tokens = self.clip_extra_context_tokens_proj(z).reshape(len(z), -1, self.extra).transpose(1, 2)
        text = self.text_encoder_hidden_states_norm(self.encoder_hidden_states_proj(text_states.to(dtype)))
        return torch.cat([tokens, text], dim=1), time


class _Resnet(nn.Module):
    def __init__(self, width_in, width, config, resample=None):
        super().__init__()
        groups, time_width = config["norm_num_groups"], 4 * config["block_out_channels"][0]
        self.scale_shift = config["resnet_time_scale_shift"] == "scale_shift"
        self.act = ACTIVATIONS[config["act_fn"]]
        self.resample = resample
        self.norm1 = GroupNorm(groups, width_in)
        self.conv1 = nn.Conv2d(width_in, width, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_width, 2 * width if self.scale_shift else width)
        self.norm2 = GroupNorm(groups, width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)  # a fresh block passes its input on
        nn.init.zeros_(self.conv2.bias)
        if width_in != width:
            self.conv_shortcut = nn.Conv2d(width_in, width, 1)

    def forward(self, x, time):
        h = self.act(self.norm1(x))
        if self.resample == "down":
            h, x = F.avg_pool2d(h, 2), F.avg_pool2d(x, 2)
        elif self.resample == "up":
            h, x = _nearest_double(h), _nearest_double(x)
        h = self.conv1(h)
        modulation = self.time_emb_proj(self.act(time))
        if self.scale_shift:
            h = self.norm2(h, *modulation.chunk(2, dim=1))
        else:
            h = self.norm2(h + modulation[:, :, None, None])
        h = self.conv2(self.act(h))
        if hasattr(self, "conv_shortcut"):
            x = self.conv_shortcut(x)
        return x + h


def _nearest_double(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class _Block(nn.Module):
    """One level of a U-Net: resnets, an attention after each where the type says so, one resampling resnet."""

    def __init__(self, widths_in, width, config, attention: bool, resample=None):
        super().__init__()
        self.resnets = nn.ModuleList(_Resnet(width_in, width, config) for width_in in widths_in)
        if attention:
            self.attentions = nn.ModuleList(_cross_attention(width, config) for _ in widths_in)
        if resample is not None:
            name = "downsamplers" if resample == "down" else "upsamplers"
            setattr(self, name, nn.ModuleList([_Resnet(width, width, config, resample)]))


def _cross_attention(width, config):
    heads = width // config["attention_head_dim"]
    return _Attention(width, heads, config["cross_attention_dim"], config["norm_num_groups"])


class _MidBlock(nn.Module):
    def __init__(self, width, config, attention: bool):
        super().__init__()
        self.resnets = nn.ModuleList(_Resnet(width, width, config) for _ in range(2))
        if attention:
            self.attentions = nn.ModuleList([_cross_attention(width, config)])


class UNet(nn.Module):
    """UNet2DConditionModel (with `cross_attention_dim`) and UNet2DModel (without) of the unCLIP layout.

    Works on the unshuffled grid: `sample` is what enters `conv_in`. `act_fn` stands for every SiLU of the
    published networks, the time embedding's included.
    """

    def __init__(self, config):
        super().__init__()
        widths = config["block_out_channels"]
        per_block = config["layers_per_block"]
        last = len(widths) - 1
        self.config = config
        self.act = ACTIVATIONS[config["act_fn"]]
        self.conditional = "cross_attention_dim" in config
        self.conv_in = nn.Conv2d(config["in_channels"], widths[0], 3, padding=1)
        self.time_embedding = _TimeEmbedding(widths[0], 4 * widths[0], config["act_fn"])

        self.down_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            before = [widths[max(i - 1, 0)]] + [width] * (per_block - 1)
            attention = "CrossAttn" in config["down_block_types"][i]
            self.down_blocks.append(_Block(before, width, config, attention, "down" if i < last else None))

        self.mid_block = _MidBlock(widths[-1], config, self.conditional)

        self.up_blocks = nn.ModuleList()
        reverse = widths[::-1]
        for i, width in enumerate(reverse):
            hidden = [reverse[max(i - 1, 0)]] + [width] * per_block
            skips = [width] * per_block + [reverse[min(i + 1, last)]]
            before = [h + s for h, s in zip(hidden, skips)]
            attention = "CrossAttn" in config["up_block_types"][i]
            self.up_blocks.append(_Block(before, width, config, attention, "up" if i < last else None))

        self.conv_norm_out = GroupNorm(config["norm_num_groups"], widths[0])
        self.conv_out = nn.Conv2d(widths[0], config["out_channels"], 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, sample, timestep, context=None, class_embedding=None, context_mask=None):
        """sample (B, in, H, W), timestep (B); conditional: context (B, Lc, X), class_embedding (B, T),
        context_mask (B, Lc) with 1 = visible -> (B, out, H, W)."""
        dtype = self.conv_in.weight.dtype
        time = self.time_embedding(timestep_sinusoid(timestep, self.config["block_out_channels"][0]).to(dtype))
        hidden_keys = None
        if self.conditional:
            time = time + class_embedding
            hidden_keys = ((1.0 - context_mask.float()) * MASKED)[:, None, None]  # (B, 1, 1, Lc)

        def attention(block, j, h):
            if not hasattr(block, "attentions"):
                return h
            bias = F.pad(hidden_keys, (0, h.shape[2] * h.shape[3]))
            return block.attentions[j].with_context(h, context, bias)

        h = self.conv_in(sample)
        skips = [h]
        for block in self.down_blocks:
            for j, resnet in enumerate(block.resnets):
                h = attention(block, j, resnet(h, time))
                skips.append(h)
            if hasattr(block, "downsamplers"):
                h = block.downsamplers[0](h, time)
                skips.append(h)

        h = self.mid_block.resnets[0](h, time)
        h = attention(self.mid_block, 0, h)
        h = self.mid_block.resnets[1](h, time)

        for block in self.up_blocks:
            for j, resnet in enumerate(block.resnets):
                h = attention(block, j, resnet(torch.cat([h, skips.pop()], dim=1), time))
            if hasattr(block, "upsamplers"):
                h = block.upsamplers[0](h, time)

        output = self.conv_out(self.act(self.conv_norm_out(h)))
        if self.config.get("residual"):
            width = output.shape[1]  # the enlarged small picture lies behind the noisy one
            output = output + sample[:, width : 2 * width]
        return output


def parameter_count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
