namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Something large that its first user loads and later users share; it is freed when unused. Safe for several threads at once.</summary>
/// <remarks>
/// Loading has a thread of its own, because the runtime looks for a stop only between the steps of a load, and one step of a large network takes seconds: a
/// user who stops leaves at once. A load without users is stopped, and nothing is loaded in its place until it has ended.
/// </remarks>
/// <param name="load">Loads it; the token is set when no user waits any more.</param>
/// <param name="clock">Measures idle time.</param>
internal sealed class OnDemand<T>(Func<CancellationToken, T> load, TimeProvider clock) : IDisposable
    where T : class, IDisposable
{
    private readonly Lock gate = new();
    private T? loaded;
    private Task<T>? loading;
    private CancellationTokenSource? stopLoading;
    private int users;
    private long lastUse;
    private bool disposed;

    /// <summary>Whether it has been loaded. Does not wait for a load.</summary>
    public bool IsLoaded => Volatile.Read(ref loaded) is not null;

    /// <summary>When it was last used, as a timestamp of the clock; 0 = never.</summary>
    public long LastUse => Interlocked.Read(ref lastUse);

    /// <summary>How many use it or wait for it.</summary>
    public int Users => Volatile.Read(ref users);

    /// <summary>Whether it is loaded for no new user.</summary>
    public bool IsDisposed => Volatile.Read(ref disposed);

    /// <summary>Waits until it is loaded and becomes a user, until <see cref="Leave"/>.</summary>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="ObjectDisposedException">It has been disposed of.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public T Enter(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            users++;
        }

        try
        {
            return Wait(cancellationToken);
        }
        catch
        {
            GiveUp();
            throw;
        }
    }

    /// <summary>Becomes a user if it is loaded.</summary>
    public T? EnterIfLoaded()
    {
        lock (gate)
        {
            users += loaded is null ? 0 : 1;
            return loaded;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Leave()
    {
        lock (gate)
        {
            users--;
            lastUse = clock.GetTimestamp();
            FreeWhenUnused();
        }
    }

    /// <summary>Frees it if it has been unused for a while; the next user loads it again.</summary>
    /// <param name="keep">How long is a while.</param>
    public void ReleaseIfIdle(TimeSpan keep)
    {
        lock (gate)
        {
            if (users == 0 && clock.GetElapsedTime(lastUse) >= keep)
            {
                Free();
            }
        }
    }

    /// <summary>Frees it unless it is used, awaited or being freed; the next user loads it again.</summary>
    /// <returns>Whether there was something to free.</returns>
    public bool TryRelease()
    {
        if (!gate.TryEnter())
        {
            return false;
        }

        try
        {
            return users == 0 && Free();
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Frees it, after its last user has left. Waits for a load: the runtime must not be torn down around it.</summary>
    public void Dispose()
    {
        Task? unfinished;
        lock (gate)
        {
            disposed = true;
            unfinished = loading;
            FreeWhenUnused();
        }

        if (unfinished is not null)
        {
            Task.WhenAny(unfinished).GetAwaiter().GetResult();
        }
    }

    private T Wait(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<T> pending;
            lock (gate)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (loaded is not null)
                {
                    return loaded;
                }

                pending = loading ??= Start();
            }

            try
            {
                return pending.WaitAsync(cancellationToken).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Stopped before this user came; it has ended now and can start again.
            }
        }
    }

    private Task<T> Start()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var stop = stopLoading = new CancellationTokenSource();
        var started = Task.Factory.StartNew(() => Load(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        started.ContinueWith(
            static ended => System.Diagnostics.Trace.TraceInformation($"A load ended without a result: {ended.Exception!.InnerException!.Message}"),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return started;
    }

    private T Load(CancellationTokenSource stop)
    {
        T? result = null;
        try
        {
            return result = load(stop.Token);
        }
        finally
        {
            lock (gate)
            {
                (loaded, loading, stopLoading) = (result, null, null);
                FreeWhenUnused();
            }

            stop.Dispose();
        }
    }

    private void GiveUp()
    {
        lock (gate)
        {
            users--;
            if (users == 0)
            {
                stopLoading?.Cancel();
            }

            FreeWhenUnused();
        }
    }

    private void FreeWhenUnused()
    {
        if (disposed && users == 0)
        {
            Free();
        }
    }

    private bool Free()
    {
        var had = loaded is not null;
        loaded?.Dispose();
        loaded = null;
        return had;
    }
}
