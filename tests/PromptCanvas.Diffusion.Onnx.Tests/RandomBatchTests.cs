using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>The promise behind every seed: real networks, and a crowd that comes, goes and changes its mind at random.</summary>
public sealed class RandomBatchTests : IDisposable
{
    private const string Prompt = "a red cube on top of a blue cube";
    private const uint Seed = 4_294_967_295;
    private const int Crowd = 12;

    private readonly OnnxModelLibrary library = new("models", "starter", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 5)]
    [InlineData(3, 16)]
    public async Task GenerateAsync_RandomBatch_GivesTheSamePicturesBitForBit(int seed, int maxBatch)
    {
        var model = library.OpenFolder(Fixtures.StarterModel);
        var size = model.Recipe.Sizes[^1];
        var mine = new GenerationRequest { Prompt = Prompt, Seed = Seed, Count = 2, Size = size, Person = "me" };
        Dictionary<int, float[]> expected;
        using (var alone = new ImageEngine(model, new EngineOptions()))
        {
            expected = await PicturesAsync(alone, mine, int.MaxValue);
        }

#pragma warning disable RS0030 // Seeded: the batch is random, the test is not.
        var random = new Random(seed);
#pragma warning restore RS0030
        using var crowded = new ImageEngine(model, new EngineOptions { MaxBatch = maxBatch, MaxLanes = 9, MaxLateLanes = 4 });
        var others = new List<Task<Dictionary<int, float[]>>>();
        Task<Dictionary<int, float[]>>? actual = null;
        for (var arrival = 0; arrival < Crowd; arrival++)
        {
            if (arrival == Crowd / 3)
            {
                actual = PicturesAsync(crowded, mine, int.MaxValue);
            }

            var request = new GenerationRequest
            {
                Prompt = random.Next(2) == 0 ? Prompt : $"{random.Next(9)} green spheres",
                Seed = (uint)random.Next(),
                Count = random.Next(1, 4),
                Size = model.Recipe.Sizes[random.Next(model.Recipe.Sizes.Count)],
                Person = $"{random.Next(4)}",
                Overrides = new RecipeOverrides { DecoderSteps = random.Next(2, 20), DecoderGuidance = random.Next(1, 4) },
            };
            var leavesAfter = random.Next(3) == 0 ? random.Next(1, 30) : int.MaxValue;
            others.Add(PicturesAsync(crowded, request, leavesAfter));

            // The next one arrives once this one has been served a little.
            await WaitAsync(crowded, random.Next(3));
        }

        var pictures = await actual!;
        await Task.WhenAll(others);

        Assert.Equal([0, 1], pictures.Keys.Order());
        Assert.All(pictures, picture => Assert.Equal(expected[picture.Key], picture.Value));
    }

    public void Dispose() => library.Dispose();

    /// <summary>Lets the engine take some steps: those of a small request.</summary>
    private static async Task WaitAsync(ImageEngine engine, int events)
    {
        if (events > 0)
        {
            var passing = new GenerationRequest { Prompt = "x", Seed = 1, Count = 1, Size = 64, Person = "passing" };
            await PicturesAsync(engine, passing, events);
        }
    }

    private static async Task<Dictionary<int, float[]>> PicturesAsync(ImageEngine engine, GenerationRequest request, int leavesAfter)
    {
        var pictures = new Dictionary<int, float[]>();
        await foreach (var value in engine.GenerateAsync(request, Token))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture.ImageIndex, picture.Image.Values);
            }

            leavesAfter--;
            if (leavesAfter == 0)
            {
                break;
            }
        }

        return pictures;
    }
}
