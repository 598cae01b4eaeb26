using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads how pictures are prepared for the image encoder: <c>preprocessor_config.json</c>, where the model has one.</summary>
internal static class PreprocessorFile
{
    private const int Bicubic = 3;
    private const int ColourChannels = 3;
    private const double MaximumStatistic = 100;

    private static readonly string[] Folders = [ComponentNames.FeatureExtractor, "image_processor"];

    /// <summary>Reads a model's settings; without a file CLIP's own at the encoder's size.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="encoderSize">The side of the encoder's input, in pixels.</param>
    /// <exception cref="ModelException">The file requires something the engine does not support, or contradicts the encoder.</exception>
    public static ClipImageSettings Read(DiffusersFolder folder, int encoderSize)
    {
        var defaults = new ClipImageSettings { Size = encoderSize };
        foreach (var name in Folders)
        {
            var path = folder.FilePath(name, "preprocessor_config.json");
            if (File.Exists(path))
            {
                return Read(ComponentConfig.Open(path), defaults);
            }
        }

        return defaults;
    }

    private static ClipImageSettings Read(ComponentConfig config, ClipImageSettings defaults)
    {
        config.Only("resample", $"{Bicubic}");
        foreach (var step in new[] { "do_resize", "do_center_crop", "do_normalize" })
        {
            config.Only(step, "true");
        }

        // Older files give a number, newer ones an object.
        var size = config.HasObject("size")
            ? config.Section("size")!.Whole("shortest_edge", defaults.Size, maximum: 4096)
            : config.Whole("size", defaults.Size, maximum: 4096);
        if (size != defaults.Size)
        {
            throw config.Contradiction($"'size' is {size}, but the image encoder takes {defaults.Size} pixels");
        }

        return defaults with
        {
            Mean = Statistics(config, "image_mean", defaults.Mean, -MaximumStatistic),
            StandardDeviation = Statistics(config, "image_std", defaults.StandardDeviation, double.Epsilon),
        };
    }

    private static IReadOnlyList<float> Statistics(ComponentConfig config, string key, IReadOnlyList<float> defaults, double minimum)
    {
        if (!config.Has(key))
        {
            return defaults;
        }

        var values = config.NumberList(key, ColourChannels);
        return values.Length == ColourChannels && Array.TrueForAll(values, value => value >= minimum && value <= MaximumStatistic)
            ? [.. values.Select(value => (float)value)]
            : throw config.Contradiction($"'{key}' must be {ColourChannels} numbers{(minimum > 0 ? " above 0" : "")}");
    }
}
