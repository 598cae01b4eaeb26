using System.Diagnostics;
using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.ChaosHost;

/// <summary>Engine stub with four steps per picture, a configurable step time, and faults selected by the prompt.</summary>
/// <param name="step">Duration of a step.</param>
/// <param name="killersWaitFor">A file in the data folder that must exist before a prompt may kill the process; null = no condition.</param>
internal sealed class ChaosEngine(TimeSpan step, string? killersWaitFor) : IImageEngine, IEngineProvider
{
    private const int Steps = 4;
    private const int Side = 64;

    public string DefaultModel => "stub";

    public IReadOnlyList<string> Models => ["stub"];

    public IImageEngine Get(string modelName) => this;

    public string? Validate(GenerationRequest request) => null;

    public int WorkingSizeFor(int side) => Side;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var index in request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)])
        {
            var seed = unchecked(request.Seed + (uint)index);
            for (var number = 1; number <= Steps; number++)
            {
                await Task.Delay(step, cancellationToken);
                HangOnce(request.Prompt);
                while (killersWaitFor is not null && request.Prompt is ("poison" or "abort" or "stack") && !File.Exists(killersWaitFor))
                {
                    await Task.Delay(step, cancellationToken);
                }

                Misbehave(request.Prompt);
                yield return new StepCompleted(index, seed, GenerationStage.Decoder, number, Steps, (double)number / Steps, null);
            }

            yield return request.Prompt == "not a number" && index == 1
                ? new ImageFailed(index, seed, "The picture came out as not a number.") { OfItsSeed = true }
                : new ImageCompleted(index, seed, Picture(seed), [1, 2], Recipe(request), [new(GenerationStage.Decoder, step.TotalSeconds * Steps)]);
        }
    }

    // Simulates native code that never returns and ignores cancellation. The mark file makes the next process skip it.
    private static void HangOnce(string prompt)
    {
        const string mark = "hung";
        if (prompt == "hang" && !File.Exists(mark))
        {
            File.WriteAllText(mark, "");
            new ManualResetEventSlim().Wait();
        }
    }

    private static void Misbehave(string prompt)
    {
        switch (prompt)
        {
            case "poison":
                using (var process = Process.GetCurrentProcess())
                {
                    process.Kill();
                }

                break;
            case "abort":
                Environment.FailFast("The prompt asked for it.");
                break;
            case "stack":
                Deeper(0);
                break;
            case "out of memory":
                throw new InvalidOperationException("Failed to allocate memory for requested buffer of size 1073741824");
        }
    }

    // Infinite recursion: the runtime kills the process.
    private static int Deeper(int depth) => Deeper(depth + 1) + 1;

    private static SignedImage Picture(uint seed)
    {
        var values = new float[SignedImage.Channels * Side * Side];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = MathF.Sin(index + (seed % 1000));
        }

        return new SignedImage(Side, Side, values);
    }

    private static EffectiveRecipe Recipe(GenerationRequest request) => new("stub", request.Size, "diffusion", "ddim", Steps, 1, "ddim", Steps, 1, []);
}
