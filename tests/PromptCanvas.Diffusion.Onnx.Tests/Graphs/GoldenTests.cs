using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

/// <summary>Compares every network with the results of the reference implementation for the same weights (float32, CPU).</summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Networks { get; } = new()
    {
        { "unclip-tiny", "text_encoder" },
        { "unclip-tiny", "image_encoder" },
        { "unclip-tiny", "prior" },
        { "unclip-tiny", "text_proj" },
        { "unclip-tiny", "decoder" },
        { "unclip-tiny", "super_res_first" },
        { "unclip-tiny", "super_res_last" },
        { "starter-tiny", "text_encoder" },
        { "starter-tiny", "image_encoder" },
        { "starter-tiny", "prior" },
        { "starter-tiny", "prior_autoregressive" },
        { "starter-tiny", "text_proj" },
        { "starter-tiny", "decoder" },
        { "starter-tiny", "super_res_first" },
        { "starter-tiny", "super_res_1024" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_GoldenInputs_AgreesWithReference(string fixture, string name)
    {
        using var network = Fixtures.Open(name, fixture);

        var actual = network.Run(Fixtures.Inputs(name, fixture), TestContext.Current.CancellationToken);

        var expected = Fixtures.Outputs(name, fixture);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (outputName, tensor) in expected)
        {
            var difference = Fixtures.Difference(tensor, actual[outputName]);
            output.WriteLine($"{fixture} {name}.{outputName}: {difference:E2}");
            Assert.True(difference <= 1e-4f, $"{outputName} differs by {difference}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_RowAloneOrInCompany_IsTheSameBitForBit(string fixture, string name)
    {
        using var network = Fixtures.Open(name, fixture);
        var inputs = Fixtures.Inputs(name, fixture);

        var batch = network.Run(Fixtures.Rows(inputs, 1, 0, 1, 1, 0, 1, 0), TestContext.Current.CancellationToken);
        var alone = network.Run(Fixtures.Rows(inputs, 0), TestContext.Current.CancellationToken);
        var pair = network.Run(Fixtures.Rows(inputs, 0, 1), TestContext.Current.CancellationToken);

        foreach (var (outputName, tensor) in alone)
        {
            Assert.Equal(tensor.Floats, Fixtures.Rows(batch[outputName], 1).Floats);
            Assert.Equal(tensor.Floats, Fixtures.Rows(batch[outputName], 6).Floats);
            Assert.Equal(tensor.Floats, Fixtures.Rows(pair[outputName], 0).Floats);
        }
    }

    [Theory]
    [InlineData("prior", "predicted_image_embedding")]
    [InlineData("decoder", "sample")]
    public void Run_OtherValuesUnderTheMask_ChangesNothing(string name, string outputName)
    {
        using var network = Fixtures.Open(name);
        var inputs = new Dictionary<string, NetworkTensor>(Fixtures.Inputs(name));
        var states = inputs[NetworkNames.EncoderHiddenStates];
        var mask = inputs[NetworkNames.AttentionMask].Integers;
        var width = states.Shape[2];
        var changed = states.Floats.Select((value, index) => mask[index / width] == 1 ? value : 3 - value).ToArray();
        Assert.Contains(0, mask);

        var before = network.Run(inputs, TestContext.Current.CancellationToken);
        inputs[NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(changed, [.. states.Shape]);
        var after = network.Run(inputs, TestContext.Current.CancellationToken);

        Assert.Equal(before[outputName].Floats, after[outputName].Floats);
    }

    [Fact]
    public void Run_OtherTokensAfterTheEnd_ChangesNothingBeforeIt()
    {
        using var network = Fixtures.Open("text_encoder");
        var inputs = new Dictionary<string, NetworkTensor>(Fixtures.Inputs("text_encoder"));
        var ends = inputs[NetworkNames.EosIndex].Integers;
        var ids = inputs[NetworkNames.InputIds];
        var length = ids.Shape[1];
        var changed = ids.Integers.Select((id, index) => index % length > ends[index / length] ? 7 : id).ToArray();

        var before = network.Run(inputs, TestContext.Current.CancellationToken);
        inputs[NetworkNames.InputIds] = NetworkTensor.Int64(changed, [.. ids.Shape]);
        var after = network.Run(inputs, TestContext.Current.CancellationToken);

        Assert.Equal(before[NetworkNames.TextEmbeds].Floats, after[NetworkNames.TextEmbeds].Floats);
        Assert.NotEqual(before[NetworkNames.LastHiddenState].Floats, after[NetworkNames.LastHiddenState].Floats);
    }

    [Fact]
    public void Run_NullImage_IgnoresTheImageEmbedding()
    {
        using var network = Fixtures.Open("text_proj");
        var inputs = new Dictionary<string, NetworkTensor>(Fixtures.Rows(Fixtures.Inputs("text_proj"), 0));
        inputs[NetworkNames.NullImage] = NetworkTensor.Int64([1], 1);

        var before = network.Run(inputs, TestContext.Current.CancellationToken);
        var image = inputs[NetworkNames.ImageEmbeddings];
        inputs[NetworkNames.ImageEmbeddings] = NetworkTensor.Float32([.. image.Floats.Select(_ => float.NaN)], [.. image.Shape]);
        var after = network.Run(inputs, TestContext.Current.CancellationToken);

        Assert.Equal(before[NetworkNames.TimeEmbeddings].Floats, after[NetworkNames.TimeEmbeddings].Floats);
    }
}
