namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>
/// The keys of every config the engine opens, by class: read, neutral in one value, or not computed with by the class itself. Whatever is not here is
/// refused by name, because an ignored key can change every picture.
/// </summary>
/// <remarks>Source: the constructors of diffusers 0.11 to 0.35 and of transformers 4.25 to 5; keys that begin with <c>_</c> describe the file.</remarks>
internal static class ConfigTable
{
    /// <summary>The decoder of an unCLIP model: <c>UNet2DConditionModel</c> with class embeddings and added keys and values.</summary>
    public static ConfigRules Decoder { get; } = UNet("UNet2DConditionModel")
        .Read("mid_block_type", "cross_attention_dim", "attention_head_dim", "resnet_out_scale_factor", "masked_input")
        .Neutral("class_embed_type", "identity")
        .Neutral("only_cross_attention", "false")
        .Neutral("mid_block_only_cross_attention", "false", "null")
        .Neutral("resnet_skip_time_act", "false")
        .Neutral("conv_in_kernel", "3")
        .Neutral("conv_out_kernel", "3")
        .Neutral("class_embeddings_concat", "false", "null")
        .AlwaysNull(
            "addition_embed_type", "encoder_hid_dim", "encoder_hid_dim_type", "cross_attention_norm", "time_cond_proj_dim", "time_embedding_dim",
            "time_embedding_act_fn", "timestep_post_act", "num_attention_heads")

        // Only blocks with Transformer2D layers, other class embeddings and other additions compute with these.
        .Unread(
            "transformer_layers_per_block", "reverse_transformer_layers_per_block", "dual_cross_attention", "use_linear_projection",
            "upcast_attention", "attention_type", "addition_time_embed_dim", "addition_embed_type_num_heads",
            "projection_class_embeddings_input_dim", "downsample_padding");

    /// <summary>Kandinsky 2.2's decoder: <c>UNet2DConditionModel</c> conditioned on an image embedding.</summary>
    public static ConfigRules ImageDecoder { get; } = UNet("UNet2DConditionModel")
        .Read("mid_block_type", "cross_attention_dim", "attention_head_dim", "resnet_out_scale_factor", "encoder_hid_dim")
        .Neutral("addition_embed_type", "image")
        .Neutral("encoder_hid_dim_type", "image_proj")
        .Neutral("only_cross_attention", "false")
        .Neutral("mid_block_only_cross_attention", "false", "null")
        .Neutral("resnet_skip_time_act", "false")
        .Neutral("conv_in_kernel", "3")
        .Neutral("conv_out_kernel", "3")
        .Neutral("class_embeddings_concat", "false", "null")
        .AlwaysNull(
            "class_embed_type", "cross_attention_norm", "time_cond_proj_dim", "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act",
            "num_attention_heads")

        // As for the other decoder; the number of heads belongs to additions of text.
        .Unread(
            "transformer_layers_per_block", "reverse_transformer_layers_per_block", "dual_cross_attention", "use_linear_projection",
            "upcast_attention", "attention_type", "addition_time_embed_dim", "addition_embed_type_num_heads",
            "projection_class_embeddings_input_dim", "downsample_padding");

    /// <summary>Stable unCLIP's decoder: <c>UNet2DConditionModel</c> with transformer blocks, text states and projected class labels.</summary>
    public static ConfigRules TransformerDecoder { get; } = UNet("UNet2DConditionModel")
        .Read("mid_block_type", "cross_attention_dim", "attention_head_dim", "projection_class_embeddings_input_dim", "use_linear_projection")
        .Neutral("class_embed_type", "projection")
        .Neutral("only_cross_attention", "false")
        .Neutral("mid_block_only_cross_attention", "false", "null")
        .Neutral("dual_cross_attention", "false")
        .Neutral("transformer_layers_per_block", "1")
        .Neutral("downsample_padding", "1")
        .Neutral("attention_type", "default")
        .Neutral("conv_in_kernel", "3")
        .Neutral("conv_out_kernel", "3")
        .Neutral("class_embeddings_concat", "false", "null")
        .AlwaysNull(
            "addition_embed_type", "encoder_hid_dim", "encoder_hid_dim_type", "cross_attention_norm", "time_cond_proj_dim", "time_embedding_dim",
            "time_embedding_act_fn", "timestep_post_act", "num_attention_heads", "reverse_transformer_layers_per_block")

        // Blocks without transformers, and additions, compute with these. The last is about 16-bit floats: here softmax always takes 32 bits.
        .Unread(
            "resnet_out_scale_factor", "resnet_skip_time_act", "addition_time_embed_dim", "addition_embed_type_num_heads", "upcast_attention");

