using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>A studio in a real process that tests kill, stop and continue.</summary>
internal sealed class ChaosProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process process;
    private readonly Channel<string> answers = Channel.CreateUnbounded<string>();

    private ChaosProcess(Process process) => this.process = process;

    private readonly ConcurrentQueue<string> errors = new();

    public bool HasExited => process.HasExited;

    /// <summary>Whether the studio has started.</summary>
    public bool IsReady { get; private set; }

    /// <summary>What it said before it ended.</summary>
    public string Errors => string.Join('\n', errors);

    /// <summary>Starts a process; it is not ready yet.</summary>
    public static ChaosProcess Begin(string folder, IReadOnlyDictionary<string, string?> settings, string? failpoints = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Data__Folder"] = folder, ["Data__ReserveMegabytes"] = "0", [Failpoints.Variable] = failpoints ?? "", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "..", "..", "PromptCanvas.ChaosHost", "debug", "PromptCanvas.ChaosHost.dll"));
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var chaos = new ChaosProcess(Process.Start(start)!);
        chaos.process.ErrorDataReceived += (_, line) => chaos.errors.Enqueue(line.Data ?? "");
        chaos.process.BeginErrorReadLine();
        _ = chaos.ReadAsync();
        return chaos;
    }

    /// <summary>Waits until it is ready; a failpoint may end it earlier.</summary>
    public async Task<ChaosProcess> StartedAsync()
    {
        if (await AnswerAsync() is { } first)
        {
            Assert.Equal("ready", first);
            IsReady = true;
        }

        return this;
    }

    /// <summary>Sends one command and returns its answer.</summary>
    /// <returns>Null if the process died before it answered.</returns>
    public async Task<string?> OrderAsync(string order)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(order);
            await process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            return null;
        }

        return await AnswerAsync();
    }

    public Task<string?> SubmitAsync(string key, Guid person, string prompt, int count = 2) => OrderAsync($"submit {key} {person} {count} {prompt}");

    public void Kill() => process.Kill();

    public void Terminate() => Signal("TERM");

    public void Stop() => Signal("STOP");

    public void Continue() => Signal("CONT");

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            answers.Writer.TryWrite(line);
        }

        answers.Writer.TryComplete();
    }

    private async Task<string?> AnswerAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return await answers.Reader.WaitToReadAsync(patience.Token) && answers.Reader.TryRead(out var line) ? line : null;
    }
}
