using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>An upsampler (<c>UNet2DModel</c>): noisy picture, enlarged small picture and timestep → its prediction. No text, no attention.</summary>
/// <remarks>
/// Source: Ramesh et al. (2022), section 2.1; Dhariwal and Nichol (2021). Karlo adds the time embedding where its decoder scales and shifts.
/// A residual upsampler predicts the difference from the enlarged input. With a pixel unshuffle, the sample is the input of <c>conv_in</c>: the host unshuffles.
/// </remarks>
internal static class PlainUNet
{
    public static UNetConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.Upsampler);
        return config.Has("add_attention")
            ? UNetConfig.Read(config, common => common with
            {
                Residual = ReadResidual(config, common),
                DownAttention = common.ReadBlocks(config, "down_block_types", "ResnetDownsampleBlock2D", null),
                UpAttention = common.ReadBlocks(config, "up_block_types", "ResnetUpsampleBlock2D", null),
            })
            : throw config.Unsupported("add_attention", "true, its default", "false");
    }

    public static NetworkGraph Build(UNetConfig config)
    {
        var graph = new GraphBuilder();
        var (height, width) = (new Dimension("H", config.SizeMultiple), new Dimension("W", config.SizeMultiple));
        var sample = graph.Input(NetworkNames.Sample, Dimension.Batch, config.InputChannels, height, width);
        var timestep = graph.TimestepInput();
        var time = graph.EmbedTimestep("time_embedding", timestep, config.Sinusoid, config.TimeWidth, config.TimeWidth, config.Activation);
        var scope = new UNetScope(graph, config, graph.Activate(config.Activation, time), null, null);
        var prediction = UNetTopology.Build(scope, sample);
        if (config.Residual)
        {
            prediction = graph.Add(prediction, graph.Channels(sample, config.OutputChannels, 2 * config.OutputChannels));
        }

        graph.Output(NetworkNames.Sample, prediction, Dimension.Batch, config.OutputChannels, height, width);
        return graph.Finish();
    }

    private static bool ReadResidual(ComponentConfig config, UNetConfig common)
    {
        var residual = config.Flag("residual", false);
        return residual && common.InputChannels != 2 * common.OutputChannels
            ? throw config.Contradiction($"'residual' needs twice as many 'in_channels' as 'out_channels', not {common.InputChannels} and {common.OutputChannels}")
            : residual;
    }
}
