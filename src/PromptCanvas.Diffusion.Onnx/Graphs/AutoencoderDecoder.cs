using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A latent, as the decoder network leaves it, → the picture, signed range and not clamped.</summary>
/// <remarks>
/// Source: Zheng et al. (2022), MoVQ: modulating quantized vectors, section 3.2 (spatially conditional normalisation); diffusers' <c>VQModel</c> and
/// <c>AutoencoderKL</c>. A MoVQ's latent conditions every norm as it came, before <c>post_quant_conv</c>.
/// </remarks>
internal static class AutoencoderDecoder
{
    /// <summary>Adds the operators of this half.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="config">Its sizes.</param>
    public static void Add(GraphBuilder graph, AutoencoderConfig config)
    {
        var (height, width) = (new Dimension("H", 1), new Dimension("W", 1));
        var latents = graph.Input(NetworkNames.Latents, Dimension.Batch, config.LatentChannels, height, width);
        AutoencoderScope scope = config.Kind == AutoencoderKind.Movq ? new SpatialScope(graph, config, latents) : new PlainScope(graph, config);
        var unscaled = config.Scale == 1 ? latents : graph.Node("Div", [latents, graph.Number((float)config.Scale)]);
        var picture = graph.Convolution("post_quant_conv", unscaled, config.LatentChannels, config.LatentChannels, 1);
        picture = graph.Convolution("decoder.conv_in", picture, config.LatentChannels, config.Coarsest, 3);
        picture = scope.Middle("decoder.mid_block", picture);
        var channels = config.Coarsest;
        for (var level = 0; level < config.Levels; level++)
        {
            picture = Up(scope, level, picture, channels);
            channels = config.Widths[config.Levels - 1 - level];
        }

        picture = graph.Activate(Activation.Silu, scope.Norm("decoder.conv_norm_out", picture, channels, config.Factor));
        picture = graph.Convolution("decoder.conv_out", picture, channels, AutoencoderConfig.PictureChannels, 3);
        graph.Output(
            NetworkNames.Sample,
            picture,
            Dimension.Batch,
            AutoencoderConfig.PictureChannels,
            height with { Multiplier = config.Factor },
            width with { Multiplier = config.Factor });
    }

    private static Value Up(AutoencoderScope scope, int level, Value picture, int inputWidth)
    {
        var (config, name) = (scope.Config, $"decoder.up_blocks.{level}");
        var width = config.Widths[config.Levels - 1 - level];
        var scale = 1 << level;
        for (var index = 0; index <= config.LayersPerBlock; index++)
        {
            picture = scope.Resnet($"{name}.resnets.{index}", picture, index == 0 ? inputWidth : width, width, scale);
            picture = config.UpAttention[level] ? scope.Attention($"{name}.attentions.{index}", picture, width, scale) : picture;
        }

        return level < config.Levels - 1
            ? scope.Graph.Convolution($"{name}.upsamplers.0.conv", scope.Graph.Double(picture), width, width, 3)
            : picture;
    }

    /// <summary>Norms that the latent scales and shifts.</summary>
    private sealed record SpatialScope(GraphBuilder Graph, AutoencoderConfig Config, Value Latents) : AutoencoderScope(Graph, Config)
    {
        protected override string AttentionNorm => "spatial_norm";

        /// <summary>GN(v)·conv_y(↑L) + conv_b(↑L).</summary>
        /// <remarks>A 1 × 1 convolution and repeated pixels may change places: everything but the last product and sum is done at the latent's size.</remarks>
        public override Value Norm(string name, Value picture, int channels, int scale)
        {
            var factor = Graph.Convolution($"{name}.conv_y", Latents, Config.LatentChannels, channels, 1);
            var offset = Graph.Convolution($"{name}.conv_b", Latents, Config.LatentChannels, channels, 1);
            var weight = Graph.WeightAs($"{name}.norm_layer.weight", [channels], channels, 1, 1);
            var bias = Graph.WeightAs($"{name}.norm_layer.bias", [channels], channels, 1, 1);
            var ownFactor = Graph.Enlarge(Graph.Multiply(factor, weight), scale);
            var ownOffset = Graph.Enlarge(Graph.Add(Graph.Multiply(factor, bias), offset), scale);
            return Graph.Add(Graph.Multiply(Graph.Standardise(picture, AutoencoderConfig.SpatialGroups, AutoencoderConfig.Epsilon), ownFactor), ownOffset);
        }
    }
}
