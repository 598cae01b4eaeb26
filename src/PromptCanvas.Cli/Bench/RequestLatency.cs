using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Bench;

/// <summary>One person's request: how long until the first preview and until the last picture, in seconds from when they asked.</summary>
internal sealed record RequestLatency(double FirstPreview, double Finished)
{
    /// <summary>Sends a request and watches it to its end.</summary>
    /// <param name="gate">Taken before the engine is asked: one job after another; null = as the engine shares.</param>
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

/// <summary>Lets one in at a time, in the order of asking.</summary>
internal sealed class FifoGate
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>Waits for everybody who asked before.</summary>
    /// <returns>Dispose of it to let the next one in.</returns>
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
