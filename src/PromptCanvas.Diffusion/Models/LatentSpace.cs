using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Models;

/// <summary>The parts of a model whose decoder draws the latent of an autoencoder from image embeddings: Kandinsky 2.2 and Stable unCLIP.</summary>
public sealed record LatentSpace
{
    /// <summary>From pictures to latents and back.</summary>
    public required AutoencoderComponent Autoencoder { get; init; }

    /// <summary>Divisor of every side of a picture in pixels; 64 as published.</summary>
    public required int SideMultiple { get; init; }

    /// <summary>The decoder that was trained with known regions, where the model has one.</summary>
    public InpaintingComponent? Inpainting { get; init; }

    /// <summary>The texts and the noise of embeddings that the decoder takes; null = it takes the image embedding alone, as it is.</summary>
    public DecoderTextComponent? Text { get; init; }

    /// <summary>Caches the numbers derived from the weights.</summary>
    public IModelFacts Facts { get; init; } = new ForgetfulFacts();
}

/// <summary>What a decoder of latents is conditioned on besides an image embedding: Stable unCLIP.</summary>
/// <param name="Tokenizer">The text encoder's.</param>
/// <param name="Encoder">Token ids → per-token states, (B, L, X).</param>
/// <param name="Mean">Per-dimension mean of image embeddings, E values.</param>
/// <param name="StandardDeviation">Per-dimension standard deviation, E values.</param>
/// <param name="Noising">The schedule of the noise that image embeddings get.</param>
public sealed record DecoderTextComponent(
    ITokenizer Tokenizer, INetwork Encoder, float[] Mean, float[] StandardDeviation, SchedulerSettings Noising);

/// <summary>Pictures to latents and back.</summary>
/// <param name="Encoder">
/// A picture (B, 3, H, W), signed range → its latent (B, z, H/f, W/f) in the decoder network's scale; with the standard deviation of its values where
/// latents are sampled.
/// </param>
/// <param name="Decoder">A latent → its picture, signed range, not clamped.</param>
/// <param name="Channels">z.</param>
/// <param name="Factor">f, pixels to a cell along each side.</param>
/// <param name="Fingerprint">Differs between autoencoders whose weights differ.</param>
public sealed record AutoencoderComponent(INetwork Encoder, INetwork Decoder, int Channels, int Factor, string Fingerprint);

/// <summary>A decoder of latents that takes [noisy latent z, known latent × keep z, keep mask 1], in this order; keep 1 = known.</summary>
/// <param name="Network">The network; same prediction target as the model's decoder.</param>
/// <param name="Scheduler">Its noise schedule and prediction target.</param>
/// <param name="Autoencoder">The one it was trained with.</param>
public sealed record InpaintingComponent(INetwork Network, SchedulerSettings Scheduler, AutoencoderComponent Autoencoder);

/// <summary>Numbers that follow from a model's weights and take long to work out. Safe for several threads.</summary>
public interface IModelFacts
{
    /// <summary>The cached numbers of a name; null = they must be computed.</summary>
    /// <param name="name">Names the numbers, the weights they follow from, and how they are worked out.</param>
    float[]? Find(string name);

    /// <summary>Keeps numbers for the next time.</summary>
    /// <param name="name">As for <see cref="Find"/>.</param>
    /// <param name="values">Finite numbers.</param>
    void Keep(string name, float[] values);
}

/// <summary>Keeps nothing.</summary>
internal sealed class ForgetfulFacts : IModelFacts
{
    public float[]? Find(string name) => null;

    public void Keep(string name, float[] values)
    {
        // Callers cache them for their own lifetime.
    }
}
