using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Puts Stable unCLIP together from its folder and makes sure that its components fit each other.</summary>
internal sealed class StableUnClipModelReader
{
    private const string Mean = "mean";
    private const string StandardDeviation = "std";

    /// <summary>Class labels are an embedding and as many sines, half of them cosines.</summary>
    private const int ClassWidthMultiple = 4;

    private readonly DiffusersFolder folder;
    private readonly ExecutionProviders providers;
    private readonly ComponentReader components;

    private StableUnClipModelReader(DiffusersFolder folder, ExecutionProviders providers, IdleNetworks idle)
    {
        this.folder = folder;
        this.providers = providers;
        components = new ComponentReader(folder, providers, idle);
    }

    /// <summary>Opens a model; missing or damaged files are found here, weights are read when first used.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="providers">Execution providers of its networks.</param>
    /// <param name="idle">Frees idle networks.</param>
    /// <exception cref="ModelException">Something is missing, damaged, or of an unknown kind.</exception>
    public static UnClipModel Read(DiffusersFolder folder, ExecutionProviders providers, IdleNetworks idle) =>
        new StableUnClipModelReader(folder, providers, idle).Read();

    private UnClipModel Read()
    {
        var hasPrior = StableUnClipFolder.HasPrior(folder);
        var network = components.ReadTransformerUNet();
        var autoencoder = components.ReadVae();
        CheckWidths(network, autoencoder);
        var text = ReadText(network.ClassWidth / 2);
        var multiple = autoencoder.Factor * network.Network.SizeMultiple;
        var recipe = RecipeFile.Read(folder.Path, ModelRecipe.StableUnClip, side => side % multiple == 0);
        CheckNoiseLevel(recipe, text.Noising);
        var model = new UnClipModel
        {
            Name = folder.Name,
            Fingerprint = ModelFiles.Fingerprint(folder.Path),
            WithoutText = hasPrior ? null : StableUnClipFolder.WithoutText(folder),
            Tokenizer = hasPrior ? ReadClipTokenizer() : text.Tokenizer,
            TextEncoder = hasPrior ? components.Open(ComponentNames.PriorTextEncoder) : Absent(ComponentNames.PriorTextEncoder),
            ImageEncoder = folder.Has(ComponentNames.ImageEncoder) ? components.Open(ComponentNames.ImageEncoder) : null,
            ImageSettings = folder.Has(ComponentNames.ImageEncoder)
                ? PreprocessorFile.Read(folder, components.ReadImageEncoder().ImageSize)
                : new Images.ClipImageSettings(),
            Captions = CaptionsFile.Read(folder.Path),
            Prior = hasPrior ? ReadPrior(network.ClassWidth / 2) : StatisticsOf(text),
            TextProjection = null,
            Decoder = new DecoderComponent(
                components.Open(ComponentNames.UNet), PriorReader.FixedScheduler(folder, ComponentNames.Scheduler), recipe.Sizes[0], 1, false, false),
            Latents = new LatentSpace
            {
                Autoencoder = new AutoencoderComponent(
                    components.Open(ComponentNames.VaeEncoder),
                    components.Open(ComponentNames.VaeDecoder),
                    autoencoder.LatentChannels,
                    autoencoder.Factor,
                    ModelFiles.Fingerprint(Path.Combine(folder.Path, ComponentNames.Vae))),
                SideMultiple = multiple,
                Text = text,
                Facts = new FactsFolder(providers.CacheFolder),
            },
            SuperResolution = [],
            Recipe = recipe,
        };
        RecipeCheck.Steps(folder.Path, model);
        return model;
    }

    private void CheckWidths(TransformerUNetConfig network, AutoencoderConfig autoencoder)
    {
        Agree(ComponentNames.UNet, "in_channels", network.Network.InputChannels, autoencoder.LatentChannels);
        Agree(ComponentNames.UNet, "out_channels", network.Network.OutputChannels, autoencoder.LatentChannels);
        Agree(ComponentNames.UNet, "cross_attention_dim", network.Network.ContextWidth, components.ReadTextStates().Tower.Width);
        if (network.ClassWidth % ClassWidthMultiple != 0)
        {
            throw Misfit(ComponentNames.UNet, $"'projection_class_embeddings_input_dim' {network.ClassWidth} is no multiple of {ClassWidthMultiple}");
        }

        if (folder.Has(ComponentNames.ImageEncoder))
        {
            Agree(ComponentNames.ImageEncoder, "projection_dim", components.ReadImageEncoder().Tower.ProjectionWidth, network.ClassWidth / 2);
        }
    }

