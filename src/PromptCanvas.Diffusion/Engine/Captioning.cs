using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>
/// Finds the captions that fit a picture best, by the cosine of CLIP embeddings, from coarse to fine: plain captions first, then the
/// patterns, those with most places first, filled with the best so far. Texts are embedded once.
/// </summary>
/// <param name="embedder">Embeds picture and texts.</param>
/// <param name="captions">Captions, and patterns in which each <c>{}</c> stands for one of the captions that fit best.</param>
public sealed class Captioning(IEmbedder embedder, IReadOnlyList<string> captions)
{
    /// <summary>In a pattern, the place of a caption.</summary>
    public const string Place = "{}";

    /// <summary>How many of the best captions are tried in a pattern's places: enough to include the second object of a picture.</summary>
    private const int Fillers = 12;

    /// <summary>The most places of a pattern; each multiplies the texts by <see cref="Fillers"/>.</summary>
    public const int MaximumPlaces = 2;

    private readonly Dictionary<string, float[]> known = new(StringComparer.Ordinal);

    /// <summary>The best captions of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The best first.</returns>
    /// <exception cref="ArgumentException">A caption cannot be read.</exception>
    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(SourcePicture picture, int count, CancellationToken cancellationToken)
    {
        var embedding = (await embedder.EmbedAsync([new ImageInput(picture)], cancellationToken).ConfigureAwait(false))[0];
        return await DescribeAsync(embedding, count, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The captions that match an image embedding best.</summary>
    /// <param name="embedding">E values, not normalised.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The best first.</returns>
    /// <exception cref="ArgumentException">A caption cannot be read.</exception>
    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(float[] embedding, int count, CancellationToken cancellationToken)
    {
        if (captions.FirstOrDefault(caption => Places(caption) > MaximumPlaces) is { } pattern)
        {
            throw new ArgumentException($"'{pattern}' has more than {MaximumPlaces} places {Place} for captions.");
        }

        var ranked = new List<RankedCaption>();
        foreach (var patterns in captions.GroupBy(Places).OrderByDescending(group => group.Key == 0 ? int.MaxValue : group.Key))
        {
            string[] fillers = [.. ranked.Take(Fillers).Select(caption => caption.Caption)];
            string[] filled = [.. patterns.SelectMany(pattern => Fill(pattern, fillers)).Distinct(StringComparer.Ordinal)];
            ranked = Best(ranked.Concat(await ScoreAsync(embedding, filled, cancellationToken).ConfigureAwait(false)));
        }

        return [.. ranked.Take(count)];
    }

    /// <summary>How many captions a pattern takes; 0 for a plain caption.</summary>
    /// <param name="caption">One line of the list.</param>
    public static int Places(string caption) => caption.AsSpan().Count(Place);

    private static IEnumerable<string> Fill(string pattern, string[] fillers)
    {
        var place = pattern.IndexOf(Place, StringComparison.Ordinal);
        return place < 0
            ? [pattern]
            : fillers.SelectMany(filler => Fill(string.Concat(pattern.AsSpan(0, place), filler, pattern.AsSpan(place + Place.Length)), fillers));
    }

    private static List<RankedCaption> Best(IEnumerable<RankedCaption> captions) =>
        [.. captions.DistinctBy(caption => caption.Caption).OrderByDescending(caption => caption.Similarity).ThenBy(caption => caption.Caption, StringComparer.Ordinal)];

    private async Task<IEnumerable<RankedCaption>> ScoreAsync(float[] picture, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        string[] unknown = [.. texts.Where(text => !known.ContainsKey(text))];
        var embeddings = await embedder.EmbedAsync([.. unknown.Select(text => new TextInput(text))], cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < unknown.Length; index++)
        {
            known[unknown[index]] = embeddings[index];
        }

        return texts.Select(text => new RankedCaption(text, EmbeddingSpace.Cosine(picture, known[text])));
    }
}

/// <summary>A caption and how well it fits.</summary>
/// <param name="Caption">The text.</param>
/// <param name="Similarity">Cosine of the CLIP embeddings, −1 … 1.</param>
public sealed record RankedCaption(string Caption, double Similarity);
