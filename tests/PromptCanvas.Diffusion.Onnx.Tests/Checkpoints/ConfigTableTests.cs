using System.Text.Json;
using System.Text.Json.Nodes;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;

/// <summary>Every key of every class gets a value it does not have in any supported model.</summary>
public sealed class ConfigTableTests
{
    /// <summary>What each class needs at least, its rules, and what reads it; the result says all that was read.</summary>
    private static readonly Dictionary<string, (ConfigRules Rules, string Minimum, Func<ComponentConfig, string> Read)> Classes = new()
    {
        ["decoder"] = (ConfigTable.Decoder, """
            {"in_channels":3,"out_channels":6,"block_out_channels":[32,64],"class_embed_type":"identity","mid_block_type":"UNetMidBlock2DSimpleCrossAttn",
             "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D"],"up_block_types":["SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
            """, config => Describe(ConditionalUNet.Read(config))),
        ["image decoder"] = (ConfigTable.ImageDecoder, """
            {"in_channels":4,"out_channels":8,"block_out_channels":[32,64],"addition_embed_type":"image","encoder_hid_dim_type":"image_proj",
             "encoder_hid_dim":16,"mid_block_type":"UNetMidBlock2DSimpleCrossAttn",
             "down_block_types":["ResnetDownsampleBlock2D","SimpleCrossAttnDownBlock2D"],"up_block_types":["SimpleCrossAttnUpBlock2D","ResnetUpsampleBlock2D"]}
            """, config => Describe(ImageUNetConfig.Read(config))),
        ["transformer decoder"] = (ConfigTable.TransformerDecoder, """
            {"in_channels":4,"out_channels":4,"block_out_channels":[32,64],"class_embed_type":"projection","projection_class_embeddings_input_dim":16,
             "down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"]}
            """, config => Describe(TransformerUNetConfig.Read(config))),
        ["KL autoencoder"] = (ConfigTable.AutoencoderKl, """
            {"block_out_channels":[32],"down_block_types":["DownEncoderBlock2D"],"up_block_types":["UpDecoderBlock2D"]}
            """, config => Describe(AutoencoderConfig.ReadKl(config))),
        ["autoencoder"] = (ConfigTable.Movq, """
            {"block_out_channels":[32],"norm_type":"spatial","down_block_types":["DownEncoderBlock2D"],"up_block_types":["AttnUpDecoderBlock2D"]}
            """, config => Describe(AutoencoderConfig.ReadMovq(config))),
        ["upsampler"] = (ConfigTable.Upsampler, """
            {"in_channels":6,"out_channels":3,"block_out_channels":[32],"add_attention":false,
             "down_block_types":["ResnetDownsampleBlock2D"],"up_block_types":["ResnetUpsampleBlock2D"]}
            """, config => Describe(PlainUNet.Read(config))),
        ["prior"] = (ConfigTable.Prior, "{}", config => Describe(PriorConfig.Read(config))),
        ["autoregressive prior"] = (
            ConfigTable.AutoregressivePrior,
            """{"num_attention_heads":2,"attention_head_dim":8,"num_layers":1,"embedding_dim":16,"num_components":4}""",
            config => Describe(AutoregressivePriorConfig.Read(config))),
        ["text projection"] = (
            ConfigTable.TextProjection, """{"time_embed_dim":16,"cross_attention_dim":16}""", config => Describe(TextProjectionConfig.Read(config))),
        ["text encoder"] = (ConfigTable.TextEncoder, "{}", config => Describe(TextEncoderConfig.Read(config))),
        ["text states"] = (ConfigTable.TextStates, "{}", config => Describe(TextEncoderConfig.ReadStates(config))),
        ["image encoder"] = (ConfigTable.ImageEncoder, "{}", config => Describe(ImageEncoderConfig.Read(config))),
        ["UnCLIPScheduler"] = (ConfigTable.UnClipScheduler, "{}", config => Describe(SchedulerFile.Read(config, "UnCLIPScheduler"))),
        ["DDPMScheduler"] = (ConfigTable.DdpmScheduler, "{}", config => Describe(SchedulerFile.Read(config, "DDPMScheduler"))),
        ["DDIMScheduler"] = (ConfigTable.DdimScheduler, "{}", config => Describe(SchedulerFile.Read(config, "DDIMScheduler"))),
        ["PNDMScheduler"] = (ConfigTable.PndmScheduler, "{}", config => Describe(SchedulerFile.Read(config, "PNDMScheduler"))),
        ["image normalizer"] = (ConfigTable.ImageNormalizer, "{}", config => $"{config.Obey(ConfigTable.ImageNormalizer).Whole("embedding_dim", 768)}"),
        ["preprocessor"] = (ConfigTable.Preprocessor, "{}", config => Describe(PreprocessorFile.Read(config, new ClipImageSettings()))),
    };

