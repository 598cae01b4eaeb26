using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Puts an unCLIP model together from its folder and makes sure that its components fit each other.</summary>
internal sealed class UnClipModelReader
{
    private const int ColourChannels = 3;

    private readonly DiffusersFolder folder;
    private readonly ComponentReader components;

    private UnClipModelReader(DiffusersFolder folder, ExecutionProviders providers, IdleNetworks idle)
    {
        this.folder = folder;
        components = new ComponentReader(folder, providers, idle);
    }

    /// <summary>Opens a model; missing or damaged files are found here, weights are read when first used.</summary>
    /// <param name="path">The model's folder.</param>
    /// <param name="providers">The execution providers of its networks.</param>
    /// <param name="idle">Frees idle networks.</param>
    /// <exception cref="ModelException">Something is missing, damaged, or of an unknown kind.</exception>
    public static UnClipModel Read(string path, ExecutionProviders providers, IdleNetworks idle) =>
        KandinskyFolder.IsJoined(path) ? KandinskyModelReader.Read(path, providers, idle)
        : DiffusersFolder.Open(path) is var folder && StableUnClipFolder.Is(folder) ? StableUnClipModelReader.Read(folder, providers, idle)
        : new UnClipModelReader(folder, providers, idle).Read();

    private UnClipModel Read()
    {
        KandinskyFolder.RefuseHalf(folder);
        var text = components.TextEncoderConfig;
        var tokenizer = TokenizerFiles.Open(folder, text.Length, text.Vocabulary);
        var projection = components.ReadTextProjection();
        var decoder = components.ReadDecoder();
        CheckWidths(text, components.ReadPrior(), projection, decoder);
        var decoderComponent = ReadDecoder(decoder);
        var upsamplers = ReadSuperResolution(decoderComponent.ImageSize);
        int[] sizes = [decoderComponent.ImageSize, .. upsamplers.Select(stage => stage.OutputSize)];
        var model = new UnClipModel
        {
            Name = folder.Name,
            Fingerprint = ModelFiles.Fingerprint(folder.Path),
            Tokenizer = tokenizer,
            TextEncoder = components.Open(ComponentNames.TextEncoder),
            ImageEncoder = folder.Has(ComponentNames.ImageEncoder) ? components.Open(ComponentNames.ImageEncoder) : null,
            ImageSettings = ReadImageSettings(),
            Captions = CaptionsFile.Read(folder.Path),
            Prior = PriorReader.Read(folder, components, ComponentNames.PriorScheduler),
            AutoregressivePrior = folder.Has(ComponentNames.AutoregressivePrior) ? ReadAutoregressivePrior() : null,
            TextProjection = new TextProjectionComponent(components.Open(ComponentNames.TextProjection), projection.ExtraTokens),
            Decoder = decoderComponent,
            SuperResolution = upsamplers,
            Recipe = RecipeFile.Read(folder.Path, ModelRecipe.Karlo with { Sizes = sizes }),
        };
        RecipeCheck.Steps(folder.Path, model);
        return model;
    }

    /// <summary>The prior projects text states and text embedding from one width, and the decoder is fed by the projection: all must agree.</summary>
    private void CheckWidths(TextEncoderConfig text, PriorConfig prior, TextProjectionConfig projection, UNetConfig decoder)
    {
        var width = text.Tower.ProjectionWidth;
        Agree("hidden_size", ComponentNames.TextEncoder, text.Tower.Width, width);
        Agree("embedding_dim", ComponentNames.Prior, prior.EmbeddingWidth, width);
        Agree("clip_embeddings_dim", ComponentNames.TextProjection, projection.EmbeddingWidth, width);
        Agree("num_embeddings", ComponentNames.Prior, prior.Length, text.Length);
        Agree("cross_attention_dim", ComponentNames.TextProjection, projection.ContextWidth, decoder.ContextWidth);
        Agree("time_embed_dim", ComponentNames.TextProjection, projection.TimeWidth, decoder.TimeWidth);
        if (folder.Has(ComponentNames.ImageEncoder))
        {
            Agree("projection_dim", ComponentNames.ImageEncoder, components.ReadImageEncoder().Tower.ProjectionWidth, width);
        }

        if (folder.Has(ComponentNames.AutoregressivePrior))
        {
            var autoregressive = components.ReadAutoregressivePrior();
            Agree("embedding_dim", ComponentNames.AutoregressivePrior, autoregressive.EmbeddingWidth, width);
            Agree("num_embeddings", ComponentNames.AutoregressivePrior, autoregressive.Length, text.Length);
        }
    }

    private void Agree(string key, string component, int actual, int expected)
    {
        if (actual != expected)
        {
            throw Misfit(component, $"'{key}' is {actual}, but the model's other components need {expected}");
        }
    }

