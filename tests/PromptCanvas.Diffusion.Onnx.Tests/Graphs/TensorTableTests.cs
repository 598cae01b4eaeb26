using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

/// <summary>The expected tables of published checkpoints and of larger starters, made from their configs alone.</summary>
public sealed class TensorTableTests
{
    private const string Prior =
        """{"num_attention_heads":32,"attention_head_dim":64,"num_layers":20,"embedding_dim":768,"num_embeddings":77,"additional_embeddings":4}""";

    private const string Upsampler =
        """
        {"in_channels":6,"out_channels":3,"sample_size":256,"block_out_channels":[320,640,960,1280],"layers_per_block":3,"add_attention":false,
         "resnet_time_scale_shift":"default","attention_head_dim":8,"mid_block_scale_factor":1,
         "down_block_types":["ResnetDownsampleBlock2D","ResnetDownsampleBlock2D","ResnetDownsampleBlock2D","ResnetDownsampleBlock2D"],
         "up_block_types":["ResnetUpsampleBlock2D","ResnetUpsampleBlock2D","ResnetUpsampleBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private const string Decoder =
        """
        {"in_channels":3,"out_channels":6,"sample_size":64,"block_out_channels":[320,640,960,1280],"layers_per_block":3,"cross_attention_dim":1536,
         "attention_head_dim":64,"class_embed_type":"identity","resnet_time_scale_shift":"scale_shift","norm_eps":1e-05,"act_fn":"silu",
         "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D","SimpleCrossAttnDownBlock2D","SimpleCrossAttnDownBlock2D"],
         "mid_block_type":"UNetMidBlock2DSimpleCrossAttn",
         "up_block_types":["SimpleCrossAttnUpBlock2D","SimpleCrossAttnUpBlock2D","SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private const string ImageDecoder =
        """
        {"in_channels":4,"out_channels":8,"sample_size":64,"block_out_channels":[384,768,1152,1536],"layers_per_block":3,"cross_attention_dim":768,
         "attention_head_dim":64,"addition_embed_type":"image","addition_embed_type_num_heads":64,"encoder_hid_dim":1280,
         "encoder_hid_dim_type":"image_proj","class_embed_type":null,"resnet_time_scale_shift":"scale_shift",
         "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D","SimpleCrossAttnDownBlock2D","SimpleCrossAttnDownBlock2D"],
         "mid_block_type":"UNetMidBlock2DSimpleCrossAttn",
         "up_block_types":["SimpleCrossAttnUpBlock2D","SimpleCrossAttnUpBlock2D","SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
        """;

    private const string Autoencoder =
        """
        {"act_fn":"silu","block_out_channels":[128,256,256,512],"in_channels":3,"latent_channels":4,"layers_per_block":2,"norm_num_groups":32,
         "down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","AttnDownEncoderBlock2D"],"norm_type":"spatial",
         "up_block_types":["AttnUpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"],"num_vq_embeddings":16384,
         "out_channels":3,"sample_size":32,"scaling_factor":0.18215,"vq_embed_dim":4}
        """;

    public static TheoryData<string, string, string> Components { get; } = new()
    {
        { "karlo/prior", "prior", Prior },
        { "karlo/text_encoder", "text_encoder", TextEncoderConfigOf(768, 12, 12, 3072, "quick_gelu") },
        { "karlo/text_proj", "text_proj", """{"clip_embeddings_dim":768,"time_embed_dim":1280,"cross_attention_dim":1536}""" },
        { "karlo/decoder", "decoder", Decoder },
        { "karlo/super_res_first", "super_res", Upsampler },
        { "karlo/super_res_last", "super_res", Upsampler.Replace("\"sample_size\":256", "\"sample_size\":null", StringComparison.Ordinal) },
        { "karlo-variations/image_encoder", "image_encoder", ImageEncoderConfigOf(1024, 24, 16, 4096, "quick_gelu", 768) },
        { "k22/prior", "prior", Prior.Replace("768", "1280", StringComparison.Ordinal) },
        { "k22/text_encoder", "text_encoder", TextEncoderConfigOf(1280, 32, 20, 5120, "gelu") },
        { "k22/image_encoder", "image_encoder", ImageEncoderConfigOf(1664, 48, 16, 8192, "gelu", 1280) },
        { "k22/unet", "unet", ImageDecoder },
        { "k22-inpaint/unet", "unet", ImageDecoder.Replace("\"in_channels\":4", "\"in_channels\":9", StringComparison.Ordinal) },
        { "k22/movq", "movq_encoder", Autoencoder },
        { "k22/movq", "movq_decoder", Autoencoder },
        { "starter-a/prior(D512 heads8x64 L8 E512)", "prior", """{"num_attention_heads":8,"num_layers":8,"embedding_dim":512}""" },
        { "starter-a/text_proj(E512 T384 X512)", "text_proj", """{"clip_embeddings_dim":512,"time_embed_dim":384,"cross_attention_dim":512}""" },
        {
            "starter-a/decoder([96,192,288,384] lp2 X512)", "decoder",
            Decoder.Replace("[320,640,960,1280]", "[96,192,288,384]", StringComparison.Ordinal)
                .Replace("\"layers_per_block\":3", "\"layers_per_block\":2", StringComparison.Ordinal)
                .Replace("1536", "512", StringComparison.Ordinal)
                .Replace("\"attention_head_dim\":64", "\"attention_head_dim\":32", StringComparison.Ordinal)
        },
        {
            "starter-a/super_res([64,128,192,256] lp2)", "super_res",
            Upsampler.Replace("[320,640,960,1280]", "[64,128,192,256]", StringComparison.Ordinal)
                .Replace("\"layers_per_block\":3", "\"layers_per_block\":2", StringComparison.Ordinal)
        },
    };

    [Theory]
    [MemberData(nameof(Components))]
    public void Weights_OfConfig_AreThePublishedTensors(string component, string kind, string config)
    {
        using var file = new GZipStream(File.OpenRead(Fixtures.TensorList), CompressionMode.Decompress);
        using var list = new StreamReader(file);
        var expected = list.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(columns => columns[0] == component)
            .Select(columns => $"{columns[1]} ({columns[2].Replace(",", ", ", StringComparison.Ordinal)})")
            .Order(StringComparer.Ordinal);

        var actual = Build(kind, config).Weights
            .Select(weight => $"{weight.Name} {ShapeNames.Text(weight.Shape)}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Components))]
    public void Build_FullSize_IsWellFormed(string component, string kind, string config)
    {
        var graph = Build(kind, config);

        var known = graph.Inputs.Select(spec => spec.Name)
            .Concat(graph.Weights.Where(weight => !weight.HostOnly).Select(weight => weight.Name))
            .ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in ModelProto.Parser.ParseFrom(graph.ToModelWithWeightInputs()).Graph.Node)
        {
            foreach (var name in node.Input.Where(name => name.Length > 0))
            {
                Assert.True(known.Contains(name) || name.StartsWith("constant_", StringComparison.Ordinal), $"{component}: {name} comes from nowhere");
                used.Add(name);
            }

            Assert.All(node.Output, name => Assert.True(known.Add(name), $"{component}: {name} is made twice"));
        }

        Assert.All(graph.Weights, weight => Assert.True(weight.HostOnly || used.Contains(weight.Name), $"{component}: {weight.Name} is not used"));
        CheckShapes(graph);
    }

    /// <summary>ONNX Runtime infers every shape of the graph, the weights being inputs, and finds the promised outputs.</summary>
    private static void CheckShapes(NetworkGraph graph)
    {
        using var session = Fixtures.Cpu.CreateSession(options =>
        {
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            return new InferenceSession(graph.ToModelWithWeightInputs(), options);
        });

        foreach (var output in graph.Outputs)
        {
            var metadata = session.OutputMetadata[NetworkGraph.OutputName(output.Name)];
            var promised = output.Shape.Select(dimension => dimension.Symbol is null ? dimension.Size : -1);
            Assert.Equal(promised, metadata.Dimensions);
        }
    }

    private static NetworkGraph Build(string kind, string json)
    {
        using var document = JsonDocument.Parse(json);
        var config = new ComponentConfig("config.json", document.RootElement);
        return kind switch
        {
            "prior" => PriorTransformer.Build(PriorConfig.Read(config)),
            "text_proj" => TextProjection.Build(TextProjectionConfig.Read(config), 77),
            "text_encoder" => TextEncoder.Build(TextEncoderConfig.Read(config)),
            "image_encoder" => ImageEncoder.Build(ImageEncoderConfig.Read(config)),
            "unet" => ImageUNet.Build(ImageUNetConfig.Read(config)),
            "movq_encoder" => AutoencoderGraphs.Encoder(AutoencoderConfig.ReadMovq(config)),
            "movq_decoder" => AutoencoderGraphs.Decoder(AutoencoderConfig.ReadMovq(config)),
            "decoder" => ConditionalUNet.Build(ConditionalUNet.Read(config), 81),
            _ => PlainUNet.Build(PlainUNet.Read(config)),
        };
    }

    private static string TextEncoderConfigOf(int width, int layers, int heads, int intermediate, string activation) =>
        $$"""{"hidden_size":{{width}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},"intermediate_size":{{intermediate}},"hidden_act":"{{activation}}","vocab_size":49408,"projection_dim":{{width}},"eos_token_id":2}""";

    private static string ImageEncoderConfigOf(int width, int layers, int heads, int intermediate, string activation, int projection) =>
        $$"""{"hidden_size":{{width}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},"intermediate_size":{{intermediate}},"hidden_act":"{{activation}}","patch_size":14,"image_size":224,"projection_dim":{{projection}}}""";
}