    public static TheoryData<string> Names { get; } = [.. Classes.Keys];

    public static TheoryData<string, string> Keys { get; } = [.. Classes.SelectMany(entry => entry.Value.Rules.Keys.Keys.Select(key => (entry.Key, key)))];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_ForeignValue_IsRefusedByNameUnlessTheClassDoesNotReadTheKey(string name, string key)
    {
        var (rules, _, read) = Classes[name];
        var plain = read(Config(name));
        var foreign = Config(name, key, new JsonObject { ["foreign"] = 1 });

        if (rules.Keys[key].Use == KeyUse.Unread)
        {
            Assert.Equal(plain, read(foreign));
        }
        else
        {
            Assert.StartsWith($"config.json: '{key}' is {{foreign: 1}}", Assert.Throws<ModelException>(() => read(foreign)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_Null_IsRefusedByNameUnlessItIsTheDefault(string name, string key)
    {
        var (rules, minimum, read) = Classes[name];
        var config = Config(name, key, null);

        if (rules.Keys[key].MayBeNull)
        {
            using var document = JsonDocument.Parse(minimum);
            Assert.False(document.RootElement.TryGetProperty(key, out _), "A key that is needed has no null.");
            Assert.Equal(read(Config(name)), read(config));
        }
        else
        {
            Assert.Contains($"'{key}' is null", Assert.Throws<ModelException>(() => read(config)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_NeutralValue_ChangesNothing(string name, string key)
    {
        var (rules, _, read) = Classes[name];
        var plain = read(Config(name));

        Assert.All(rules.Keys[key].Values, value => Assert.Equal(plain, read(Config(name, key, Parse(value)))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_UnknownKey_IsRefusedByName(string name)
    {
        var (rules, _, read) = Classes[name];

        var fault = Assert.Throws<ModelException>(() => read(Config(name, "rotary_warp", true)));

        Assert.Equal(
            $"config.json: this engine does not know the key 'rotary_warp' of a {rules.ClassName}. "
            + "Remove it if the model works without it, or get a model of a supported kind.",
            fault.Message);
        Assert.Equal(read(Config(name)), read(Config(name, "_diffusers_version", "0.11.0")));
    }

    [Theory]
    [InlineData("decoder", "only_cross_attention", "[true,false]", "'only_cross_attention' is [true, false], which this engine does not support (it supports: false)")]
    [InlineData("decoder", "mid_block_type", "\"UNetMidBlock2D\"", "'mid_block_type' is 'UNetMidBlock2D', which this engine does not support (it supports: UNetMidBlock2DSimpleCrossAttn)")]
    [InlineData("decoder", "attention_head_dim", "[\n 5,\n 10\n]", "'attention_head_dim' is [5, 10], which this engine does not support (it supports: one whole number up to 16384 for all levels)")]
    [InlineData("image decoder", "addition_embed_type", "\"image_hint\"", "'addition_embed_type' is image_hint, which this engine does not support (it supports: image)")]
    [InlineData("image decoder", "encoder_hid_dim_type", "\"text_image_proj\"", "'encoder_hid_dim_type' is text_image_proj, which this engine does not support (it supports: image_proj)")]
    [InlineData("image decoder", "pixel_unshuffle", "2", "'pixel_unshuffle' is 2, which this engine does not support (it supports: 1)")]
    [InlineData("transformer decoder", "class_embed_type", "\"timestep\"", "'class_embed_type' is timestep, which this engine does not support (it supports: projection)")]
    [InlineData("transformer decoder", "attention_head_dim", "[5]", "'attention_head_dim' lists 1 numbers of heads for 2 levels in 'block_out_channels'")]
    [InlineData("transformer decoder", "transformer_layers_per_block", "2", "'transformer_layers_per_block' is 2, which this engine does not support (it supports: 1)")]
    [InlineData("transformer decoder", "dual_cross_attention", "true", "'dual_cross_attention' is true")]
    [InlineData("KL autoencoder", "shift_factor", "0.1", "'shift_factor' is 0.1, which this engine does not support (it supports: null)")]
    [InlineData("text states", "use_attention_mask", "true", "'use_attention_mask' is true")]
    [InlineData("autoencoder", "norm_type", "\"group\"", "'norm_type' is group, which this engine does not support (it supports: spatial)")]
    [InlineData("autoencoder", "lookup_from_codebook", "true", "'lookup_from_codebook' is true")]
    [InlineData("autoencoder", "vq_embed_dim", "4", "'vq_embed_dim' is 4, which this engine does not support (it supports: 3)")]
    [InlineData("prior", "encoder_hid_proj_type", "null", "'encoder_hid_proj_type' is null, which this engine does not support (it supports: linear)")]
    [InlineData("UnCLIPScheduler", "prediction_type", "\"v_prediction\"", "'prediction_type' is 'v_prediction', which this engine does not support (it supports: epsilon, sample)")]
    [InlineData("UnCLIPScheduler", "use_karras_sigmas", "true", "'use_karras_sigmas' is true")]
    [InlineData("UnCLIPScheduler", "variance_type", "\"fixed_large\"", "'variance_type' is 'fixed_large'")]
    [InlineData("DDIMScheduler", "set_alpha_to_one", "false", "'set_alpha_to_one' is false, which this engine does not support (it supports: true)")]
    [InlineData("preprocessor", "crop_size", """{"height":224,"width":200}""", "'crop_size' is 200, but the image encoder takes 224 pixels")]
    [InlineData("preprocessor", "rescale_factor", "1", "'rescale_factor' must be 1/255")]
    public void Read_SoundValueOfAnotherModel_SaysWhatIsSupported(string name, string key, string json, string expected)
    {
        var fault = Assert.Throws<ModelException>(() => Classes[name].Read(Config(name, key, JsonNode.Parse(json))));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decoder", "attention_head_dim", "[16,16]", "16")]
    [InlineData("decoder", "layers_per_block", "[3,3]", "3")]
    [InlineData("decoder", "cross_attention_dim", "[96,96]", "96")]
    [InlineData("decoder", "only_cross_attention", "[false,false]", "false")]
    [InlineData("decoder", "class_embeddings_concat", "null", "false")]
    [InlineData("decoder", "resnet_out_scale_factor", "1.0", "1")]
    public void Read_SameValueWrittenInAnotherWay_IsTheSame(string name, string key, string json, string plain) =>
        Assert.Equal(Classes[name].Read(Config(name, key, JsonNode.Parse(plain))), Classes[name].Read(Config(name, key, JsonNode.Parse(json))));

    [Fact]
    public void Read_KandinskyDecoderScheduler_IgnoresWhatDdpmDoesNotRead() =>
        Assert.Equal(Classes["DDPMScheduler"].Read(Config("DDPMScheduler")), Classes["DDPMScheduler"].Read(Config("DDPMScheduler", "set_alpha_to_one", false)));

    private static ComponentConfig Config(string name, string? key = null, JsonNode? value = null)
    {
        var root = JsonNode.Parse(Classes[name].Minimum)!.AsObject();
        if (key is not null)
        {
            root[key] = value;
        }

        using var document = JsonDocument.Parse(root.ToJsonString());
        return new ComponentConfig("config.json", document.RootElement);
    }

    /// <summary>A value of the table as JSON: the table has words without quotes.</summary>
    private static JsonNode? Parse(string value)
    {
        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }

    private static string Describe<T>(T value) => JsonSerializer.Serialize(value);
}
