using System.Text.Json;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

/// <summary>The divisors of residual blocks and the ε of each norm, as the reference has them.</summary>
public sealed class UNetFactorsTests : IDisposable
{
    private const int Width = 8;

    /// <summary>Relative. The norm reads the caller's memory here, and the runtime's sums over it depend on its alignment.</summary>
    private const float Tolerance = 1e-5f;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1.4)]
    [InlineData(0.5)]
    public void Resnet_OutScaleFactor_DividesTheSumOfBothBranches(double factor)
    {
        var plain = RunResnet(1);
        var scaled = RunResnet(factor);

        Assert.Equal(plain.Length, scaled.Length);
        Assert.All(plain.Zip(scaled), pair => Assert.Equal(pair.First / (float)factor, pair.Second, Tolerance * Math.Max(1, Math.Abs(pair.Second))));
    }

    [Fact]
    public void Build_OutScaleFactor_AppliesToBlocksAndSamplersOnTheWayDownAndUp()
    {
        // Two levels of one layer: 2 blocks and a sampler down, 4 blocks and a sampler up; the 2 in the middle have their own factor.
        Assert.Equal((8, 2), (Divisions(Decoder("resnet_out_scale_factor", 1.4), 1.4f), Divisions(Decoder("mid_block_scale_factor", 2), 2)));
        Assert.Equal((0, 0), (Divisions(Decoder("resnet_out_scale_factor", 1), 1), Divisions(Decoder("mid_block_scale_factor", 1.0), 1)));
    }

    [Fact]
    public void Build_NormEpsilon_DoesNotReachTheNormsOfAttention()
    {
        var epsilons = ModelProto.Parser.ParseFrom(Decoder("norm_eps", 1e-3).ToModelWithWeightInputs()).Graph.Node
            .Where(node => node.OpType == "InstanceNormalization")
            .Select(node => node.Attribute.Single(attribute => attribute.Name == "epsilon").F)
            .ToList();

        // One attention down, one in the middle, two up; each of 10 resnets has two norms, and one is in front of conv_out.
        Assert.Equal((4, 21), (epsilons.Count(epsilon => epsilon == 1e-5f), epsilons.Count(epsilon => epsilon == 1e-3f)));
    }

    private static NetworkGraph Decoder(string key, double value)
    {
        using var document = JsonDocument.Parse(FormattableString.Invariant(
            $$"""
            {"in_channels":3,"out_channels":6,"block_out_channels":[8,16],"norm_num_groups":4,"attention_head_dim":8,"layers_per_block":1,
             "class_embed_type":"identity","cross_attention_dim":16,"mid_block_type":"UNetMidBlock2DSimpleCrossAttn","{{key}}":{{value}},
             "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D"],"up_block_types":["SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
            """));
        return ConditionalUNet.Build(ConditionalUNet.Read(new ComponentConfig("config.json", document.RootElement)), 6);
    }

    /// <summary>How many divisions by a constant a graph has.</summary>
    private static int Divisions(NetworkGraph graph, float divisor)
    {
        var model = ModelProto.Parser.ParseFrom(graph.ToModelWithWeightInputs());
        var constants = model.Graph.Initializer
            .Where(constant => constant.DataType == 1 && constant.RawData.Length == sizeof(float) && BitConverter.ToSingle(constant.RawData.Span).Equals(divisor))
            .Select(constant => constant.Name)
            .ToHashSet(StringComparer.Ordinal);
        return model.Graph.Node.Count(node => node.OpType == "Div" && constants.Contains(node.Input[1]));
    }

    private float[] RunResnet(double factor)
    {
        var graph = new GraphBuilder();
        var config = new UNetConfig
        {
            InputChannels = 3,
            OutputChannels = 3,
            Widths = [Width],
            LayersPerBlock = 1,
            Groups = 2,
            Epsilon = 1e-5,
            Activation = Activation.Silu,
            ScaleShift = true,
            Sinusoid = new Sinusoid(Width, true, 0),
            DownAttention = [false],
            MiddleAttention = false,
            UpAttention = [false],
            SampleSize = null,
            PixelUnshuffle = 1,
            BlockScale = factor,
        };
        var sample = graph.Input(NetworkNames.Sample, Dimension.Batch, Width, 4, 4);
        var time = graph.Input(NetworkNames.TimeEmbeddings, Dimension.Batch, config.TimeWidth);
        var block = new UNetScope(graph, config, time, null, null).Resnet("block", sample, Width, Width);
        graph.Output(NetworkNames.Sample, block, Dimension.Batch, Width, 4, 4);
        var finished = graph.Finish();
        using var network = RandomWeights.Open(finished, folder.Path);
        return network.Run(RandomWeights.Inputs(finished, 2, 4), TestContext.Current.CancellationToken)[NetworkNames.Sample].Floats;
    }
}
