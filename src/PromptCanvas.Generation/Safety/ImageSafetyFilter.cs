using System.Collections.Concurrent;
using System.Numerics.Tensors;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Generation.Safety;

/// <summary>Holds the pictures of one run against the rules about pictures, as the run's model sees them.</summary>
/// <param name="embedder">The model's CLIP.</param>
/// <param name="rules">Each rule with the embedding of its description.</param>
internal sealed class ImageSafetyFilter(IEmbedder embedder, IReadOnlyList<(SafetyRule Rule, float[] Embedding)> rules)
{
    /// <summary>A preview is a guess of the picture: it is held back a little before the picture itself is refused.</summary>
    public const double PreviewMargin = 0.03;

    private static readonly IReadOnlyList<ConditioningInput> SmallPicture = [new ImageInput(new SourcePicture(1, 1, new byte[SignedImage.Channels]))];

    /// <summary>Pictures with a preview that is being looked at.</summary>
    private readonly ConcurrentDictionary<int, byte> looking = new();

    private readonly ConcurrentDictionary<int, byte> refused = new();

    /// <summary>Why an engine's pictures cannot be held against rules; null when they can.</summary>
    public static string? ProblemOf(IImageEngine engine) => engine is IEmbedder embedder && embedder.ValidateEmbedding(SmallPicture) is null
        ? null
        : "This model cannot look at its own pictures, and this studio has rules about pictures; ask an administrator, or choose another model.";

    /// <summary>The rule that refuses an embedding; null = none does.</summary>
    /// <param name="embedding">A CLIP image embedding, E values, of any length.</param>
    /// <param name="margin">By how much less than a rule's threshold is enough.</param>
    public SafetyRule? Refusing(ReadOnlySpan<float> embedding, double margin = 0)
    {
        foreach (var (rule, description) in rules)
        {
            // What is not a number cannot be judged.
            if (!(TensorPrimitives.CosineSimilarity(embedding, description) < rule.Threshold - margin))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The rule that refuses a picture; null = none does.</summary>
    /// <param name="image">Planar RGB, signed range.</param>
    /// <param name="margin">By how much less than a rule's threshold is enough.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    public async Task<SafetyRule?> RefusingAsync(SignedImage image, double margin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var picture = new SourcePicture(image.Width, image.Height, image.ToRgbBytes());
        return Refusing((await embedder.EmbedAsync([new ImageInput(picture)], cancellationToken))[0], margin);
    }

    /// <summary>Begins to look at a preview of a picture, unless the one before is still looked at.</summary>
    public bool TryBegin(int imageIndex) => looking.TryAdd(imageIndex, 0);

    /// <summary>A picture of the run is refused: nothing of it is shown from now on.</summary>
    /// <returns>Whether it was not before.</returns>
    public bool Refuse(int imageIndex) => refused.TryAdd(imageIndex, 0);

    public bool HasRefused(int imageIndex) => refused.ContainsKey(imageIndex);

    public void End(int imageIndex) => looking.TryRemove(imageIndex, out _);
}
