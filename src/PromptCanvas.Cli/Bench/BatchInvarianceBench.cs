using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Cli.Bench;

/// <summary>The largest difference between a picture made alone and the same picture in a full engine.</summary>
internal sealed class BatchInvarianceBench(BenchContext bench)
{
    private const int Company = 7;

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model, new EngineOptions());
        var alone = await PictureAsync(engine, 7, "me", cancellationToken).ConfigureAwait(false);
        var others = Enumerable.Range(0, Company).Select(person => PictureAsync(engine, (uint)(100 + person), $"{person}", cancellationToken)).ToList();
        var crowded = await PictureAsync(engine, 7, "me", cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(others).ConfigureAwait(false);
        var difference = 0f;
        for (var index = 0; index < alone.Length; index++)
        {
            difference = Math.Max(difference, Math.Abs(alone[index] - crowded[index]));
        }

        return [BenchRow.Of("same seed alone and among eight: largest difference (signed range)", "", [difference])];
    }

    private async Task<float[]> PictureAsync(ImageEngine engine, uint seed, string person, CancellationToken cancellationToken)
    {
        float[] values = [];
        var request = new GenerationRequest { Prompt = "a red cube on top of a blue cube", Seed = seed, Count = 1, Size = bench.Size, Person = person };
        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            values = value is ImageCompleted picture ? picture.Image.Values : values;
        }

        return values;
    }
}
