using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The decoder (<c>UNet2DConditionModel</c>): noisy picture, timestep, context tokens and class embedding → its prediction.</summary>
/// <remarks>
/// Source: Ramesh et al. (2022), section 2.1; attention with added keys and values from Nichol et al. (2021), GLIDE.
/// With a pixel unshuffle or a masked input, the sample is the input of <c>conv_in</c>: the host unshuffles.
/// </remarks>
internal static class ConditionalUNet
{
    public static UNetConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.Decoder);
        if (!config.Has("class_embed_type"))
        {
            throw config.Unsupported("class_embed_type", "absent", "identity");
        }

        return UNetConfig.Read(config, common => common with
        {
            DownAttention = common.ReadBlocks(config, "down_block_types", "ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            MiddleAttention = config.Word("mid_block_type", null, "UNetMidBlock2DSimpleCrossAttn").Length > 0,
            UpAttention = common.ReadBlocks(config, "up_block_types", "ResnetUpsampleBlock2D", "SimpleCrossAttnUpBlock2D"),
            ContextWidth = config.UniformWhole("cross_attention_dim", 1280, maximum: 1 << 16),
            HeadWidth = config.UniformWhole("attention_head_dim", 8, maximum: 1 << 14),
            BlockScale = config.Number("resnet_out_scale_factor", 1, 1e-6, 1e6),
            MaskedInput = config.Flag("masked_input", false),
        });
    }

    /// <param name="config">Its sizes.</param>
    /// <param name="contextLength">n + L, the number of context tokens.</param>
    public static NetworkGraph Build(UNetConfig config, int contextLength)
    {
        var graph = new GraphBuilder();
        var (height, width) = (new Dimension("H", config.SizeMultiple), new Dimension("W", config.SizeMultiple));
        var sample = graph.Input(NetworkNames.Sample, Dimension.Batch, config.InputChannels, height, width);
        var timestep = graph.TimestepInput();
        var context = graph.Input(NetworkNames.EncoderHiddenStates, Dimension.Batch, contextLength, config.ContextWidth);
        var classEmbedding = graph.Input(NetworkNames.ClassLabels, Dimension.Batch, config.TimeWidth);
        var mask = graph.Input(new TensorSpec(NetworkNames.AttentionMask, false, [Dimension.Batch, contextLength]) { Minimum = 0, Maximum = 1 });

        var time = graph.EmbedTimestep("time_embedding", timestep, config.Sinusoid, config.TimeWidth, config.TimeWidth, config.Activation);
        var activated = graph.Activate(config.Activation, graph.Add(time, classEmbedding));
        var scope = new UNetScope(graph, config, activated, context, graph.MaskBias(mask));
        graph.Output(NetworkNames.Sample, UNetTopology.Build(scope, sample), Dimension.Batch, config.OutputChannels, height, width);
        return graph.Finish();
    }
}
