using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

public sealed class OperationCountTests
{
    [Fact]
    public void PerRow_OneConvolutionEachWay_IsCountedByHand()
    {
        // Two levels of one layer at 8², no attention: conv_in, 2 + 1 + 2 + 2 + 2 + 1 resnets, conv_out, and linears for one time step.
        var operations = new OperationCount(PlainUNet.Build(OneLevel(attends: false))).PerRow(8);

        Assert.Equal(OneLevelOperations(), operations);
    }

    [Fact]
    public void PerRow_TransformerBlocks_CountAttentionToThemselvesAndToTheContext()
    {
        const int tokens = 3;
        const int contextWidth = 6;
        const int classWidth = 8;
        var network = OneLevel(attends: true) with { ContextWidth = contextWidth, Heads = [2] };

        var operations = new OperationCount(TransformerUNet.Build(new TransformerUNetConfig(network, classWidth, true), tokens)).PerRow(8);

        const double positions = 8 * 8;
        const int width = 4;
        var linears = 2 * positions * ((2 + 4 + 2 + 8 + 4) * width * width);
        var context = 2.0 * tokens * 2 * contextWidth * width;
        var attention = 4.0 * width * positions * (positions + tokens);
        var classes = 2.0 * ((classWidth * 16) + (16 * 16));
        Assert.Equal(OneLevelOperations() + (4 * (linears + context + attention)) + classes, operations);
    }

    [Fact]
    public void PerRow_Transformer_CountsEachTokenAndItsAttention()
    {
        const int width = 16;
        const int embedding = 8;
        const int tokens = 5 + 4;

        var operations = new OperationCount(PriorTransformer.Build(new PriorConfig(2, 8, 3, embedding, 5, width))).PerRow(0);

        var block = (tokens * 2.0 * ((4 * width * width) + (8 * width * width))) + (4.0 * width * tokens * tokens);
        var ends = (2.0 * tokens * embedding * width) + (2.0 * 3 * embedding * width) + (2.0 * 2 * width * width);
        Assert.Equal((3 * block) + ends, operations);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(16, 1)]
    public void RowLimit_SmallNetwork_IsNoLimit(int grid, int atLeast)
    {
        using var network = Fixtures.Open("decoder");

        Assert.InRange(network.RowLimit(grid), Math.Max(atLeast, 8), int.MaxValue);
        Assert.True(network.OperationsPerRow(2 * grid) > 3 * network.OperationsPerRow(grid));
        Assert.Equal(NetworkNames.Sample, Assert.Single(Fixtures.Outputs("decoder")).Key);
    }

    private static UNetConfig OneLevel(bool attends) => new()
    {
        InputChannels = 3,
        OutputChannels = 3,
        Widths = [4],
        LayersPerBlock = 1,
        Groups = 2,
        Epsilon = 1e-5,
        Activation = Activation.Silu,
        ScaleShift = false,
        Sinusoid = new Sinusoid(4, true, 0),
        DownAttention = [attends],
        MiddleAttention = attends,
        UpAttention = [attends],
        SampleSize = 8,
        PixelUnshuffle = 1,
    };

    /// <summary>Everything but attention and classes.</summary>
    private static double OneLevelOperations()
    {
        const double positions = 8 * 8;
        const double kernel = 9;
        var convolutions = 2 * positions * kernel * ((3 * 4) + (4 * 4 * 2) + (2 * 2 * 4 * 4) + (2 * ((8 * 4) + (4 * 4))) + (4 * 3));
        var shortcuts = 2 * positions * 2 * 8 * 4;
        var linears = 2.0 * ((4 * 16) + (16 * 16) + (5 * 16 * 4));
        return convolutions + shortcuts + linears;
    }
}
