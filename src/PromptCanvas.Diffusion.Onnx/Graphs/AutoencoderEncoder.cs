using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A picture → its latent, not quantised; of a KL autoencoder mean and deviation, both scaled, not sampled.</summary>
/// <remarks>
/// Source: Esser et al. (2021), VQGAN; Zheng et al. (2022), MoVQ; Rombach et al. (2022), latent diffusion, section 3.1 and appendix G; the layout of
/// diffusers' <c>VQModel</c> and <c>AutoencoderKL</c>.
/// </remarks>
internal static class AutoencoderEncoder
{
    private const float LowestLogVariance = -30;
    private const float HighestLogVariance = 20;

    /// <summary>Adds the operators of this half.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="config">Its sizes.</param>
    public static void Add(GraphBuilder graph, AutoencoderConfig config)
    {
        var scope = new PlainScope(graph, config);
        var (height, width) = (new Dimension("H", config.Factor), new Dimension("W", config.Factor));
        var picture = graph.Input(NetworkNames.Sample, Dimension.Batch, AutoencoderConfig.PictureChannels, height, width);
        picture = graph.Convolution("encoder.conv_in", picture, AutoencoderConfig.PictureChannels, config.Widths[0], 3);
        var channels = config.Widths[0];
        for (var level = 0; level < config.Levels; level++)
        {
            picture = Down(scope, level, picture, channels);
            channels = config.Widths[level];
        }

        picture = scope.Middle("encoder.mid_block", picture);
        picture = graph.Activate(Activation.Silu, scope.Norm("encoder.conv_norm_out", picture, channels, 1));
        var outputs = config.Kind == AutoencoderKind.Kl ? 2 * config.LatentChannels : config.LatentChannels;
        picture = graph.Convolution("encoder.conv_out", picture, channels, outputs, 3);
        var latents = graph.Convolution("quant_conv", picture, outputs, outputs, 1);
        Dimension[] shape =
            [Dimension.Batch, config.LatentChannels, height with { Divisor = config.Factor }, width with { Divisor = config.Factor }];
        if (config.Kind == AutoencoderKind.Kl)
        {
            var mean = graph.Channels(latents, 0, config.LatentChannels);
            var deviation = Deviation(graph, graph.Channels(latents, config.LatentChannels, outputs));
            graph.Output(NetworkNames.Latents, graph.Multiply(mean, graph.Number((float)config.Scale)), shape);
            graph.Output(NetworkNames.Deviation, graph.Multiply(deviation, graph.Number((float)config.Scale)), shape);
        }
        else
        {
            graph.Output(NetworkNames.Latents, latents, shape);
        }
    }

    /// <summary>exp(½·log σ²), the logarithm clamped as in training.</summary>
    private static Value Deviation(GraphBuilder graph, Value logVariance)
    {
        var clamped = graph.Node("Clip", [logVariance, graph.Number(LowestLogVariance), graph.Number(HighestLogVariance)]);
        return graph.Node("Exp", [graph.Multiply(clamped, graph.Number(0.5f))]);
    }

    private static Value Down(PlainScope scope, int level, Value picture, int inputWidth)
    {
        var (config, name, width) = (scope.Config, $"encoder.down_blocks.{level}", scope.Config.Widths[level]);
        for (var index = 0; index < config.LayersPerBlock; index++)
        {
            picture = scope.Resnet($"{name}.resnets.{index}", picture, index == 0 ? inputWidth : width, width, 1);
            picture = config.DownAttention[level] ? scope.Attention($"{name}.attentions.{index}", picture, width, 1) : picture;
        }

        return level < config.Levels - 1 ? scope.Graph.HalvingConvolution($"{name}.downsamplers.0.conv", picture, width, padBefore: 0) : picture;
    }
}
