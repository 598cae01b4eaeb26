using System.Runtime.ExceptionServices;
using PromptCanvas.Diffusion.Engine.Lanes;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Stops a network's run as soon as nobody wants any of its pictures: at a large model's size one run takes minutes.</summary>
internal sealed class BatchWatch : IDisposable
{
    /// <summary>
    /// How often the lanes are looked at besides: no token announces the loss of a single picture, and a request whose reader leaves while its token is
    /// being cancelled disposes of the token's source, which can lose the announcement.
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
    /// <param name="clock">Drives the questions about single pictures.</param>
    /// <param name="stopping">Stops the run whoever wants it.</param>
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

    /// <summary>Throws what asking for the pictures threw, on the thread that calls this.</summary>
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
