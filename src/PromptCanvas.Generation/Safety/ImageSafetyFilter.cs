using System.Collections.Concurrent;
using System.Numerics.Tensors;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Generation.Safety;

/// <summary>Checks the pictures of one run against the rules about pictures, with the CLIP of the run's model.</summary>
/// <param name="embedder">The model's CLIP.</param>
/// <param name="rules">Each rule and the embedding of its description.</param>
internal sealed class ImageSafetyFilter(IEmbedder embedder, IReadOnlyList<(SafetyRule Rule, float[] Embedding)> rules) : IPreviewFilter
{
    /// <summary>Previews are only predictions, so they are withheld slightly below the rule's threshold.</summary>
    public const double PreviewMargin = 0.03;

    /// <summary>A check compares pictures with the descriptions of rules.</summary>
    private static readonly IReadOnlyList<ConditioningInput> PictureAndDescription =
        [new ImageInput(new SourcePicture(1, 1, new byte[SignedImage.Channels])), new TextInput("a picture")];

    /// <summary>Pictures with a preview check in progress.</summary>
    private readonly ConcurrentDictionary<int, byte> looking = new();

    private readonly ConcurrentDictionary<int, byte> refused = new();

    /// <summary>Whether an engine's pictures can be checked.</summary>
    public static Result Check(IImageEngine engine) => engine is IEmbedder embedder && embedder.ValidateEmbedding(PictureAndDescription) is null
        ? Result.Done
        : new Unavailable("This model cannot check its own pictures, and this studio has rules about pictures; choose another model or ask an administrator.");

    /// <summary>The rule that refuses an embedding; null if none does.</summary>
    /// <param name="embedding">A CLIP image embedding, E values, not necessarily normalised.</param>
    /// <param name="margin">Subtracted from each rule's threshold.</param>
    public SafetyRule? Refusing(ReadOnlySpan<float> embedding, double margin = 0)
    {
        foreach (var (rule, description) in rules)
        {
            // The negated comparison also refuses NaN.
            if (!(TensorPrimitives.CosineSimilarity(embedding, description) < rule.Threshold - margin))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The rule that refuses a picture; null if none does.</summary>
    /// <param name="image">Planar RGB, signed range.</param>
    /// <param name="margin">Subtracted from each rule's threshold.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public async Task<SafetyRule?> RefusingAsync(SignedImage image, double margin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Refusing((await embedder.EmbedAsync([new ImageInput(image.ToSource())], cancellationToken))[0], margin);
    }

    /// <summary>The rule that refuses a finished picture, by the embedding it was drawn from or by its pixels; null if none does.</summary>
    public async Task<SafetyRule?> RefusingAsync(float[] embedding, SignedImage image, CancellationToken cancellationToken) =>
        Refusing(embedding) ?? await RefusingAsync(image, margin: 0, cancellationToken);

    /// <summary>Claims the preview check of a picture; false while its previous check is in progress.</summary>
    public bool TryBegin(int imageIndex) => looking.TryAdd(imageIndex, 0);

    /// <summary>Marks a picture as refused: no further frame of it is shown.</summary>
    /// <returns>False if it was refused already.</returns>
    public bool Refuse(int imageIndex) => refused.TryAdd(imageIndex, 0);

    public bool HasRefused(int imageIndex) => refused.ContainsKey(imageIndex);

    /// <inheritdoc/>
    public async Task<bool> AllowsPreviewAsync(int imageIndex, SignedImage image, CancellationToken cancellationToken) =>
        await RefusingAsync(image, PreviewMargin, cancellationToken) is null && !HasRefused(imageIndex);

    public void End(int imageIndex) => looking.TryRemove(imageIndex, out _);
}
