using System.Runtime.ExceptionServices;
using PromptCanvas.Diffusion.Engine.Lanes;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Stops a network's run as soon as none of its pictures is wanted any more: at a large model's size one run takes minutes.</summary>
internal sealed class BatchWatch : IDisposable
{
    /// <summary>
    /// Polling interval. The tokens do not suffice: none is cancelled for a single picture, and a request whose reader leaves while its token is
    /// being cancelled disposes of the token's source, which can lose the callback.
    /// </summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly List<Lane> batch;
    private readonly CancellationTokenSource run;
    private readonly List<CancellationTokenRegistration> registrations = [];
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private ExceptionDispatchInfo? fault;
    private bool disposed;

    /// <summary>Begins to watch.</summary>
    /// <param name="batch">The lanes of the run.</param>
    /// <param name="clock">Drives the polling.</param>
    /// <param name="stopping">Stops the run even if its pictures are wanted.</param>
    public BatchWatch(List<Lane> batch, TimeProvider clock, CancellationToken stopping)
    {
        this.batch = batch;
        run = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        foreach (var request in batch.Select(lane => lane.Request).Distinct())
        {
            registrations.Add(request.Cancelled.UnsafeRegister(static watch => ((BatchWatch)watch!).Look(), this));
        }

        timer = clock.CreateTimer(static watch => ((BatchWatch)watch!).Look(), this, Interval, Interval);
    }

    /// <summary>Cancelled when the engine stops or no lane is wanted any more.</summary>
    public CancellationToken Token => run.Token;

    /// <summary>Whether no lane is wanted any more.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Rethrows an exception of the check whether a picture is still wanted, on the calling thread.</summary>
    public void ThrowIfFailed()
    {
        lock (gate)
        {
            fault?.Throw();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        timer.Dispose();
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        run.Dispose();
    }

    private void Look()
    {
        lock (gate)
        {
            if (disposed || IsAbandoned)
            {
                return;
            }

            try
            {
                if (batch.TrueForAll(lane => !lane.IsWanted))
                {
                    IsAbandoned = true;
                    run.Cancel();
                }
            }
#pragma warning disable CA1031 // Nothing is swallowed: the engine's thread throws it. On the timer's thread it would end the process.
            catch (Exception cause)
#pragma warning restore CA1031
            {
                fault ??= ExceptionDispatchInfo.Capture(cause);
            }
        }
    }
}
