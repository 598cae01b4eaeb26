using System.Text.Json.Nodes;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>The autoregressive prior against an independent forward pass (float64, NumPy), and as a stage of the engine.</summary>
public sealed class AutoregressivePriorTests : IDisposable
{
    private const string Name = "prior_autoregressive";
    private const float Tolerance = 1e-4f;

    private readonly TemporaryFolder folder = new();
    private readonly OnnxModelLibrary library = new("models", "starter", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu });

    public AutoregressivePriorTests()
    {
        folder.Copy(Fixtures.StarterModel, "tiny");
        folder.Copy(Path.Combine(Fixtures.Folder, "autoregressive-tiny", Name), Path.Combine("tiny", Name));
        folder.Edit(Path.Combine("tiny", "model_index.json"), Name, new JsonArray("unclip", "PriorAutoregressive"));
    }

    private string Tiny => folder.PathOf("tiny");

    [Fact]
    public void Run_GoldenInputs_AgreesWithTheIndependentForwardPass()
    {
        using var network = NetworkRunner.Open(Tiny, Name, Fixtures.Cpu);

        var actual = network.Run(Golden("inputs"), TestContext.Current.CancellationToken);

        var difference = Fixtures.Difference(Golden("outputs")[NetworkNames.Logits], Assert.Single(actual).Value);
        Assert.True(difference <= Tolerance, $"differs by {difference}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Run_OtherTokenAtAPosition_ChangesOnlyTheLogitsAfterIt(int position)
    {
        using var network = NetworkRunner.Open(Tiny, Name, Fixtures.Cpu);
        var inputs = new Dictionary<string, NetworkTensor>(Golden("inputs"));
        var before = network.Run(inputs, TestContext.Current.CancellationToken)[NetworkNames.Logits];
        var tokens = inputs[NetworkNames.Tokens];
        var changed = (long[])tokens.Integers.Clone();
        changed[position] = (changed[position] + 1) % 16;
        inputs[NetworkNames.Tokens] = NetworkTensor.Int64(changed, [.. tokens.Shape]);

        var after = network.Run(inputs, TestContext.Current.CancellationToken)[NetworkNames.Logits];

        var bins = before.Shape[2];
        var firstChanged = Enumerable.Range(0, before.Shape[1])
            .Where(k => !before.FloatRow(0).Slice(k * bins, bins).SequenceEqual(after.FloatRow(0).Slice(k * bins, bins)));
        Assert.Equal(Enumerable.Range(position + 1, before.Shape[1] - position - 1), firstChanged);
        Assert.Equal(before.FloatRow(1).ToArray(), after.FloatRow(1).ToArray());
    }

    [Fact]
    public async Task Generate_Autoregressive_EmbeddingIsMadeOfTheBinsTheNetworkDrew()
    {
        var model = library.OpenFolder(Tiny);
        using var engine = new ImageEngine(model, new EngineOptions());

        var pictures = await MakeAsync(engine, seed: 3, count: 3);

        var prior = model.AutoregressivePrior!;
        foreach (var picture in pictures)
        {
            var rest = picture.ImageEmbedding.Zip(prior.Mean, (value, mean) => value - mean).ToArray();
            for (var component = 0; component < prior.ComponentCount; component++)
            {
                var direction = prior.Components.AsSpan(component * rest.Length, rest.Length).ToArray();
                var amount = rest.Zip(direction, (a, b) => a * b).Sum();
                var bins = prior.Bins.AsSpan(component * prior.BinCount, prior.BinCount).ToArray();
                Assert.Contains(bins, bin => Math.Abs(bin - amount) < 1e-4);
            }
        }

        Assert.Equal(3, pictures.Select(picture => picture.ImageEmbedding[0]).Distinct().Count());
        Assert.All(pictures, picture => Assert.Equal("autoregressive", picture.Recipe.Prior));
        Assert.All(pictures, picture => Assert.Equal(prior.ComponentCount, picture.Recipe.PriorSteps));
    }

    [Fact]
    public async Task Generate_AutoregressiveInCompany_IsTheSameBitForBit()
    {
        using var engine = new ImageEngine(library.OpenFolder(Tiny), new EngineOptions());

        var alone = Assert.Single(await MakeAsync(engine, seed: 4, count: 1));
        var batch = await MakeAsync(engine, seed: 3, count: 3);

        Assert.Equal(alone.Image.Values, batch[1].Image.Values);
    }

    [Fact]
    public void Validate_ModelWithoutTheComponent_SaysSo()
    {
        using var engine = new ImageEngine(library.OpenFolder(Fixtures.TinyModel), new EngineOptions());

        Assert.Contains("no autoregressive prior", engine.Validate(Request(1, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_OtherTokenLength_IsRefused()
    {
        folder.Edit(Path.Combine("tiny", Name, "config.json"), "num_embeddings", 31);

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(Tiny));

        Assert.Contains("num_embeddings", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        library.Dispose();
        folder.Dispose();
    }

    private static GenerationRequest Request(uint seed, int count) => new()
    {
        Prompt = "a red cube",
        Seed = seed,
        Count = count,
        Size = 64,
        Overrides = new RecipeOverrides { Conditioning = ConditioningMode.AutoregressivePrior, DecoderSteps = 2 },
    };

    private static async Task<List<ImageCompleted>> MakeAsync(ImageEngine engine, uint seed, int count)
    {
        var pictures = new List<ImageCompleted>();
        await foreach (var value in engine.GenerateAsync(Request(seed, count), TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture);
            }
        }

        return [.. pictures.OrderBy(picture => picture.ImageIndex)];
    }

    private static IReadOnlyDictionary<string, NetworkTensor> Golden(string what) =>
        NetworkRunner.ReadTensors(Path.Combine(Fixtures.Folder, "autoregressive-tiny", "golden", $"{Name}.{what}.safetensors"));
}
