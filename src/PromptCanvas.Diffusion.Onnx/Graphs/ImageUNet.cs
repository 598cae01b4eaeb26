using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of Kandinsky 2.2's decoder network.</summary>
/// <param name="Network">The U-Net itself.</param>
/// <param name="EmbeddingWidth">E, width of a CLIP image embedding.</param>
internal sealed record ImageUNetConfig(UNetConfig Network, int EmbeddingWidth)
{
    public static ImageUNetConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.ImageDecoder);
        Require(config, "addition_embed_type", "image");
        Require(config, "encoder_hid_dim_type", "image_proj");
        var network = UNetConfig.Read(config, common => common with
        {
            DownAttention = common.ReadBlocks(config, "down_block_types", "ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            MiddleAttention = config.Word("mid_block_type", null, "UNetMidBlock2DSimpleCrossAttn").Length > 0,
            UpAttention = common.ReadBlocks(config, "up_block_types", "ResnetUpsampleBlock2D", "SimpleCrossAttnUpBlock2D"),
            ContextWidth = config.UniformWhole("cross_attention_dim", 1280, maximum: 1 << 16),
            HeadWidth = config.UniformWhole("attention_head_dim", 8, maximum: 1 << 14),
            BlockScale = config.Number("resnet_out_scale_factor", 1, 1e-6, 1e6),
        });
        if (network.PixelUnshuffle != 1)
        {
            throw config.Unsupported("pixel_unshuffle", $"{network.PixelUnshuffle}", "1");
        }

        return new ImageUNetConfig(network, config.Whole("encoder_hid_dim", maximum: 1 << 16));
    }

    /// <summary>Without the key it is another network.</summary>
    private static void Require(ComponentConfig config, string key, string supported)
    {
        if (!config.Has(key))
        {
            throw config.Unsupported(key, "absent", supported);
        }
    }
}

/// <summary>
/// Kandinsky 2.2's decoder (<c>UNet2DConditionModel</c> conditioned on an image embedding alone): noisy latent, timestep and image embedding →
/// predicted noise, then the variance's interpolation. Inpainting: the known latent × keep and the keep mask lie behind the noisy latent.
/// </summary>
/// <remarks>
/// Source: Razzhigaev et al. (2023), Kandinsky, section 3; attention with added keys and values from Nichol et al. (2021), GLIDE. Context and the
/// embedding's share of the time embedding do not depend on the timestep; next to the network they cost nothing.
/// </remarks>
internal static class ImageUNet
{
    /// <summary>How many context tokens the image embedding becomes; a constant of the class.</summary>
    public const int ContextTokens = 32;

    /// <summary>The norm of the context tokens; no other network has its weight.</summary>
    public const string ContextNorm = "encoder_hid_proj.norm.weight";

    public static NetworkGraph Build(ImageUNetConfig config)
    {
        var (network, embedding) = (config.Network, config.EmbeddingWidth);
        var graph = new GraphBuilder();
        var (height, width) = (new Dimension("H", network.SizeMultiple), new Dimension("W", network.SizeMultiple));
        var sample = graph.Input(NetworkNames.Sample, Dimension.Batch, network.InputChannels, height, width);
        var timestep = graph.TimestepInput();
        var image = graph.Input(NetworkNames.ImageEmbeds, Dimension.Batch, embedding);

        var time = graph.EmbedTimestep("time_embedding", timestep, network.Sinusoid, network.TimeWidth, network.TimeWidth, network.Activation);
        var added = graph.LayerNorm(
            "add_embedding.image_norm", graph.Linear("add_embedding.image_proj", image, embedding, network.TimeWidth), network.TimeWidth);

        // The flat index is token·X + channel.
        var tokens = graph.Linear("encoder_hid_proj.image_embeds", image, embedding, ContextTokens * network.ContextWidth);
        var context = graph.LayerNorm(
            "encoder_hid_proj.norm", graph.Reshape(tokens, 0, ContextTokens, network.ContextWidth), network.ContextWidth);
        var activated = graph.Activate(network.Activation, graph.Add(time, added));
        var scope = new UNetScope(graph, network, activated, context, null);
        graph.Output(NetworkNames.Sample, UNetTopology.Build(scope, sample), Dimension.Batch, network.OutputChannels, height, width);
        return graph.Finish();
    }
}