    /// <summary>The decoder's own text encoder, and the noise of image embeddings.</summary>
    private DecoderTextComponent ReadText(int width)
    {
        var config = components.ReadTextStates();
        var (mean, deviation) = ReadNormalizer(width);
        return new DecoderTextComponent(
            TokenizerFiles.Open(folder, config.Length, config.Vocabulary),
            components.Open(ComponentNames.TextEncoder),
            mean,
            deviation,
            folder.Scheduler(ComponentNames.ImageNoisingScheduler));
    }

    private (float[] Mean, float[] StandardDeviation) ReadNormalizer(int width)
    {
        const string Component = ComponentNames.ImageNormalizer;
        var config = folder.Config(Component, "StableUnCLIPImageNormalizer").Obey(ConfigTable.ImageNormalizer);
        Agree(Component, "embedding_dim", config.Whole("embedding_dim", 768, maximum: 1 << 16), width);
        var weights = folder.Weights(Component);
        WeightSpec.CheckTable(
            [.. new[] { Mean, StandardDeviation }.Select(name => new WeightSpec(name, [1, width], [1, width], true, true))],
            weights,
            folder.FilePath(Component, "config.json"));
        var (mean, deviation) = (weights.ReadFloats(Mean), weights.ReadFloats(StandardDeviation));
        return Array.TrueForAll(mean, float.IsFinite) && Array.TrueForAll(deviation, value => float.IsFinite(value) && value > 0)
            ? (mean, deviation)
            : throw new ModelException($"{weights.ShownName} is damaged: '{Mean}' or '{StandardDeviation}' holds impossible values. Download it again.");
    }

    private PriorComponent ReadPrior(int width)
    {
        var (text, prior) = (components.TextEncoderConfig, components.ReadPrior());
        Agree(ComponentNames.Prior, "embedding_dim", prior.EmbeddingWidth, width);
        Agree(ComponentNames.PriorTextEncoder, "projection_dim", text.Tower.ProjectionWidth, width);
        Agree(ComponentNames.PriorTextEncoder, "hidden_size", text.Tower.Width, width);
        Agree(ComponentNames.Prior, "num_embeddings", prior.Length, text.Length);
        return PriorReader.Read(folder, components, ComponentNames.PriorScheduler);
    }

    private Tokenization.ITokenizer ReadClipTokenizer() => TokenizerFiles.Open(
        folder, components.TextEncoderConfig.Length, components.TextEncoderConfig.Vocabulary, ComponentNames.PriorTokenizer);

    /// <summary>Without a prior there are still the statistics of the embeddings, which variations move towards.</summary>
    private PriorComponent StatisticsOf(DecoderTextComponent text) =>
        new(Absent(ComponentNames.Prior), new SchedulerSettings(), text.Mean, text.StandardDeviation);

    private AbsentNetwork Absent(string component) => new(component, StableUnClipFolder.WithoutText(folder));

    private void CheckNoiseLevel(ModelRecipe recipe, SchedulerSettings noising)
    {
        if (recipe.NoiseLevel >= noising.TrainingTimesteps)
        {
            throw new ModelException(
                $"{Path.Combine(folder.Path, RecipeFile.FileName)}: 'noiseLevel' is {recipe.NoiseLevel}; it must be less than {noising.TrainingTimesteps}.");
        }
    }

    private void Agree(string component, string key, int actual, int expected)
    {
        if (actual != expected)
        {
            throw Misfit(component, $"'{key}' is {actual}, but the model's other components need {expected}");
        }
    }

    private ModelException Misfit(string component, string what) =>
        new($"{folder.FilePath(component, "config.json")}: {what}. Get all components from the same model.");
}
