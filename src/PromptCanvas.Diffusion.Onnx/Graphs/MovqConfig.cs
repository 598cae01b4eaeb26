using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of Kandinsky's autoencoder (<c>VQModel</c> with spatial norms).</summary>
internal sealed record MovqConfig
{
    /// <summary>Groups of the decoder's norms; a constant of the class, independent of <c>norm_num_groups</c>.</summary>
    public const int SpatialGroups = 32;

    /// <summary>ε of every norm; a constant of the class.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>Channels of a picture.</summary>
    public const int PictureChannels = 3;

    /// <summary>C_i, the width of each level, finest first.</summary>
    public required int[] Widths { get; init; }

    /// <summary>lp, resnets of a level of the encoder; the decoder has one more.</summary>
    public required int LayersPerBlock { get; init; }

    /// <summary>Groups of the encoder's group norms.</summary>
    public required int Groups { get; init; }

    /// <summary>z, channels of a latent, before and after <c>quant_conv</c>.</summary>
    public required int LatentChannels { get; init; }

    /// <summary>The number of entries of the codebook, which nothing here uses: Kandinsky decodes latents as they are.</summary>
    public required int CodebookEntries { get; init; }

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

    public static MovqConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.Movq);
        if (!config.Has("norm_type"))
        {
            throw config.Unsupported("norm_type", "absent", "spatial");
        }

        var widths = config.WholeList("block_out_channels");
        var channels = config.Whole("latent_channels", 3, maximum: 1024);

        // The norms of the decoder see the latent before post_quant_conv and expect as many channels as it has afterwards.
        config.Only("vq_embed_dim", $"{channels}");
        var read = new MovqConfig
        {
            Widths = widths,
            LayersPerBlock = config.Whole("layers_per_block", 1, maximum: 64),
            Groups = config.Whole("norm_num_groups", 32, maximum: 1 << 14),
            LatentChannels = channels,
            CodebookEntries = config.Whole("num_vq_embeddings", 256, maximum: 1 << 20),
            DownAttention = ReadBlocks(config, "down_block_types", widths.Length, "DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
            UpAttention = ReadBlocks(config, "up_block_types", widths.Length, "UpDecoderBlock2D", "AttnUpDecoderBlock2D"),
        };
        return read.Levels <= 8 && Array.TrueForAll(widths, width => width % read.Groups == 0 && width % SpatialGroups == 0)
            ? read
            : throw config.Contradiction(
                $"'block_out_channels' must be 8 levels at most, each a multiple of 'norm_num_groups' {read.Groups} and of {SpatialGroups}");
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
