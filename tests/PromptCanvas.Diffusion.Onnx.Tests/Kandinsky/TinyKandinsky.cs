using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Writes Kandinsky's three folders with weights that follow from their names: the same on every machine.</summary>
internal static class TinyKandinsky
{
    private const string TextEncoderJson =
        """{"hidden_act":"gelu","hidden_size":32,"intermediate_size":64,"max_position_embeddings":77,"num_attention_heads":4,"num_hidden_layers":2,"projection_dim":32,"vocab_size":629}""";

    private const string ImageEncoderJson =
        """{"hidden_act":"gelu","hidden_size":32,"image_size":32,"intermediate_size":64,"num_attention_heads":4,"num_hidden_layers":2,"patch_size":8,"projection_dim":32}""";

    private const string PriorJson =
        """{"_class_name":"PriorTransformer","num_attention_heads":4,"attention_head_dim":8,"num_layers":2,"embedding_dim":32,"num_embeddings":77,"additional_embeddings":4}""";

    private const string UNetJson =
        """
        {"_class_name":"UNet2DConditionModel","addition_embed_type":"image","addition_embed_type_num_heads":64,"attention_head_dim":8,
         "block_out_channels":[16,16,24],"cross_attention_dim":24,"encoder_hid_dim":32,"encoder_hid_dim_type":"image_proj","in_channels":4,
         "out_channels":8,"layers_per_block":1,"norm_num_groups":8,"resnet_time_scale_shift":"scale_shift","sample_size":64,
         "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D","SimpleCrossAttnDownBlock2D"],
         "mid_block_type":"UNetMidBlock2DSimpleCrossAttn",
         "up_block_types":["SimpleCrossAttnUpBlock2D","SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private const string MovqJson =
        """
        {"_class_name":"VQModel","block_out_channels":[32,32,32,64],"latent_channels":4,"layers_per_block":1,"norm_num_groups":16,
         "norm_type":"spatial","num_vq_embeddings":16,"vq_embed_dim":4,
         "down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","AttnDownEncoderBlock2D"],
         "up_block_types":["AttnUpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}
        """;

    private const string DecoderSchedulerJson =
        """{"_class_name":"DDPMScheduler","num_train_timesteps":1000,"beta_schedule":"linear","beta_start":0.00085,"beta_end":0.012,"clip_sample":true,"set_alpha_to_one":false,"steps_offset":1,"prediction_type":"epsilon","thresholding":false}""";

    private const string PriorSchedulerJson =
        """{"_class_name":"UnCLIPScheduler","prediction_type":"sample","variance_type":"fixed_small_log","clip_sample":true,"clip_sample_range":10.0,"num_train_timesteps":1000}""";

    /// <summary>Writes <c>prior</c>, <c>decoder</c> and <c>decoder-inpaint</c> into a folder.</summary>
    /// <returns>The folder.</returns>
    public static string Write(string folder)
    {
        WritePrior(Path.Combine(folder, "prior"));
        WriteDecoder(Path.Combine(folder, "decoder"), "KandinskyV22Pipeline", UNetJson, DecoderSchedulerJson, MovqJson, "decoder");
        WriteDecoder(
            Path.Combine(folder, "decoder-inpaint"),
            "KandinskyV22InpaintPipeline",
            UNetJson.Replace("\"in_channels\":4", "\"in_channels\":9", StringComparison.Ordinal),
            DecoderSchedulerJson.Replace("\"clip_sample\":true", "\"clip_sample\":false", StringComparison.Ordinal),
            MovqJson.Replace("[32,32,32,64]", "[32,32,32,32]", StringComparison.Ordinal),
            "inpaint");
        return folder;
    }

    private static void WritePrior(string folder)
    {
        SeededFolder.Index(folder, "KandinskyV22PriorPipeline", """
            "prior":["diffusers","PriorTransformer"],"scheduler":["diffusers","UnCLIPScheduler"],"tokenizer":["transformers","CLIPTokenizer"],
            "text_encoder":["transformers","CLIPTextModelWithProjection"],"image_encoder":["transformers","CLIPVisionModelWithProjection"],
            "image_processor":["transformers","CLIPImageProcessor"]
            """);
        SeededFolder.Component(folder, "text_encoder", TextEncoderJson, config => TextEncoder.Build(TextEncoderConfig.Read(config)), "model.safetensors", "prior");
        SeededFolder.Component(folder, "image_encoder", ImageEncoderJson, config => ImageEncoder.Build(ImageEncoderConfig.Read(config)), "model.safetensors", "prior");
        SeededFolder.Component(folder, "prior", PriorJson, config => PriorTransformer.Build(PriorConfig.Read(config)), "diffusion_pytorch_model.safetensors", "prior");
        SeededFolder.Text(folder, "scheduler", "scheduler_config.json", PriorSchedulerJson);
        SeededFolder.Text(folder, "image_processor", "preprocessor_config.json", """{"size":{"shortest_edge":32},"crop_size":{"height":32,"width":32}}""");
        var tokenizer = Directory.CreateDirectory(Path.Combine(folder, "tokenizer")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.TinyModel, "tokenizer")))
        {
            File.Copy(file, Path.Combine(tokenizer, Path.GetFileName(file)));
        }
    }

    private static void WriteDecoder(string folder, string pipeline, string unet, string scheduler, string movq, string salt)
    {
        SeededFolder.Index(folder, pipeline, """
            "unet":["diffusers","UNet2DConditionModel"],"movq":["diffusers","VQModel"],"scheduler":["diffusers","DDPMScheduler"]
            """);
        SeededFolder.Component(folder, "unet", unet, config => ImageUNet.Build(ImageUNetConfig.Read(config)), "diffusion_pytorch_model.safetensors", salt);
        SeededFolder.Component(folder, "movq", movq, config => AutoencoderGraphs.Encoder(AutoencoderConfig.ReadMovq(config)), "diffusion_pytorch_model.safetensors", salt);
        SeededFolder.Text(folder, "scheduler", "scheduler_config.json", scheduler);
    }
}
