using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Memory;

/// <summary>Estimates the memory that a U-Net takes for one picture while it runs, from its configuration.</summary>
/// <remarks>Compared with measurements in docs/benchmarks.md, "Memory of a run".</remarks>
internal static class RunMemory
{
    /// <summary>Scores of one attention alive at once: before and after softmax.</summary>
    private const int ScoreCopies = 2;

    /// <summary>Copies of a residual block's input alive at once. The reason allows four (as it is, normalised, activated, rearranged for the convolution); five fit what was measured.</summary>
    private const int InputCopies = 5;

    /// <summary>The U-Nets of a folder: their names, and bytes for one picture of the smallest and of the largest size.</summary>
    /// <param name="folder">A model, or one of Kandinsky's parts.</param>
    /// <param name="recipe">The folder of its recipe.</param>
    /// <exception cref="ModelException">A configuration is missing or damaged.</exception>
    public static IReadOnlyDictionary<string, (long Smallest, long Largest)> Of(DiffusersFolder folder, string recipe)
    {
        var runs = new Dictionary<string, (long Smallest, long Largest)>(StringComparer.Ordinal);
        if (folder.Has(ComponentNames.Decoder))
        {
            Add(ComponentNames.Decoder, ConditionalUNet.Read(folder.Config(ComponentNames.Decoder, "UNet2DConditionModel")));
        }

        foreach (var upsampler in new[] { ComponentNames.SuperResolutionFirst, ComponentNames.SuperResolutionLast, ComponentNames.SuperResolution1024 }.Where(folder.Has))
        {
            Add(upsampler, PlainUNet.Read(folder.Config(upsampler, "UNet2DModel")));
        }

        if (folder.Has(ComponentNames.UNet))
        {
            runs.Add(ComponentNames.UNet, OfLatents(folder, recipe));
        }

        return runs;

        // In pixels a network has one size.
        void Add(string component, UNetConfig config)
        {
            var row = PerRow(config, (config.SampleSize ?? 0) / config.PixelUnshuffle);
            runs.Add(component, (row, row));
        }
    }

    /// <summary>Bytes of one row.</summary>
    /// <param name="config">The U-Net.</param>
    /// <param name="grid">Height and width of its input.</param>
    public static long PerRow(UNetConfig config, int grid) => sizeof(float) * (Maps(config, grid) + Enumerable.Range(0, config.Levels).Max(level => Scores(config, grid, level)));

    private static (long Smallest, long Largest) OfLatents(DiffusersFolder folder, string recipe)
    {
        var unet = folder.Config(ComponentNames.UNet, "UNet2DConditionModel");
        var (config, autoencoder, defaults) = StableUnClipFolder.Is(folder)
            ? (TransformerUNetConfig.Read(unet).Network, AutoencoderConfig.ReadKl(folder.Config(ComponentNames.Vae, "AutoencoderKL")), ModelRecipe.StableUnClip)
            : (ImageUNetConfig.Read(unet).Network, AutoencoderConfig.ReadMovq(folder.Config(ComponentNames.Movq, "VQModel")), ModelRecipe.Kandinsky22);
        var read = RecipeFile.Read(recipe, defaults, _ => true);

        // A guided step runs both of its rows at once.
        var rows = read.Decoder.GuidanceScale == 1 ? 1 : 2;
        return (rows * PerRow(config, read.Sizes[0] / autoencoder.Factor), rows * PerRow(config, read.Sizes[^1] / autoencoder.Factor));
    }

    /// <summary>Each head compares every cell of a level with every other.</summary>
    private static long Scores(UNetConfig config, int grid, int level)
    {
        var attends = config.DownAttention[level] || config.UpAttention[config.Levels - 1 - level] || (level == config.Levels - 1 && config.MiddleAttention);
        var heads = !attends ? 0 : config.Heads.Length > 0 ? config.Heads[level] : config.Widths[level] / config.HeadWidth;
        var cells = Cells(grid, level);
        return ScoreCopies * heads * cells * cells;
    }

    /// <summary>The finest level on the way up: what the way down left for it, and the first block's input, which is the coarser level's output next to it.</summary>
    private static long Maps(UNetConfig config, int grid)
    {
        var finest = config.Widths[0];
        var input = finest + config.Widths[Math.Min(1, config.Levels - 1)];
        return Cells(grid, 0) * (((config.LayersPerBlock + 1) * finest) + (InputCopies * input));
    }

    private static long Cells(int grid, int level) => (long)Math.Max(1, grid >> level) * Math.Max(1, grid >> level);
}
