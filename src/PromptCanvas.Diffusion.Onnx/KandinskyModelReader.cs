using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Puts Kandinsky 2.2 together from its parts and makes sure that they fit each other.</summary>
internal sealed class KandinskyModelReader
{
    private readonly KandinskyFolder folder;
    private readonly ExecutionProviders providers;
    private readonly IdleNetworks idle;
    private readonly ComponentReader priors;
    private readonly ComponentReader decoders;

    private KandinskyModelReader(KandinskyFolder folder, ExecutionProviders providers, IdleNetworks idle)
    {
        this.folder = folder;
        this.providers = providers;
        this.idle = idle;
        priors = new ComponentReader(folder.Prior, providers, idle);
        decoders = new ComponentReader(folder.Decoder, providers, idle);
    }

    /// <summary>Opens a model; missing or damaged files are found here, weights are read when first used.</summary>
    /// <param name="path">The joining folder.</param>
    /// <param name="providers">Execution providers of its networks.</param>
    /// <param name="idle">Frees idle networks.</param>
    /// <exception cref="ModelException">Something is missing, damaged, or of an unknown kind.</exception>
    public static UnClipModel Read(string path, ExecutionProviders providers, IdleNetworks idle) =>
        new KandinskyModelReader(KandinskyFolder.Open(path), providers, idle).Read();

    private UnClipModel Read()
    {
        var text = priors.TextEncoderConfig;
        var image = priors.ReadImageEncoder();
        var network = decoders.ReadImageUNet();
        var autoencoder = decoders.ReadMovq();
        CheckPrior(text, image);
        CheckDecoder(folder.Decoder, network, autoencoder.LatentChannels);
        var multiple = autoencoder.Factor * Math.Max(autoencoder.Factor, network.Network.SizeMultiple);
        var latents = new LatentSpace
        {
            Autoencoder = OpenAutoencoder(folder.Decoder, decoders, autoencoder),
            SideMultiple = multiple,
            Inpainting = null,
            Facts = new FactsFolder(providers.CacheFolder),
        };
        latents = latents with { Inpainting = ReadInpainting(latents) };
        var recipe = RecipeFile.Read(folder.Path, ModelRecipe.Kandinsky22, side => side % multiple == 0);
        var model = new UnClipModel
        {
            Name = folder.Name,
            Fingerprint = ModelFiles.Fingerprint(folder.Path),
            Tokenizer = TokenizerFiles.Open(folder.Prior, text.Length, text.Vocabulary),
            TextEncoder = priors.Open(ComponentNames.TextEncoder),
            ImageEncoder = priors.Open(ComponentNames.ImageEncoder),
            ImageSettings = PreprocessorFile.Read(folder.Prior, image.ImageSize),
            Captions = CaptionsFile.Read(folder.Path),
            Prior = PriorReader.Read(folder.Prior, priors, ComponentNames.Scheduler),
            TextProjection = null,
            Decoder = new DecoderComponent(
                decoders.Open(ComponentNames.UNet), folder.Decoder.Scheduler(ComponentNames.Scheduler), recipe.Sizes[0], 1, false, true),
            Latents = latents,
            SuperResolution = [],
            Recipe = recipe,
        };
        RecipeCheck.Steps(folder.Path, model);
        return model;
    }

    private void CheckPrior(TextEncoderConfig text, ImageEncoderConfig image)
    {
        var width = decoders.ReadImageUNet().EmbeddingWidth;
        var prior = priors.ReadPrior();
        Agree(folder.Prior, "embedding_dim", ComponentNames.Prior, prior.EmbeddingWidth, width);
        Agree(folder.Prior, "projection_dim", ComponentNames.ImageEncoder, image.Tower.ProjectionWidth, width);
        Agree(folder.Prior, "projection_dim", ComponentNames.TextEncoder, text.Tower.ProjectionWidth, width);
        Agree(folder.Prior, "hidden_size", ComponentNames.TextEncoder, text.Tower.Width, width);
        Agree(folder.Prior, "num_embeddings", ComponentNames.Prior, prior.Length, text.Length);
    }

    private static void CheckDecoder(DiffusersFolder part, ImageUNetConfig network, int latentChannels)
    {
        Agree(part, "in_channels", ComponentNames.UNet, network.Network.InputChannels, latentChannels);
        Agree(part, "out_channels", ComponentNames.UNet, network.Network.OutputChannels, 2 * latentChannels);
    }

    private InpaintingComponent? ReadInpainting(LatentSpace latents)
    {
        if (folder.Inpaint is not { } part)
        {
            return null;
        }

        var components = new ComponentReader(part, providers, idle);
        var network = components.ReadImageUNet();
        var autoencoder = components.ReadMovq();
        var channels = autoencoder.LatentChannels;
        Agree(part, "in_channels", ComponentNames.UNet, network.Network.InputChannels, (2 * channels) + 1);
        Agree(part, "out_channels", ComponentNames.UNet, network.Network.OutputChannels, 2 * channels);
        Agree(part, "encoder_hid_dim", ComponentNames.UNet, network.EmbeddingWidth, decoders.ReadImageUNet().EmbeddingWidth);
        var multiple = autoencoder.Factor * Math.Max(autoencoder.Factor, network.Network.SizeMultiple);
        if (latents.SideMultiple % multiple != 0)
        {
            throw Misfit(part, ComponentNames.UNet, $"it draws multiples of {multiple} pixels, but the decoder draws multiples of {latents.SideMultiple}");
        }

        // The published folders repeat the same autoencoder: it is loaded once.
        var isSame = Print(part) == latents.Autoencoder.Fingerprint;
        return new InpaintingComponent(
            components.Open(ComponentNames.UNet),
            part.Scheduler(ComponentNames.Scheduler),
            isSame ? latents.Autoencoder : OpenAutoencoder(part, components, autoencoder));
    }

    private static AutoencoderComponent OpenAutoencoder(DiffusersFolder part, ComponentReader components, AutoencoderConfig config) => new(
        components.Open(ComponentNames.MovqEncoder), components.Open(ComponentNames.MovqDecoder), config.LatentChannels, config.Factor, Print(part));

    private static string Print(DiffusersFolder part) => ModelFiles.Fingerprint(Path.Combine(part.Path, ComponentNames.Movq));

    private static void Agree(DiffusersFolder part, string key, string component, int actual, int expected)
    {
        if (actual != expected)
        {
            throw Misfit(part, component, $"'{key}' is {actual}, but the model's other components need {expected}");
        }
    }

    private static ModelException Misfit(DiffusersFolder part, string component, string what) =>
        new($"{part.FilePath(component, "config.json")}: {what}. Get all parts from the same model.");
}
