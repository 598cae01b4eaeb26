using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>Writes a Stable unCLIP with weights that follow from their names; its CLIP and its prior are the tiny Karlo's.</summary>
internal static class TinyStableUnClip
{
    private const string TextEncoderJson =
        """
        {"architectures":["CLIPTextModel"],"hidden_act":"gelu","hidden_size":24,"intermediate_size":48,"max_position_embeddings":77,
         "model_type":"clip_text_model","num_attention_heads":4,"num_hidden_layers":2,"projection_dim":512,"vocab_size":629}
        """;

    private const string UNetJson =
        """
        {"_class_name":"UNet2DConditionModel","act_fn":"silu","attention_head_dim":[2,3,4],"block_out_channels":[16,24,24],"center_input_sample":false,
         "class_embed_type":"projection","cross_attention_dim":24,"down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
         "downsample_padding":1,"dual_cross_attention":false,"flip_sin_to_cos":true,"freq_shift":0,"in_channels":4,"layers_per_block":1,
         "mid_block_scale_factor":1,"mid_block_type":"UNetMidBlock2DCrossAttn","norm_eps":1e-05,"norm_num_groups":8,"num_class_embeds":null,
         "only_cross_attention":false,"out_channels":4,"projection_class_embeddings_input_dim":128,"resnet_time_scale_shift":"default",
         "sample_size":8,"time_embedding_type":"positional","up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"],
         "upcast_attention":true,"use_linear_projection":true}
        """;

    private const string VaeJson =
        """
        {"_class_name":"AutoencoderKL","act_fn":"silu","block_out_channels":[16,16,16,32],"in_channels":3,"latent_channels":4,"layers_per_block":1,
         "down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],"norm_num_groups":8,
         "out_channels":3,"sample_size":64,"scaling_factor":0.5,
         "up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}
        """;

    // The file as published with stable-diffusion-2-1-unclip: it was a DDIM's before, hence the keys that PNDM does not read.
    private const string SchedulerJson =
        """
        {"_class_name":"PNDMScheduler","_diffusers_version":"0.15.0.dev0","beta_end":0.012,"beta_schedule":"scaled_linear","beta_start":0.00085,
         "clip_sample":false,"clip_sample_range":1.0,"dynamic_thresholding_ratio":0.995,"num_train_timesteps":1000,"prediction_type":"v_prediction",
         "sample_max_value":1.0,"set_alpha_to_one":false,"skip_prk_steps":true,"steps_offset":1,"thresholding":false,"trained_betas":null}
        """;

    private const string NoisingJson = """{"_class_name":"DDPMScheduler","beta_schedule":"squaredcos_cap_v2","num_train_timesteps":1000}""";

    private const string NormalizerJson = """{"_class_name":"StableUnCLIPImageNormalizer","embedding_dim":64}""";

    private const string Decoder =
        """
        "unet":["diffusers","UNet2DConditionModel"],"vae":["diffusers","AutoencoderKL"],"scheduler":["diffusers","PNDMScheduler"],
        "tokenizer":["transformers","CLIPTokenizer"],"text_encoder":["transformers","CLIPTextModel"],
        "image_normalizer":["stable_diffusion","StableUnCLIPImageNormalizer"],"image_noising_scheduler":["diffusers","DDPMScheduler"]
        """;

    private const string Prior =
        """
        "prior":["diffusers","PriorTransformer"],"prior_scheduler":["diffusers","UnCLIPScheduler"],
        "prior_tokenizer":["transformers","CLIPTokenizer"],"prior_text_encoder":["transformers","CLIPTextModelWithProjection"]
        """;

    private const string Images =
        """
        "image_encoder":["transformers","CLIPVisionModelWithProjection"],"feature_extractor":["transformers","CLIPImageProcessor"]
        """;

    /// <summary>Writes a model.</summary>
    /// <param name="folder">Where; it must not exist.</param>
    /// <param name="hasPrior">Whether it reads texts.</param>
    /// <param name="hasImages">Whether it reads pictures.</param>
    /// <param name="isLinear">Whether its transformer blocks lie between linear layers; otherwise between convolutions, with two heads at each level.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder, bool hasPrior, bool hasImages, bool isLinear = true)
    {
        var pipeline = hasPrior ? "StableUnCLIPPipeline" : "StableUnCLIPImg2ImgPipeline";
        SeededFolder.Index(folder, pipeline, string.Join(',', new[] { Decoder, hasPrior ? Prior : "", hasImages ? Images : "" }.Where(part => part.Length > 0)));
        WriteDecoder(folder, isLinear);
        Copy("tokenizer", folder, "tokenizer");
        if (hasPrior)
        {
            Copy("prior", folder, "prior");
            Copy("prior_scheduler", folder, "prior_scheduler");
            Copy("tokenizer", folder, "prior_tokenizer");
            Copy("text_encoder", folder, "prior_text_encoder");
        }

        if (hasImages)
        {
            Copy("image_encoder", folder, "image_encoder");
            Copy("feature_extractor", folder, "feature_extractor");
        }

        return folder;
    }

    private static void WriteDecoder(string folder, bool isLinear)
    {
        const string File = "diffusion_pytorch_model.safetensors";
        var unet = isLinear
            ? UNetJson
            : UNetJson.Replace("[2,3,4]", "2", StringComparison.Ordinal).Replace("projection\":true", "projection\":false", StringComparison.Ordinal);
        var salt = isLinear ? "stable" : "convolution";
        SeededFolder.Component(folder, "unet", unet, config => TransformerUNet.Build(TransformerUNetConfig.Read(config), 77), File, salt);
        SeededFolder.Component(folder, "vae", VaeJson, config => AutoencoderGraphs.Encoder(AutoencoderConfig.ReadKl(config)), File, salt);
        SeededFolder.Component(
            folder, "text_encoder", TextEncoderJson, config => TextEncoder.BuildStates(TextEncoderConfig.ReadStates(config)), "model.safetensors", salt);
        SeededFolder.Text(folder, "image_normalizer", "config.json", NormalizerJson);
        SafetensorsWriter.Write(
            Path.Combine(folder, "image_normalizer", File),
            new[] { "mean", "std" }.ToDictionary(name => name, name => SeededFolder.Weight($"{salt}/image_normalizer/{name}", [1, 64])));
        SeededFolder.Text(folder, "scheduler", "scheduler_config.json", SchedulerJson);
        SeededFolder.Text(folder, "image_noising_scheduler", "scheduler_config.json", NoisingJson);
    }

    private static void Copy(string component, string folder, string name)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.TinyModel, component)))
        {
            File.WriteAllBytes(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
    }
}
