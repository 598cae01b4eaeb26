using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Cli.Bench;

/// <summary>The latency of one person's request: seconds from the request to the first preview and to the last picture.</summary>
internal sealed record RequestLatency(double FirstPreview, double Finished)
{
    /// <summary>Runs a request to its end.</summary>
    /// <param name="gate">Entered before the request reaches the engine, for one job at a time; null = the engine shares its steps.</param>
    public static async Task<RequestLatency> RunAsync(ImageEngine engine, GenerationRequest request, FifoGate? gate, CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        double? preview = null;
        using var turn = gate is null ? null : await gate.EnterAsync().ConfigureAwait(false);
        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is StepCompleted { PredictedImage: not null })
            {
                preview ??= Stopwatch.GetElapsedTime(asked).TotalSeconds;
            }
        }

        var finished = Stopwatch.GetElapsedTime(asked).TotalSeconds;
        return new RequestLatency(preview ?? finished, finished);
    }
}

/// <summary>Admits one caller at a time, in order of arrival.</summary>
internal sealed class FifoGate
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>Waits for all earlier callers.</summary>
    /// <returns>Dispose of it to admit the next caller.</returns>
    public async Task<IDisposable> EnterAsync()
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (gate)
        {
            before = last;
            last = mine.Task;
        }

        await before.ConfigureAwait(false);
        return new Turn(mine);
    }

    private sealed class Turn(TaskCompletionSource over) : IDisposable
    {
        public void Dispose() => over.TrySetResult();
    }
}
