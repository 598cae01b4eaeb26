using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>The page Create with its circuit, as a browser opens it, without a browser: it takes every render batch, acknowledges it and draws nothing.</summary>
internal sealed partial class BlazorPage : IAsyncDisposable
{
    // The button that shows and hides more settings: a click changes this page alone.
    private const string ButtonAttribute = "aria-controls";
    private const string ButtonValue = "composer-more";
    private const string Click = """{"detail":1,"button":0,"buttons":0,"type":"click"}""";
    private const int ObjectReference = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the page's scripts answer where the page needs a value.</summary>
    private static readonly Dictionary<string, string> Answers = new()
    {
        ["takeDraft"] = """{"prompt":null,"seed":"","drafts":false}""",
        ["minutesFromUtc"] = "0",
    };

    private readonly HubConnection line;
    private readonly TaskCompletionSource<ulong> button = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> renderer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> calls = new();
    private int objects;
    private int batches;
    private int clicks;

    private BlazorPage(HubConnection line)
    {
        this.line = line;
        line.On<long, string, string, int, long, int>("JS.BeginInvokeJS", (handle, name, arguments, result, _, _) => AnswerAsync(handle, name, arguments, result));
        line.On<string, bool, string>("JS.EndInvokeDotNet", (call, isDone, _) =>
        {
            if (calls.TryRemove(call, out var waiting))
            {
                waiting.TrySetResult(isDone);
            }
        });
        line.On<long, byte[]>("JS.RenderBatch", (id, batch) =>
        {
            Interlocked.Increment(ref batches);
            if (!button.Task.IsCompleted && new RenderBatchReader(batch).FindClick(ButtonAttribute, ButtonValue) is > 0 and var handler)
            {
                button.TrySetResult(handler);
            }

            return line.SendAsync("OnRenderCompleted", id, null);
        });
        line.On<string>("JS.Error", error =>
        {
            var fault = new InvalidOperationException($"A page of the benchmark failed: {error}");
            button.TrySetException(fault);
            calls.Values.ToList().ForEach(call => call.TrySetException(fault));
        });
    }

    /// <summary>Loads the page, starts its circuit, and waits until its button can be pressed.</summary>
    public static async Task<BlazorPage> OpenAsync(Uri address, CookieContainer cookies, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { CookieContainer = cookies };
        using var browser = new HttpClient(handler) { BaseAddress = address };
        var html = await browser.GetStringAsync(address, cancellationToken).ConfigureAwait(false);
        var state = State().Match(html).Groups[1].Value;
        var operations = Markers().Matches(html).Select(match => match.Groups[1].Value).Where(marker => marker.Contains("\"descriptor\"", StringComparison.Ordinal))
            .Select((marker, number) => $$"""{"type":"add","ssrComponentId":{{(number + 1).ToString(CultureInfo.InvariantCulture)}},"marker":{{marker}}}""");
        var builder = new HubConnectionBuilder().WithUrl(new Uri(address, "_blazor"), options => options.Cookies = cookies);
        builder.Services.AddSingleton<IHubProtocol>(new BlazorPack());
        var page = new BlazorPage(builder.Build());
        await page.line.StartAsync(cancellationToken).ConfigureAwait(false);
        await page.line.InvokeAsync<string>("StartCircuit", address.ToString(), address.ToString(), "[]", state, cancellationToken).ConfigureAwait(false);
        await page.line.SendAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state, cancellationToken).ConfigureAwait(false);
        await page.button.Task.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <summary>Presses the button.</summary>
    /// <returns>Milliseconds until the page has its changes and the call has ended.</returns>
    public async Task<double> ClickAsync(CancellationToken cancellationToken)
    {
        var call = (++clicks).ToString(CultureInfo.InvariantCulture);
        var done = calls[call] = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = await button.Task.ConfigureAwait(false);
        var arguments = string.Create(CultureInfo.InvariantCulture, $$"""[{"eventHandlerId":{{handler}},"eventName":"click","eventFieldInfo":null},{{Click}}]""");
        var target = await renderer.Task.ConfigureAwait(false);
        var before = Volatile.Read(ref batches);
        var began = Stopwatch.GetTimestamp();
        await line.SendAsync("BeginInvokeDotNetFromJS", call, null, "DispatchEventAsync", target, arguments, cancellationToken).ConfigureAwait(false);
        var isDone = await done.Task.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        var time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;

        // The call's end follows the batch on the same line.
        return isDone && Volatile.Read(ref batches) > before ? time : throw new InvalidOperationException("A click of the benchmark changed nothing.");
    }

    public ValueTask DisposeAsync() => line.DisposeAsync();

    private async Task AnswerAsync(long handle, string name, string arguments, int result)
    {
        if (name.EndsWith("attachWebRendererInterop", StringComparison.Ordinal))
        {
            using var parsed = JsonDocument.Parse(arguments);
            renderer.TrySetResult(parsed.RootElement[1].GetProperty("__dotNetObject").GetInt64());
        }

        if (handle > 0)
        {
            var value = result == ObjectReference ? $$"""{"__jsObjectId":{{(++objects).ToString(CultureInfo.InvariantCulture)}}}""" : Answers.GetValueOrDefault(name, "null");
            await line.SendAsync("EndInvokeJSFromDotNet", handle, true, string.Create(CultureInfo.InvariantCulture, $"[{handle},true,{value}]")).ConfigureAwait(false);
        }
    }

    [GeneratedRegex("<!--Blazor:({.*?})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
