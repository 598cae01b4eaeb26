using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of a U-Net of any kind.</summary>
internal sealed record UNetConfig
{
    /// <summary>Channels that enter <c>conv_in</c>.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Channels that leave <c>conv_out</c>.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>C_i, the width of each level, finest first.</summary>
    public required int[] Widths { get; init; }

    /// <summary>lp, resnets of a level on the way down; the way up has one more.</summary>
    public required int LayersPerBlock { get; init; }

    /// <summary>Groups of the group norms.</summary>
    public required int Groups { get; init; }

    /// <summary>ε of the group norms in residual blocks and in front of <c>conv_out</c>; attention has its own.</summary>
    public required double Epsilon { get; init; }

    /// <summary>The activation everywhere, the time embedding's included.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Whether time scales and shifts the second norm; otherwise it is added in front of it.</summary>
    public required bool ScaleShift { get; init; }

    /// <summary>How the sines of the time embedding are laid out.</summary>
    public required Sinusoid Sinusoid { get; init; }

    /// <summary>Levels with attention on the way down, finest first.</summary>
    public required bool[] DownAttention { get; init; }

    /// <summary>Whether there is attention in the middle.</summary>
    public required bool MiddleAttention { get; init; }

    /// <summary>Levels with attention on the way up, coarsest first.</summary>
    public required bool[] UpAttention { get; init; }

    /// <summary>X, width of a context token; 0 without attention.</summary>
    public int ContextWidth { get; init; }

    /// <summary>Width of one attention head; of no meaning where <see cref="Heads"/> are given.</summary>
    public int HeadWidth { get; init; }

    /// <summary>The number of attention heads of each level, finest first; empty = as many as <see cref="HeadWidth"/> makes.</summary>
    public int[] Heads { get; init; } = [];

    /// <summary>The side of the picture in pixels, before any unshuffling; null when the config names none.</summary>
    public required int? SampleSize { get; init; }

    /// <summary>p: the picture enters as p² times the channels on a grid p times coarser; 1 = as it is.</summary>
    public required int PixelUnshuffle { get; init; }

    /// <summary>Divisor of the sum of a residual block in the down and up blocks.</summary>
    public double BlockScale { get; init; } = 1;

    /// <summary>Divisor of the sum of a residual block in the middle block.</summary>
    public double MiddleScale { get; init; } = 1;

    /// <summary>Whether the decoder also takes the known picture and the keep mask.</summary>
    public bool MaskedInput { get; init; }

    /// <summary>Whether an upsampler's output is added to the enlarged small picture, which follows the noisy one in its input.</summary>
    public bool Residual { get; init; }

    /// <summary>n, the number of levels.</summary>
    public int Levels => Widths.Length;

    /// <summary>T, the width of the time embedding.</summary>
    public int TimeWidth => 4 * Widths[0];

    /// <summary>Height and width of the input must be multiples of this.</summary>
    public int SizeMultiple => 1 << (Levels - 1);

    /// <summary>Reads and checks the values common to both kinds; <paramref name="kind"/> adds the others.</summary>
    public static UNetConfig Read(ComponentConfig config, Func<UNetConfig, UNetConfig> kind)
    {
        var widths = config.WholeList("block_out_channels");
        var common = new UNetConfig
        {
            InputChannels = config.Whole("in_channels", maximum: 1 << 14),
            OutputChannels = config.Whole("out_channels", maximum: 1 << 14),
            Widths = widths,
            LayersPerBlock = config.UniformWhole("layers_per_block", 2, maximum: 64),
            Groups = config.Whole("norm_num_groups", 32, maximum: 1 << 14),
            Epsilon = config.Number("norm_eps", 1e-5, 0, 1),
            Activation = config.Word("act_fn", "silu", "silu", "swish", "hardswish") == "hardswish" ? Activation.HardSwish : Activation.Silu,
            ScaleShift = config.Word("resnet_time_scale_shift", "default", "default", "scale_shift") == "scale_shift",
            Sinusoid = new Sinusoid(widths[0], config.Flag("flip_sin_to_cos", true), config.Number("freq_shift", 0, 0, 1)),
            DownAttention = new bool[widths.Length],
            MiddleAttention = false,
            UpAttention = new bool[widths.Length],
            SampleSize = ReadSampleSize(config),
            PixelUnshuffle = config.Whole("pixel_unshuffle", 1, maximum: 64),
            MiddleScale = config.Number("mid_block_scale_factor", 1, 1e-6, 1e6),
        };
        var whole = kind(common);
        whole.Check(config);
        return whole;
    }

    /// <summary>Reads a list of block types: one of two names for each level.</summary>
    public bool[] ReadBlocks(ComponentConfig config, string key, string plain, string? attention)
    {
        var words = config.WordList(key);
        if (words.Length != Levels)
        {
            throw config.Contradiction($"'{key}' lists {words.Length} blocks for {Levels} levels in 'block_out_channels'");
        }

        return [.. words.Select(word =>
            word == attention ? true
            : word == plain ? false
            : throw config.Unsupported(key, $"'{word}'", attention is null ? plain : $"{plain}, {attention}"))];
    }

    private static int? ReadSampleSize(ComponentConfig config)
    {
        var size = config.Whole("sample_size", 0, maximum: 1 << 14);
        return size > 0 ? size : null;
    }

    private void Check(ComponentConfig config)
    {
        if (Levels > 12)
        {
            throw config.Contradiction("'block_out_channels' lists more than 12 levels");
        }

        if (Widths[0] % 2 != 0 || Array.Exists(Widths, width => width % Groups != 0))
        {
            throw config.Contradiction($"every entry of 'block_out_channels' must be a multiple of 'norm_num_groups' {Groups}, and the first one even");
        }

        for (var level = 0; level < Levels; level++)
        {
            var attends = DownAttention[level] || UpAttention[Levels - 1 - level] || (level == Levels - 1 && MiddleAttention);
            if (attends && Heads.Length == 0 && Widths[level] % HeadWidth != 0)
            {
                throw config.Contradiction($"'block_out_channels' {Widths[level]} does not divide into heads of 'attention_head_dim' {HeadWidth}");
            }

            if (attends && Heads.Length > 0 && Widths[level] % Heads[level] != 0)
            {
                throw config.Contradiction($"'block_out_channels' {Widths[level]} does not divide into 'attention_head_dim' {Heads[level]} heads");
            }
        }
    }
}
