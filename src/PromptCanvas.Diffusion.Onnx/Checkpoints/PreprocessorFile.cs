using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads how pictures are prepared for the image encoder: <c>preprocessor_config.json</c>, where the model has one.</summary>
internal static class PreprocessorFile
{
    private const int ColourChannels = 3;
    private const double MaximumStatistic = 100;
    private const double ByteToUnit = 1.0 / 255;
    private const double RescaleTolerance = 1e-6;

    private static readonly string[] Sides = ["shortest_edge", "height", "width"];
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

    /// <summary>Reads an open file.</summary>
    /// <param name="config">The file.</param>
    /// <param name="defaults">CLIP's own settings at the encoder's size.</param>
    internal static ClipImageSettings Read(ComponentConfig config, ClipImageSettings defaults)
    {
        config.Obey(ConfigTable.Preprocessor);
        foreach (var key in new[] { "size", "crop_size" })
        {
            CheckSize(config, key, defaults.Size);
        }

        if (Math.Abs((config.Number("rescale_factor", ByteToUnit, 0, 1) / ByteToUnit) - 1) > RescaleTolerance)
        {
            throw config.Contradiction("'rescale_factor' must be 1/255: the engine prepares pictures of 8 bits a colour");
        }

        return defaults with
        {
            Mean = Statistics(config, "image_mean", defaults.Mean, -MaximumStatistic),
            StandardDeviation = Statistics(config, "image_std", defaults.StandardDeviation, double.Epsilon),
        };
    }

    /// <summary>Older files give a number, newer ones an object: the shortest edge, or both sides.</summary>
    private static void CheckSize(ComponentConfig config, string key, int expected)
    {
        if (!config.HasObject(key))
        {
            Agree(config.Whole(key, expected, maximum: 4096));
            return;
        }

        var section = config.Section(key)!;
        if (section.Keys.Count == 0 || !section.Keys.All(Sides.Contains))
        {
            throw config.Bad(key, "a number of pixels, or 'shortest_edge' or 'height' and 'width' with one");
        }

        foreach (var side in section.Keys)
        {
            Agree(section.Whole(side, maximum: 4096));
        }

        void Agree(int size)
        {
            if (size != expected)
            {
                throw config.Contradiction($"'{key}' is {size}, but the image encoder takes {expected} pixels");
            }
        }
    }

    private static IReadOnlyList<float> Statistics(ComponentConfig config, string key, IReadOnlyList<float> defaults, double minimum)
    {
        if (config.OptionalNumberList(key, ColourChannels) is not { } values)
        {
            return defaults;
        }

        return values.Length == ColourChannels && Array.TrueForAll(values, value => value >= minimum && value <= MaximumStatistic)
            ? [.. values.Select(value => (float)value)]
            : throw config.Contradiction($"'{key}' must be {ColourChannels} numbers{(minimum > 0 ? " above 0" : "")}");
    }
}
