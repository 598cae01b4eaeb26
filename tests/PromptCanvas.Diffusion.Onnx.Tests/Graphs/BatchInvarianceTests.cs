using System.Text.Json;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

/// <summary>
/// The engine's guarantee that a seed gives the same picture in any batch depends on this: at the widths used in practice, where the
/// runtime tiles and parallelises its matrix products, a row is bit for bit the same as alone.
/// </summary>
public sealed class BatchInvarianceTests : IDisposable
{
    private const string Decoder =
        """
        {"act_fn":"hardswish","attention_head_dim":32,"block_out_channels":[64,128,192],"class_embed_type":"identity","cross_attention_dim":192,
         "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D","ResnetDownsampleBlock2D"],"in_channels":112,
         "layers_per_block":1,"mid_block_type":"UNetMidBlock2DSimpleCrossAttn","norm_num_groups":16,"out_channels":48,
         "resnet_time_scale_shift":"scale_shift",
         "up_block_types":["ResnetUpsampleBlock2D","SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private const string Upsampler =
        """
        {"act_fn":"hardswish","add_attention":false,"block_out_channels":[48,96],"in_channels":96,"layers_per_block":1,"norm_num_groups":16,
         "out_channels":48,"down_block_types":["ResnetDownsampleBlock2D","ResnetDownsampleBlock2D"],
         "up_block_types":["ResnetUpsampleBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_PriorOfStarterSize_RowsKeepToThemselves() => Check(
        PriorTransformer.Build(PriorConfig.Read(Config("""{"num_attention_heads":6,"attention_head_dim":32,"num_layers":5,"embedding_dim":192,"num_embeddings":32}"""))), 0);

    [Fact]
    public void Run_DecoderOfStarterSize_RowsKeepToThemselves() => Check(ConditionalUNet.Build(ConditionalUNet.Read(Config(Decoder)), 36), 16);

    [Fact]
    public void Run_UpsamplerOfStarterSize_RowsKeepToThemselves() => Check(PlainUNet.Build(PlainUNet.Read(Config(Upsampler))), 64);

    [Fact]
    public void Run_TextProjectionOfStarterSize_RowsKeepToThemselves() => Check(
        TextProjection.Build(TextProjectionConfig.Read(Config("""{"clip_embeddings_dim":192,"time_embed_dim":256,"cross_attention_dim":192}""")), 32), 0);

    [Fact]
    public void Run_TextEncoderOfStarterSize_RowsKeepToThemselves() => Check(
        TextEncoder.Build(TextEncoderConfig.Read(Config(
            """{"hidden_size":192,"intermediate_size":768,"num_attention_heads":6,"num_hidden_layers":4,"projection_dim":192,"vocab_size":1214,"max_position_embeddings":32}"""))),
        0);

    private static ComponentConfig Config(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new ComponentConfig("config.json", document.RootElement);
    }

    private void Check(NetworkGraph graph, int side)
    {
        using var network = RandomWeights.Open(graph, folder.Path);
        var whole = RandomWeights.Inputs(graph, 8, side);
        var together = network.Run(whole, TestContext.Current.CancellationToken);
        foreach (var rows in new int[][] { [0], [5], [1, 2], [7, 3, 0], [6, 5, 4, 3, 2] })
        {
            var apart = network.Run(Fixtures.Rows(whole, rows), TestContext.Current.CancellationToken);
            Assert.All(together, output => Assert.Equal(Fixtures.Rows(output.Value, rows).Floats, apart[output.Key].Floats));
            Assert.All(apart, output => Assert.All(output.Value.Floats, value => Assert.True(float.IsFinite(value))));
        }
    }
}
