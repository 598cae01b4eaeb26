using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A picture → its latent, neither quantised nor sampled nor scaled.</summary>
/// <remarks>Source: Esser et al. (2021), VQGAN; Zheng et al. (2022), MoVQ; the layout of diffusers' <c>VQModel</c>.</remarks>
internal static class MovqEncoder
{
    /// <summary>Adds the operators of this half.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="config">Its sizes.</param>
    public static void Add(GraphBuilder graph, MovqConfig config)
    {
        var scope = new EncoderScope(graph, config);
        var (height, width) = (new Dimension("H", config.Factor), new Dimension("W", config.Factor));
        var picture = graph.Input(NetworkNames.Sample, Dimension.Batch, MovqConfig.PictureChannels, height, width);
        picture = graph.Convolution("encoder.conv_in", picture, MovqConfig.PictureChannels, config.Widths[0], 3);
        var channels = config.Widths[0];
        for (var level = 0; level < config.Levels; level++)
        {
            picture = Down(scope, level, picture, channels);
            channels = config.Widths[level];
        }

        picture = scope.Middle("encoder.mid_block", picture);
        picture = graph.Activate(Activation.Silu, scope.Norm("encoder.conv_norm_out", picture, channels, 1));
        picture = graph.Convolution("encoder.conv_out", picture, channels, config.LatentChannels, 3);
        var latents = graph.Convolution("quant_conv", picture, config.LatentChannels, config.LatentChannels, 1);
        graph.Output(
            NetworkNames.Latents,
            latents,
            Dimension.Batch,
            config.LatentChannels,
            height with { Divisor = config.Factor },
            width with { Divisor = config.Factor });
    }

    private static Value Down(EncoderScope scope, int level, Value picture, int inputWidth)
    {
        var (config, name, width) = (scope.Config, $"encoder.down_blocks.{level}", scope.Config.Widths[level]);
        for (var index = 0; index < config.LayersPerBlock; index++)
        {
            picture = scope.Resnet($"{name}.resnets.{index}", picture, index == 0 ? inputWidth : width, width, 1);
            picture = config.DownAttention[level] ? scope.Attention($"{name}.attentions.{index}", picture, width, 1) : picture;
        }

        return level < config.Levels - 1 ? Halve(scope.Graph, $"{name}.downsamplers.0.conv", picture, width) : picture;
    }

    /// <summary>A convolution with stride 2 over the picture with a column of zeros at its right and a row below.</summary>
    private static Value Halve(GraphBuilder graph, string name, Value picture, int width) => graph.Node(
        "Conv",
        [picture, graph.Weight($"{name}.weight", width, width, 3, 3), graph.Weight($"{name}.bias", width)],
        Attribute.Integers("kernel_shape", 3, 3),
        Attribute.Integers("strides", 2, 2),
        Attribute.Integers("pads", 0, 0, 1, 1));

    /// <summary>Group norms.</summary>
    private sealed record EncoderScope(GraphBuilder Graph, MovqConfig Config) : MovqScope(Graph, Config)
    {
        protected override string AttentionNorm => "group_norm";

        public override Value Norm(string name, Value picture, int channels, int scale) =>
            Graph.GroupNorm(name, picture, channels, Config.Groups, MovqConfig.Epsilon);
    }
}
