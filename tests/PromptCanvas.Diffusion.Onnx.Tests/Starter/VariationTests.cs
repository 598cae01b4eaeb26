using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Diffusion.Onnx.Tests.Starter;

/// <summary>The effect of a variation's strength, measured on the shipped model over several pictures and seeds.</summary>
public sealed class VariationTests(ITestOutputHelper output, StarterEngine starter) : IClassFixture<StarterEngine>
{
    private const int SeedsEach = 2;

    // This model centres its objects, so even an unrelated picture shares most pixels.
    private const double ClearlyFarther = 1.5;

    private static readonly double[] Strengths = [0, 0.25, 0.5, 0.75, 1];

    private static readonly string[] Prompts = ["a red cube", "two green stars on a blue background", "a yellow sphere"];

    [Fact]
    public async Task Vary_StrengthRises_SimilarityFallsAndPixelsMoveAway()
    {
        var similarities = new double[Strengths.Length];
        var distances = new double[Strengths.Length];
        foreach (var prompt in Prompts)
        {
            var source = (await starter.MakeAsync(new GenerationRequest { Prompt = prompt, Seed = 11, Count = 1 }))[0].Image;
            var embedding = await starter.EmbedAsync(new ImageInput(StarterEngine.Source(source)));
            for (var index = 0; index < Strengths.Length; index++)
            {
                var variations = await starter.MakeAsync(new GenerationRequest
                {
                    Prompt = "",
                    Seed = 100,
                    Count = SeedsEach,
                    Origin = new VariationOrigin(StarterEngine.Source(source), Strengths[index]),
                });
                foreach (var variation in variations)
                {
                    similarities[index] += await starter.SimilarityAsync(variation.Image, embedding) / (Prompts.Length * SeedsEach);
                    distances[index] += StarterEngine.Distance(variation.Image, source) / (Prompts.Length * SeedsEach);
                }
            }
        }

        for (var index = 0; index < Strengths.Length; index++)
        {
            output.WriteLine($"strength {Strengths[index]:F2}: CLIP similarity {similarities[index]:F4}, pixel distance {distances[index]:F4}");
        }

        Assert.Equal(similarities.OrderDescending(), similarities);
        Assert.Equal(distances.Order(), distances);

        // The weakest variation is nearly the picture; the strongest still shows the same kind of object.
        Assert.True(similarities[0] > 0.9, $"similarity at strength 0: {similarities[0]}");
        Assert.True(distances[^1] > ClearlyFarther * distances[0], $"distances: {distances[0]} and {distances[^1]}");
    }
}
