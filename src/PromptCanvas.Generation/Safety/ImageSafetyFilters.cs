using System.Collections.Concurrent;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Safety;

/// <summary>Creates the safety filters of runs. Embeds a rule's description once per engine.</summary>
internal sealed class ImageSafetyFilters(SafetyRuleService book)
{
    private readonly ConcurrentDictionary<(IImageEngine Engine, Guid Rule), float[]> embeddings = new();

    /// <summary>A filter for the current rules; null if there are no rules about pictures.</summary>
    /// <exception cref="ModelException">There are rules about pictures, but the model cannot embed pictures.</exception>
    public async Task<ImageSafetyFilter?> ForAsync(IImageEngine engine, CancellationToken cancellationToken)
    {
        var rules = SafetyRuleService.OfPictures(await book.ReadAsync(cancellationToken));
        if (rules.Count == 0)
        {
            return null;
        }

        if (ImageSafetyFilter.Check(engine).Refusal is { } problem)
        {
            throw new ModelException(problem.Message);
        }

        var embedder = (IEmbedder)engine;
        var judged = new List<(SafetyRule, float[])>();
        foreach (var rule in rules)
        {
            judged.Add((rule, await EmbeddingOfAsync(engine, embedder, rule, cancellationToken)));
        }

        return new ImageSafetyFilter(embedder, judged);
    }

    private async Task<float[]> EmbeddingOfAsync(IImageEngine engine, IEmbedder embedder, SafetyRule rule, CancellationToken cancellationToken)
    {
        if (!embeddings.TryGetValue((engine, rule.Id), out var embedding))
        {
            embedding = (await embedder.EmbedAsync([new TextInput(rule.Text)], cancellationToken))[0];
            embeddings[(engine, rule.Id)] = embedding;
        }

        return embedding;
    }
}
