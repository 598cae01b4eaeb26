using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of Stable unCLIP's decoder network.</summary>
/// <param name="Network">The U-Net itself.</param>
/// <param name="ClassWidth">Width of the class labels: a noised image embedding and the sinusoid of its noise level, 2·E.</param>
/// <param name="LinearProjection">Whether the layers in front of and behind the transformer blocks are linear; otherwise convolutions of 1 × 1.</param>
internal sealed record TransformerUNetConfig(UNetConfig Network, int ClassWidth, bool LinearProjection)
{
    public static TransformerUNetConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.TransformerDecoder);
        if (!config.Has("class_embed_type"))
        {
            throw config.Unsupported("class_embed_type", "absent", "projection");
        }

        var network = UNetConfig.Read(config, common => common with
        {
            DownAttention = common.ReadBlocks(config, "down_block_types", "DownBlock2D", "CrossAttnDownBlock2D"),
            MiddleAttention = config.Word("mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn").Length > 0,
            UpAttention = common.ReadBlocks(config, "up_block_types", "UpBlock2D", "CrossAttnUpBlock2D"),
            ContextWidth = config.UniformWhole("cross_attention_dim", 1280, maximum: 1 << 16),
            Heads = ReadHeads(config, common.Levels),
        });
        return network.PixelUnshuffle == 1
            ? new TransformerUNetConfig(
                network,
                config.Whole("projection_class_embeddings_input_dim", maximum: 1 << 16),
                config.Flag("use_linear_projection", false))
            : throw config.Unsupported("pixel_unshuffle", $"{network.PixelUnshuffle}", "1");
    }

    /// <summary>The key is called the width of a head, but holds the number of heads: diffusers keeps the mistake.</summary>
    private static int[] ReadHeads(ComponentConfig config, int levels)
    {
        const string Key = "attention_head_dim";
        int[] heads = config.HasList(Key)
            ? config.WholeList(Key)
            : [.. Enumerable.Repeat(config.Whole(Key, 8, maximum: 1 << 14), levels)];
        return heads.Length == levels
            ? heads
            : throw config.Contradiction($"'{Key}' lists {heads.Length} numbers of heads for {levels} levels in 'block_out_channels'");
    }
}

/// <summary>
/// Stable unCLIP's decoder (<c>UNet2DConditionModel</c> with transformer blocks and projected class labels): noisy latent, timestep, text states and
/// noised image embedding → its prediction.
/// </summary>
/// <remarks>Source: Rombach et al. (2022), latent diffusion, section 3.3 and appendix E.2.1; Stable Diffusion 2.1 unCLIP.</remarks>
internal static class TransformerUNet
{
    /// <summary>A weight that no other U-Net has: the second norm of the first transformer block of the middle.</summary>
    public const string CrossAttentionNorm = "mid_block.attentions.0.transformer_blocks.0.norm2.weight";

    /// <param name="config">Its sizes.</param>
    /// <param name="contextLength">L, the number of text tokens.</param>
    public static NetworkGraph Build(TransformerUNetConfig config, int contextLength)
    {
        var network = config.Network;
        var graph = new GraphBuilder();
        var (height, width) = (new Dimension("H", network.SizeMultiple), new Dimension("W", network.SizeMultiple));
        var sample = graph.Input(NetworkNames.Sample, Dimension.Batch, network.InputChannels, height, width);
        var timestep = graph.TimestepInput();
        var context = graph.Input(NetworkNames.EncoderHiddenStates, Dimension.Batch, contextLength, network.ContextWidth);
        var labels = graph.Input(NetworkNames.ClassLabels, Dimension.Batch, config.ClassWidth);

        var time = graph.EmbedTimestep("time_embedding", timestep, network.Sinusoid, network.TimeWidth, network.TimeWidth, network.Activation);
        var hidden = graph.Activate(network.Activation, graph.Linear("class_embedding.linear_1", labels, config.ClassWidth, network.TimeWidth));
        var classes = graph.Linear("class_embedding.linear_2", hidden, network.TimeWidth, network.TimeWidth);
        var activated = graph.Activate(network.Activation, graph.Add(time, classes));
        var scope = new TransformerScope(graph, network, activated, context, config.LinearProjection);
        graph.Output(NetworkNames.Sample, UNetTopology.Build(scope, sample), Dimension.Batch, network.OutputChannels, height, width);
        return graph.Finish();
    }
}