    private ModelException Misfit(string component, string what) =>
        new($"{folder.FilePath(component, "config.json")}: {what}. Get all components from the same model.");

    private ClipImageSettings ReadImageSettings() => folder.Has(ComponentNames.ImageEncoder)
        ? PreprocessorFile.Read(folder, components.ReadImageEncoder().ImageSize)
        : new ClipImageSettings();

    private AutoregressivePriorComponent ReadAutoregressivePrior()
    {
        var network = components.Open(ComponentNames.AutoregressivePrior);
        var weights = folder.Weights(ComponentNames.AutoregressivePrior);
        var mean = weights.ReadFloats(AutoregressivePrior.Mean);
        var directions = weights.ReadFloats(AutoregressivePrior.Directions);
        var bins = weights.ReadFloats(AutoregressivePrior.Bins);
        return Array.TrueForAll(mean, float.IsFinite) && Array.TrueForAll(directions, float.IsFinite) && Array.TrueForAll(bins, float.IsFinite)
            ? new AutoregressivePriorComponent(network, mean, directions, bins, directions.Length / mean.Length)
            : throw new ModelException($"{weights.ShownName} is damaged: its components or bins hold impossible values. Download it again.");
    }

    private DecoderComponent ReadDecoder(UNetConfig config)
    {
        var cell = config.PixelUnshuffle * config.PixelUnshuffle;
        var masked = config.MaskedInput;

        // Noisy picture, plus the known part and the keep mask if the network takes them.
        Agree("in_channels", ComponentNames.Decoder, config.InputChannels, (masked ? (2 * ColourChannels) + 1 : ColourChannels) * cell);
        var learnedVariance = config.OutputChannels == 2 * ColourChannels * cell;
        if (!learnedVariance)
        {
            Agree("out_channels", ComponentNames.Decoder, config.OutputChannels, ColourChannels * cell);
        }

        var scheduler = folder.Scheduler(ComponentNames.DecoderScheduler);
        if (!learnedVariance && scheduler.Variance is VarianceKind.Learned or VarianceKind.LearnedRange)
        {
            throw Misfit(ComponentNames.Decoder, "'out_channels' has no second half for the variance that the scheduler's 'variance_type' asks for");
        }

        var size = ImageSize(ComponentNames.Decoder, config, null);
        return new DecoderComponent(
            components.Open(ComponentNames.Decoder), scheduler, size, config.PixelUnshuffle, masked, learnedVariance);
    }

    private List<SuperResolutionComponent> ReadSuperResolution(int inputSize)
    {
        var stages = new List<SuperResolutionComponent>();
        AddUpsampler(
            stages, ComponentNames.SuperResolutionFirst, ComponentNames.SuperResolutionLast, ComponentNames.SuperResolutionScheduler, inputSize);
        AddUpsampler(
            stages,
            ComponentNames.SuperResolution1024,
            null,
            ComponentNames.SuperResolution1024Scheduler,
            stages.Count > 0 ? stages[0].OutputSize : inputSize);
        return stages;
    }

    private void AddUpsampler(List<SuperResolutionComponent> stages, string name, string? lastName, string schedulerName, int inputSize)
    {
        if (!folder.Has(name))
        {
            return;
        }

        var config = ReadUpsampler(name);
        var size = ImageSize(name, config, null);
        if (size <= inputSize)
        {
            throw Misfit(name, $"'sample_size' {size} is not larger than the {inputSize} pixels of the stage before");
        }

        OnnxNetwork? last = null;
        if (lastName is not null && folder.Has(lastName))
        {
            var lastConfig = ReadUpsampler(lastName);
            Agree("pixel_unshuffle", lastName, lastConfig.PixelUnshuffle, config.PixelUnshuffle);
            Agree("sample_size", lastName, ImageSize(lastName, lastConfig, size), size);
            last = components.Open(lastName);
        }

        stages.Add(new SuperResolutionComponent(
            components.Open(name), last, PriorReader.FixedScheduler(folder, schedulerName), inputSize, size, config.PixelUnshuffle));
    }

    private UNetConfig ReadUpsampler(string name)
    {
        var config = components.ReadSuperResolution(name);
        var cell = config.PixelUnshuffle * config.PixelUnshuffle;
        Agree("in_channels", name, config.InputChannels, 2 * ColourChannels * cell);
        Agree("out_channels", name, config.OutputChannels, ColourChannels * cell);
        return config;
    }

    private int ImageSize(string component, UNetConfig config, int? unnamed)
    {
        var size = config.SampleSize ?? unnamed ?? throw Misfit(component, "'sample_size' is missing");
        var multiple = config.PixelUnshuffle * config.SizeMultiple;
        return size % multiple == 0
            ? size
            : throw Misfit(component, $"'sample_size' {size} is not a multiple of {multiple}, as {config.Levels} levels need");
    }
}
