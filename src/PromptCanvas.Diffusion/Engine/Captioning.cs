using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Finds the captions that fit a picture best, by the cosine of CLIP embeddings; the captions are embedded once.</summary>
/// <param name="embedder">Looks at picture and texts.</param>
/// <param name="captions">Captions, and patterns in which each <c>{}</c> stands for one of the captions that fit best.</param>
public sealed class Captioning(IEmbedder embedder, IReadOnlyList<string> captions)
{
    /// <summary>In a pattern, the place of a caption.</summary>
    public const string Place = "{}";

    /// <summary>How many of the best captions are tried in a pattern's places: enough for the second thing in a picture to be among them.</summary>
    private const int Fillers = 12;

    private readonly Dictionary<string, float[]> known = new(StringComparer.Ordinal);

    /// <summary>The best captions of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The best first.</returns>
    /// <exception cref="ArgumentException">A caption cannot be read.</exception>
    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(SourcePicture picture, int count, CancellationToken cancellationToken)
    {
        var embedding = (await embedder.EmbedAsync([new PictureInput(picture)], cancellationToken).ConfigureAwait(false))[0];
        var plain = captions.Where(caption => !caption.Contains(Place, StringComparison.Ordinal)).ToList();
        var ranked = await RankAsync(embedding, plain, cancellationToken).ConfigureAwait(false);
        string[] fillers = [.. ranked.Take(Fillers).Select(caption => caption.Caption)];
        var filled = captions.Where(caption => caption.Contains(Place, StringComparison.Ordinal)).SelectMany(pattern => Fill(pattern, fillers));
        ranked.AddRange(await RankAsync(embedding, [.. filled.Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false));
        return [.. ranked.OrderByDescending(caption => caption.Similarity).ThenBy(caption => caption.Caption, StringComparer.Ordinal).Take(count)];
    }

    private static IEnumerable<string> Fill(string pattern, string[] fillers)
    {
        var place = pattern.IndexOf(Place, StringComparison.Ordinal);
        return place < 0
            ? [pattern]
            : fillers.SelectMany(filler => Fill(string.Concat(pattern.AsSpan(0, place), filler, pattern.AsSpan(place + Place.Length)), fillers));
    }

    private async Task<List<RankedCaption>> RankAsync(float[] picture, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        string[] unknown = [.. texts.Where(text => !known.ContainsKey(text))];
        var embeddings = await embedder.EmbedAsync([.. unknown.Select(text => new TextInput(text))], cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < unknown.Length; index++)
        {
            known[unknown[index]] = embeddings[index];
        }

        return [.. texts
            .Select(text => new RankedCaption(text, EmbeddingSpace.Cosine(picture, known[text])))
            .OrderByDescending(caption => caption.Similarity).ThenBy(caption => caption.Caption, StringComparer.Ordinal)];
    }
}

/// <summary>A caption and how well it fits.</summary>
/// <param name="Caption">The text.</param>
/// <param name="Similarity">Cosine of the CLIP embeddings, −1 … 1.</param>
public sealed record RankedCaption(string Caption, double Similarity);
