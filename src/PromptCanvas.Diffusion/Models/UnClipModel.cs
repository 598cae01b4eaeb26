using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Models;

/// <summary>An opened unCLIP checkpoint: its networks with the properties that the host needs, and its defaults.</summary>
/// <remarks>A copy made by <c>with</c> has the same networks: disposing of either disposes of both.</remarks>
public sealed record UnClipModel : IDisposable
{
    /// <summary>The model's folder name.</summary>
    public required string Name { get; init; }

    /// <summary>Differs between models whose pictures differ: taken from the contents of the model's files. Empty where there are none.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>
    /// Why the model reads no texts, in one sentence with the remedy; null = it does. Such a model draws from pictures: its prior and text encoder
    /// cannot run, and only the prior's statistics are of use.
    /// </summary>
    public string? WithoutText { get; init; }

    /// <summary>CLIP's tokenizer with this model's vocabulary, padding and length.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>The CLIP text encoder.</summary>
    public required INetwork TextEncoder { get; init; }

    /// <summary>The CLIP image encoder, where the checkpoint has one.</summary>
    public INetwork? ImageEncoder { get; init; }

    /// <summary>How pictures are prepared for the image encoder.</summary>
    public ClipImageSettings ImageSettings { get; init; } = new();

    /// <summary>
    /// Descriptions for the model's pictures: captions, and patterns in which each <c>{}</c> stands for a caption; empty if
    /// the model has none.
    /// </summary>
    public IReadOnlyList<string> Captions { get; init; } = [];

    /// <summary>Text conditioning → image embedding.</summary>
    public required PriorComponent Prior { get; init; }

    /// <summary>Text conditioning → image embedding token by token, where the checkpoint has such a prior too.</summary>
    public AutoregressivePriorComponent? AutoregressivePrior { get; init; }

    /// <summary>Image embedding and text → what the decoder is conditioned on; null where the decoder takes the image embedding as it is.</summary>
    public required TextProjectionComponent? TextProjection { get; init; }

    /// <summary>Image embedding → 64² image, or a latent of <see cref="Latents"/>.</summary>
    public required DecoderComponent Decoder { get; init; }

    /// <summary>The latent space that the decoder draws in; null = pixels.</summary>
    public LatentSpace? Latents { get; init; }

    /// <summary>The upsamplers in order; each takes the previous one's output.</summary>
    public required IReadOnlyList<SuperResolutionComponent> SuperResolution { get; init; }

    /// <summary>Steps, samplers and guidance unless a request says otherwise.</summary>
    public required ModelRecipe Recipe { get; init; }

    /// <summary>Every network the model has, in the order in which a picture meets them.</summary>
    public IEnumerable<INetwork> Networks =>
    [
        TextEncoder,
        .. One(ImageEncoder),
        Prior.Network,
        .. One(AutoregressivePrior?.Network),
        .. One(TextProjection?.Network),
        Decoder.Network,
        .. LatentNetworks,
        .. SuperResolution.SelectMany(stage => (IEnumerable<INetwork>)[stage.Network, .. One(stage.LastStepNetwork)]),
    ];

    private IEnumerable<INetwork> LatentNetworks => Latents is null
        ? []
        : new[]
        {
            Latents.Text?.Encoder, Latents.Autoencoder.Encoder, Latents.Autoencoder.Decoder, Latents.Inpainting?.Network,
            Latents.Inpainting?.Autoencoder.Encoder, Latents.Inpainting?.Autoencoder.Decoder,
        }.OfType<INetwork>().Distinct();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in Networks)
        {
            network.Dispose();
        }
    }

    private static IEnumerable<INetwork> One(INetwork? network) => network is null ? [] : [network];
}

/// <summary>The prior and the statistics of the embeddings it was trained on.</summary>
/// <param name="Network">Predicts the un-noised, normalised image embedding.</param>
/// <param name="Scheduler">Its noise schedule and prediction target.</param>
/// <param name="Mean">Per-dimension mean of image embeddings, E values.</param>
/// <param name="StandardDeviation">Per-dimension standard deviation, E values.</param>
public sealed record PriorComponent(INetwork Network, SchedulerSettings Scheduler, float[] Mean, float[] StandardDeviation)
{
    /// <summary>E, the width of a CLIP embedding.</summary>
    public int EmbeddingSize => Mean.Length;
}

/// <summary>The autoregressive prior: image embeddings as quantised principal components.</summary>
/// <param name="Network">Gives the logits of every component's token from the caption and the tokens before it.</param>
/// <param name="Mean">The mean of image embeddings, E values, not normalised.</param>
/// <param name="Components">K orthonormal directions in the order of falling variance, (K, E) flattened.</param>
/// <param name="Bins">The value of each token along its component, (K, number of bins) flattened.</param>
/// <param name="ComponentCount">K, the number of tokens of one embedding.</param>
/// <remarks>Source: Ramesh et al. (2022), section 2.2.</remarks>
public sealed record AutoregressivePriorComponent(INetwork Network, float[] Mean, float[] Components, float[] Bins, int ComponentCount)
{
    /// <summary>The number of values each token can have.</summary>
    public int BinCount => Bins.Length / ComponentCount;
}

/// <summary>The projection in front of the decoder.</summary>
/// <param name="Network">Gives the decoder's context tokens and its class embedding.</param>
/// <param name="ExtraContextTokens">n, how many context tokens the image embedding becomes.</param>
public sealed record TextProjectionComponent(INetwork Network, int ExtraContextTokens);

/// <summary>The decoder.</summary>
/// <param name="Network">Predicts noise, clean sample or velocity of a small image.</param>
/// <param name="Scheduler">Its noise schedule and prediction target.</param>
/// <param name="ImageSize">Side of the image it makes, in pixels; of latents, of the image they become where none is asked for.</param>
/// <param name="PixelUnshuffle">p: the image enters as p² times the channels on a grid of size / p; 1 = as it is.</param>
/// <param name="MaskedInput">Whether it takes [noisy picture 3, picture × keep 3, keep mask 1], each unshuffled, in this order; keep 1 = known.</param>
/// <param name="LearnedVariance">Whether the second half of its output channels is a variance (independent of the scheduler's use of it).</param>
public sealed record DecoderComponent(
    INetwork Network, SchedulerSettings Scheduler, int ImageSize, int PixelUnshuffle, bool MaskedInput, bool LearnedVariance);

/// <summary>One upsampler.</summary>
/// <param name="Network">Takes [noisy picture 3, enlarged small picture 3], each unshuffled, in this order.</param>
/// <param name="LastStepNetwork">Takes over for the last step, where the checkpoint has one (Karlo's <c>super_res_last</c>).</param>
/// <param name="Scheduler">Its noise schedule and prediction target.</param>
/// <param name="InputSize">Side of the small picture, in pixels.</param>
/// <param name="OutputSize">Side of the picture it makes, in pixels.</param>
/// <param name="PixelUnshuffle">p, as for the decoder.</param>
public sealed record SuperResolutionComponent(
    INetwork Network, INetwork? LastStepNetwork, SchedulerSettings Scheduler, int InputSize, int OutputSize, int PixelUnshuffle);
