using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The two autoencoders, which differ in the decoder's norms and in what a latent is.</summary>
internal enum AutoencoderKind
{
    /// <summary>Kandinsky's <c>VQModel</c>: spatial norms in the decoder, a codebook that nothing reads, latents as they are.</summary>
    Movq,

    /// <summary>Stable Diffusion's <c>AutoencoderKL</c>: group norms, a latent has a mean and a deviation and is scaled.</summary>
    Kl,
}

/// <summary>The sizes of an autoencoder.</summary>
internal sealed record AutoencoderConfig
{
    /// <summary>Groups of a MoVQ decoder's norms; a constant of the class, independent of <c>norm_num_groups</c>.</summary>
    public const int SpatialGroups = 32;

    /// <summary>ε of every norm; a constant of the class.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>Channels of a picture.</summary>
    public const int PictureChannels = 3;

    /// <summary>Which of the two.</summary>
    public required AutoencoderKind Kind { get; init; }

    /// <summary>C_i, the width of each level, finest first.</summary>
    public required int[] Widths { get; init; }

    /// <summary>lp, resnets of a level of the encoder; the decoder has one more.</summary>
    public required int LayersPerBlock { get; init; }

    /// <summary>Groups of the group norms: all of them, or a MoVQ encoder's.</summary>
    public required int Groups { get; init; }

    /// <summary>z, channels of a latent, before and after <c>quant_conv</c>.</summary>
    public required int LatentChannels { get; init; }

    /// <summary>The number of entries of a MoVQ's codebook, which nothing here uses: Kandinsky decodes latents as they are.</summary>
    public int CodebookEntries { get; init; }

    /// <summary>Multiplies what the encoder makes, and divides what the decoder takes.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Levels with attention in the encoder, finest first.</summary>
    public required bool[] DownAttention { get; init; }

    /// <summary>Levels with attention in the decoder, coarsest first.</summary>
    public required bool[] UpAttention { get; init; }

    /// <summary>Whether the attention layers have the names of diffusers before 0.14 (<c>query</c>, <c>proj_attn</c>).</summary>
    public bool OldAttentionNames { get; init; }

    /// <summary>n, the number of levels.</summary>
    public int Levels => Widths.Length;

    /// <summary>f, pixels to a cell of the latent along each side.</summary>
    public int Factor => 1 << (Levels - 1);

    /// <summary>The width at the coarsest level.</summary>
    public int Coarsest => Widths[^1];

    /// <summary>Reads Kandinsky's.</summary>
    public static AutoencoderConfig ReadMovq(ComponentConfig config)
    {
        config.Obey(ConfigTable.Movq);
        if (!config.Has("norm_type"))
        {
            throw config.Unsupported("norm_type", "absent", "spatial");
        }

        var channels = config.Whole("latent_channels", 3, maximum: 1024);

        // The norms of the decoder see the latent before post_quant_conv and expect as many channels as it has afterwards.
        config.Only("vq_embed_dim", $"{channels}");
        var read = ReadLevels(config, AutoencoderKind.Movq, channels) with { CodebookEntries = config.Whole("num_vq_embeddings", 256, maximum: 1 << 20) };
        return Array.TrueForAll(read.Widths, width => width % SpatialGroups == 0)
            ? read
            : throw config.Contradiction($"every entry of 'block_out_channels' must be a multiple of {SpatialGroups}, the groups of the decoder's norms");
    }

    /// <summary>Reads Stable Diffusion's.</summary>
    public static AutoencoderConfig ReadKl(ComponentConfig config)
    {
        config.Obey(ConfigTable.AutoencoderKl);
        return ReadLevels(config, AutoencoderKind.Kl, config.Whole("latent_channels", 4, maximum: 1024)) with
        {
            Scale = config.Number("scaling_factor", 0.18215, 1e-6, 1e6),
        };
    }

    private static AutoencoderConfig ReadLevels(ComponentConfig config, AutoencoderKind kind, int channels)
    {
        var widths = config.WholeList("block_out_channels");
        var read = new AutoencoderConfig
        {
            Kind = kind,
            Widths = widths,
            LayersPerBlock = config.Whole("layers_per_block", 1, maximum: 64),
            Groups = config.Whole("norm_num_groups", 32, maximum: 1 << 14),
            LatentChannels = channels,
            DownAttention = ReadBlocks(config, "down_block_types", widths.Length, "DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
            UpAttention = ReadBlocks(config, "up_block_types", widths.Length, "UpDecoderBlock2D", "AttnUpDecoderBlock2D"),
        };
        return read.Levels <= 8 && Array.TrueForAll(widths, width => width % read.Groups == 0)
            ? read
            : throw config.Contradiction($"'block_out_channels' must be 8 levels at most, each a multiple of 'norm_num_groups' {read.Groups}");
    }

    private static bool[] ReadBlocks(ComponentConfig config, string key, int levels, string plain, string attention)
    {
        var words = config.WordList(key);
        return words.Length == levels
            ? [.. words.Select(word =>
                word == attention ? true : word == plain ? false : throw config.Unsupported(key, $"'{word}'", $"{plain}, {attention}"))]
            : throw config.Contradiction($"'{key}' lists {words.Length} blocks for {levels} levels in 'block_out_channels'");
    }
}
