using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Records log messages and lets tests wait for them.</summary>
internal sealed class RecordedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly SemaphoreSlim written = new(0);

    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>The lines that an administrator should act on.</summary>
    public ConcurrentQueue<string> Warnings { get; } = [];

    public async Task SaysAsync(string part)
    {
        while (!lines.Any(line => line.Contains(part, StringComparison.Ordinal)))
        {
            Assert.True(await written.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), $"Not logged: {part}");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lines.Enqueue(formatter(state, exception));
        if (logLevel >= LogLevel.Warning)
        {
            Warnings.Enqueue(formatter(state, exception));
        }

        written.Release();
    }

    public void Dispose() => written.Dispose();
}