    /// <summary>Stable Diffusion's autoencoder.</summary>
    public static ConfigRules AutoencoderKl { get; } = new ConfigRules("AutoencoderKL")
        .Read("block_out_channels", "layers_per_block", "norm_num_groups", "latent_channels", "down_block_types", "up_block_types", "scaling_factor")
        .Neutral("act_fn", "silu", "swish")
        .Neutral("in_channels", "3")
        .Neutral("out_channels", "3")
        .Neutral("use_quant_conv", "true")
        .Neutral("use_post_quant_conv", "true")
        .Neutral("mid_block_add_attention", "true")
        .AlwaysNull("shift_factor", "latents_mean", "latents_std")

        // The second is about 16-bit floats.
        .Unread("sample_size", "force_upcast");

    /// <summary>Kandinsky's autoencoder.</summary>
    public static ConfigRules Movq { get; } = new ConfigRules("VQModel")
        .Read("block_out_channels", "layers_per_block", "norm_num_groups", "latent_channels", "num_vq_embeddings", "down_block_types", "up_block_types")
        .ReadOrNull("vq_embed_dim")
        .Neutral("norm_type", "spatial")
        .Neutral("act_fn", "silu", "swish")
        .Neutral("in_channels", "3")
        .Neutral("out_channels", "3")
        .Neutral("force_upcast", "false")
        .Neutral("lookup_from_codebook", "false")
        .Neutral("mid_block_add_attention", "true")

        // Kandinsky's pipelines take latents as they are.
        .Unread("sample_size", "scaling_factor");

    /// <summary>An upsampler: <c>UNet2DModel</c> without attention.</summary>
    public static ConfigRules Upsampler { get; } = UNet("UNet2DModel")
        .Read("residual")
        .Neutral("add_attention", "false")
        .Neutral("mid_block_type", "UNetMidBlock2D")
        .AlwaysNull("class_embed_type")

        // Attention, strided convolutions and learned timestep tables are the only ones that compute with these.
        .Unread(
            "attention_head_dim", "attn_norm_num_groups", "attention_legacy_order", "downsample_type", "upsample_type", "num_train_timesteps",
            "downsample_padding");

    /// <summary>The diffusion prior.</summary>
    public static ConfigRules Prior { get; } = new ConfigRules("PriorTransformer")
        .Read("num_attention_heads", "attention_head_dim", "num_layers", "embedding_dim", "num_embeddings")
        .ReadOrNull("time_embed_dim", "embedding_proj_dim", "clip_embed_dim")
        .Neutral("additional_embeddings", "4")
        .Neutral("time_embed_act_fn", "silu", "swish")
        .Neutral("encoder_hid_proj_type", "linear")
        .Neutral("added_emb_type", "prd")
        .AlwaysNull("norm_in_type", "embedding_proj_norm_type")
        .Unread("dropout");

    /// <summary>The prior that draws tokens.</summary>
    public static ConfigRules AutoregressivePrior { get; } = new ConfigRules("PriorAutoregressive")
        .Read("num_attention_heads", "attention_head_dim", "num_layers", "embedding_dim", "num_embeddings", "num_components", "num_bins");

    /// <summary>The projection in front of the decoder.</summary>
    public static ConfigRules TextProjection { get; } = new ConfigRules("UnCLIPTextProjModel")
        .Read("clip_extra_context_tokens", "clip_embeddings_dim", "time_embed_dim", "cross_attention_dim");

    /// <summary>The CLIP text encoder. Which token ends a caption is the tokenizer's to say.</summary>
    public static ConfigRules TextEncoder { get; } = ClipTower("CLIPTextModelWithProjection", "clip_text_model")
        .Read("vocab_size", "max_position_embeddings");

    /// <summary>A text encoder of which only the per-token states are used: Stable unCLIP's OpenCLIP.</summary>
    public static ConfigRules TextStates { get; } = ClipTower("CLIPTextModel", "clip_text_model")
        .Read("vocab_size", "max_position_embeddings")
        .Neutral("use_attention_mask", "false");

    /// <summary>Mean and standard deviation of image embeddings, with which Stable unCLIP scales them.</summary>
    public static ConfigRules ImageNormalizer { get; } = new ConfigRules("StableUnCLIPImageNormalizer").Read("embedding_dim");

    /// <summary>The CLIP image encoder.</summary>
    public static ConfigRules ImageEncoder { get; } = ClipTower("CLIPVisionModelWithProjection", "clip_vision_model")
        .Read("image_size", "patch_size")
        .Neutral("num_channels", "3");

    /// <summary>UnCLIP's own scheduler: always the cosine schedule, no thresholding, two variances, no velocity.</summary>
    public static ConfigRules UnClipScheduler { get; } = new ConfigRules("UnCLIPScheduler")
        .Read("num_train_timesteps", "variance_type", "clip_sample", "clip_sample_range", "prediction_type")
        .Neutral("beta_schedule", "squaredcos_cap_v2")
        .Neutral("use_karras_sigmas", "false", "null")
        .AlwaysNull("trained_betas");

