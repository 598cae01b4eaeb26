namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The order of the blocks of every kind of U-Net.</summary>
/// <remarks>Source: Ronneberger et al. (2015), Dhariwal and Nichol (2021); the layout of diffusers.</remarks>
internal static class UNetTopology
{
    /// <summary>conv_in, down, middle, up, conv_out.</summary>
    /// <param name="scope">Config, time and context.</param>
    /// <param name="sample">(B, in, H, W).</param>
    /// <returns>(B, out, H, W).</returns>
    public static Value Build(UNetScope scope, Value sample)
    {
        var (graph, config) = (scope.Graph, scope.Config);
        var widths = config.Widths;
        var skips = new Stack<(Value Picture, int Width)>();
        var picture = graph.Convolution("conv_in", sample, config.InputChannels, widths[0], 3);
        skips.Push((picture, widths[0]));
        var width = widths[0];
        for (var level = 0; level < config.Levels; level++)
        {
            picture = Down(scope, level, picture, width, skips);
            width = widths[level];
        }

        picture = scope.Resnet("mid_block.resnets.0", picture, width, width, scale: config.MiddleScale);
        picture = config.MiddleAttention ? scope.Attention("mid_block.attentions.0", picture, config.Levels - 1) : picture;
        picture = scope.Resnet("mid_block.resnets.1", picture, width, width, scale: config.MiddleScale);

        for (var level = 0; level < config.Levels; level++)
        {
            picture = Up(scope, level, picture, width, skips);
            width = widths[config.Levels - 1 - level];
        }

        picture = graph.Activate(config.Activation, scope.Norm("conv_norm_out", picture, width));
        return graph.Convolution("conv_out", picture, width, config.OutputChannels, 3);
    }

    private static Value Down(UNetScope scope, int level, Value picture, int width, Stack<(Value Picture, int Width)> skips)
    {
        var (config, name) = (scope.Config, $"down_blocks.{level}");
        var outputWidth = config.Widths[level];
        for (var index = 0; index < config.LayersPerBlock; index++)
        {
            picture = scope.Resnet($"{name}.resnets.{index}", picture, index == 0 ? width : outputWidth, outputWidth);
            picture = config.DownAttention[level] ? scope.Attention($"{name}.attentions.{index}", picture, level) : picture;
            skips.Push((picture, outputWidth));
        }

        if (level < config.Levels - 1)
        {
            picture = scope.Downsample(name, picture, outputWidth);
            skips.Push((picture, outputWidth));
        }

        return picture;
    }

    private static Value Up(UNetScope scope, int level, Value picture, int width, Stack<(Value Picture, int Width)> skips)
    {
        var (config, name) = (scope.Config, $"up_blocks.{level}");
        var outputWidth = config.Widths[config.Levels - 1 - level];
        for (var index = 0; index <= config.LayersPerBlock; index++)
        {
            var skip = skips.Pop();
            var inputWidth = (index == 0 ? width : outputWidth) + skip.Width;
            picture = scope.Resnet($"{name}.resnets.{index}", scope.Graph.Concat(1, picture, skip.Picture), inputWidth, outputWidth);
            picture = config.UpAttention[level] ? scope.Attention($"{name}.attentions.{index}", picture, config.Levels - 1 - level) : picture;
        }

        return level < config.Levels - 1 ? scope.Upsample(name, picture, outputWidth) : picture;
    }
}