    /// <summary>DDPM. It has no final ᾱ to choose: the step to −1 gives the clean sample.</summary>
    public static ConfigRules DdpmScheduler { get; } = Scheduler("DDPMScheduler").Read("variance_type").Unread("set_alpha_to_one");

    /// <summary>DDIM. The engine ends at the clean sample, as <c>set_alpha_to_one</c> says.</summary>
    public static ConfigRules DdimScheduler { get; } = Scheduler("DDIMScheduler").Neutral("set_alpha_to_one", "true").Unread("variance_type");

    /// <summary>PNDM. The engine reads its schedule and takes its own steps, so what only PNDM's steps compute with is not read.</summary>
    public static ConfigRules PndmScheduler { get; } = new ConfigRules("PNDMScheduler")
        .Read("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type", "timestep_spacing", "steps_offset")
        .ReadOrNull("trained_betas")
        .Unread("skip_prk_steps", "set_alpha_to_one", "clip_sample", "clip_sample_range", "thresholding", "dynamic_thresholding_ratio", "sample_max_value");

    /// <summary>How pictures are prepared for the image encoder.</summary>
    public static ConfigRules Preprocessor { get; } = new ConfigRules("CLIPImageProcessor")
        .Read("size", "crop_size", "image_mean", "image_std", "rescale_factor")
        .Neutral("resample", "3")
        .Neutral("do_resize", "true")
        .Neutral("do_center_crop", "true")
        .Neutral("do_normalize", "true")
        .Neutral("do_rescale", "true")
        .Neutral("do_pad", "false", "null")
        .Neutral("default_to_square", "false", "null")
        .Unread(
            "do_convert_rgb", "feature_extractor_type", "image_processor_type", "processor_class", "return_tensors", "data_format",
            "input_data_format", "device", "disable_grouping", "size_divisor", "pad_size", "image_seq_length");

    /// <summary>The rules of a scheduler's class.</summary>
    /// <param name="className">One of <see cref="SchedulerFile.Classes"/>.</param>
    public static ConfigRules OfScheduler(string className) => className switch
    {
        "UnCLIPScheduler" => UnClipScheduler,
        "DDPMScheduler" => DdpmScheduler,
        "DDIMScheduler" => DdimScheduler,
        "PNDMScheduler" => PndmScheduler,
        _ => throw new ArgumentOutOfRangeException(nameof(className), className, "This scheduler has no rules."),
    };

    private static ConfigRules UNet(string className) => new ConfigRules(className)
        .Read(
            "in_channels", "out_channels", "down_block_types", "up_block_types", "block_out_channels", "layers_per_block", "norm_num_groups",
            "norm_eps", "act_fn", "resnet_time_scale_shift", "mid_block_scale_factor", "flip_sin_to_cos", "freq_shift", "pixel_unshuffle")
        .ReadOrNull("sample_size")
        .Neutral("center_input_sample", "false")
        .Neutral("time_embedding_type", "positional")
        .AlwaysNull("num_class_embeds")
        .Unread("dropout");

    private static ConfigRules Scheduler(string className) => new ConfigRules(className)
        .Read(
            "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "clip_sample", "clip_sample_range", "prediction_type", "thresholding",
            "dynamic_thresholding_ratio", "sample_max_value", "timestep_spacing", "steps_offset")
        .ReadOrNull("trained_betas")
        .Neutral("rescale_betas_zero_snr", "false")
        .Neutral("use_karras_sigmas", "false", "null");

    /// <summary>Keys of both towers, and keys that every transformers configuration may have although no CLIP tower uses them.</summary>
    private static ConfigRules ClipTower(string className, string modelType) => new ConfigRules(className)
        .Read("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "hidden_act", "layer_norm_eps", "projection_dim")
        .Neutral("model_type", modelType)
        .Neutral("pruned_heads", "{}", "null")
        .Unread(
            "attention_dropout", "dropout", "initializer_factor", "initializer_range", "architectures", "torch_dtype", "dtype",
            "transformers_version", "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "return_dict",
            "output_hidden_states", "output_attentions", "torchscript", "use_bfloat16", "tf_legacy_loss", "tie_word_embeddings",
            "is_encoder_decoder", "is_decoder", "cross_attention_hidden_size", "add_cross_attention", "tie_encoder_decoder", "max_length",
            "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p",
            "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
            "num_return_sequences", "chunk_size_feed_forward", "output_scores", "return_dict_in_generate", "forced_bos_token_id",
            "forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens",
            "finetuning_task", "id2label", "label2id", "tokenizer_class", "prefix", "task_specific_params", "problem_type", "use_cache",
            "gradient_checkpointing");
}
