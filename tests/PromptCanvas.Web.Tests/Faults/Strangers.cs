using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Security.Texts;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>People and programs that use a studio in every way at once, some of them badly.</summary>
/// <param name="studio">The process they use.</param>
/// <param name="members">Members' credentials; each kind of use takes its own person.</param>
/// <param name="stop">Ends them.</param>
internal sealed partial class Strangers(StudioProcess studio, IReadOnlyList<SomebodyInTest> members, CancellationToken stop) : IDisposable
{
    /// <summary>The number of members that they need.</summary>
    public const int Members = 6;

    private const int Lines = 60;
    private const int StreamsOfALine = 4;
    private const int Readers = 8;
    private const int Crumb = 512;

    // Longer waits that a limit asks for are ignored, as a stranger would.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenCrumbs = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly Random random = new(16);
    private readonly HttpClient[] clients = [.. members.Select(member => studio.Client(member.Key))];
    private readonly HttpClient anonymous = studio.Client(null);
    private readonly ConcurrentQueue<Guid> pictures = [];

    /// <summary>Server errors; a studio that is full says so with 503 and Retry-After, which is none.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>Counts of the actions and their responses.</summary>
    public string Summary => string.Join(", ", answers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));

    /// <summary>How often something was done, by its name in the summary.</summary>
    public int CountOf(string what) => answers.GetValueOrDefault(what);

    public Task RunAsync() => Task.WhenAll(
    [
        RepeatAsync("user", () => UseAsync(clients[0])),
        RepeatAsync("user", () => UseAsync(clients[1])),
        RepeatAsync("cancel", () => CancelAsync(clients[2])),
        RepeatAsync("upload", () => UploadAsync(clients[3])),
        RepeatAsync("nonsense", () => WriteNonsenseAsync(clients[3])),
        RepeatAsync("line", () => FloodWithLinesAsync(members[4].Key)),
        RepeatAsync("events", () => FloodWithEventsAsync(clients[4])),
        RepeatAsync("key", RevokeAsync),
        .. Enumerable.Range(0, Readers).Select(_ => RepeatAsync("slow", () => ReadSlowlyAsync(clients[0]))),
    ]);

    public void Dispose()
    {
        Array.ForEach(clients, client => client.Dispose());
        anonymous.Dispose();
    }

    // A line that is cut, refused or left is part of the game; a studio that is gone is seen afterwards.
    private async Task RepeatAsync(string kind, Func<Task> act)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await act();
                Count($"{kind} done");
            }
            catch (Exception fault) when (EndsALine(fault))
            {
                Count(stop.IsCancellationRequested ? $"{kind} left" : $"{kind} {fault.GetType().Name}");
            }

            await Task.Delay(Breath, TimeProvider.System, CancellationToken.None);
        }
    }

    // The hub's client reports the refusals of all its transports together.
    private static bool EndsALine(Exception fault) => fault is AggregateException all
        ? all.Flatten().InnerExceptions.All(EndsALine)
        : fault is HttpRequestException or IOException or WebSocketException or HubException or InvalidOperationException or OperationCanceledException or TransportFailedException;

    /// <summary>Makes pictures, watches them, and reads one.</summary>
    private async Task UseAsync(HttpClient client)
    {
        if (await StartAsync(client, random.Next(1, 3), random.Next(4) == 0 ? 256 : 64) is not { } job)
        {
            return;
        }

        using var events = await SendAsync(client, HttpMethod.Get, $"/api/jobs/{job}/events");
        await using var stream = await events.Content.ReadAsStreamAsync(stop);
        await stream.CopyToAsync(Stream.Null, stop);
        foreach (var picture in await PicturesAsync(client, job))
        {
            using var bytes = await SendAsync(client, HttpMethod.Get, $"/api/images/{picture}/content");
            await bytes.Content.ReadAsByteArrayAsync(stop);
            using var small = await SendAsync(client, HttpMethod.Get, $"/api/images/{picture}/thumbnail");
            pictures.Enqueue(picture);
        }
    }

    private async Task CancelAsync(HttpClient client)
    {
        if (await StartAsync(client, 4, 1024) is { } job)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1500)), stop);
            using var answer = await SendAsync(client, HttpMethod.Delete, $"/api/jobs/{job}");
        }
    }

    private async Task UploadAsync(HttpClient client)
    {
        var side = random.Next(64, 2000);
        var png = TestPictures.Png(side, side);
        var sent = random.Next(3) switch { 0 => png[..(png.Length / 2)], 1 => Encoding.UTF8.GetBytes("<svg/>"), _ => png };
        using var form = new MultipartFormDataContent { { new ByteArrayContent(sent), "file", "a.png" } };
        using var answer = await SendAsync(client, HttpMethod.Post, "/api/uploads", form);
    }

    private async Task WriteNonsenseAsync(HttpClient client)
    {
        var text = NastyTexts.All[random.Next(NastyTexts.All.Count)];
        using var job = new StringContent($$"""{ "kind": "generate", "count": 1, "size": 64, "prompt": {{NastyTexts.Json(text)}} }""", Encoding.UTF8, "application/json");
        using var ofApi = await SendAsync(client, HttpMethod.Post, "/api/jobs", job);
        using var picture = new StringContent($$"""{ "prompt": "", "user": {{NastyTexts.Json(text)}} }""", Encoding.UTF8, "application/json");
        using var ofOpenAi = await SendAsync(client, HttpMethod.Post, "/v1/images/generations", picture);
        foreach (var address in (string[])["/sign-in?returnUrl=", "/join?token=", "/s/", "/api/jobs?x="])
        {
            using var page = await SendAsync(anonymous, HttpMethod.Get, address + Uri.EscapeDataString(text) + (random.Next(2) == 0 ? "%FF" : ""));
        }

        using var signIn = await anonymous.SendFormAsync("/sign-in", "sign-in", ("Form.Email", text), ("Form.Password", text));
        Note(HttpMethod.Post, "/sign-in", signIn);
    }

    private async Task FloodWithLinesAsync(string key)
    {
        var lines = await Task.WhenAll(Enumerable.Range(0, Lines).Select(_ => OpenLineAsync(key)));
        await Task.Delay(Held, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Task.WhenAll(lines.OfType<HubConnection>().Select(line => line.DisposeAsync().AsTask()));
    }

    private async Task<HubConnection?> OpenLineAsync(string key)
    {
        try
        {
            var line = await studio.WatchAsync(key);
            for (var stream = 0; stream < StreamsOfALine; stream++)
            {
                // These responses are deliberately not read.
                _ = await line.StreamAsChannelAsync<object>("WatchQueue", stop);
            }

            Count("line opened");
            return line;
        }
        catch (Exception fault) when (EndsALine(fault))
        {
            Count($"line {(fault as HttpRequestException)?.StatusCode?.ToString() ?? fault.GetType().Name}");
            return null;
        }
    }

    private async Task FloodWithEventsAsync(HttpClient client)
    {
        if (await StartAsync(client, 2, 256) is not { } job)
        {
            return;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, Lines).Select(_ => SendAsync(client, HttpMethod.Get, $"/api/jobs/{job}/events")));
        await Task.Delay(Held, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Array.ForEach(answers, answer => answer.Dispose());
        using var cancelled = await SendAsync(client, HttpMethod.Delete, $"/api/jobs/{job}");
    }

    private async Task ReadSlowlyAsync(HttpClient client)
    {
        if (!pictures.TryDequeue(out var picture))
        {
            return;
        }

        pictures.Enqueue(picture);

        using var answer = await SendAsync(client, HttpMethod.Get, $"/api/images/{picture}/content?download=true");
        await using var bytes = await answer.Content.ReadAsStreamAsync(stop);
        var crumb = new byte[Crumb];
        while (await bytes.ReadAsync(crumb, stop) > 0)
        {
            await Task.Delay(BetweenCrumbs, stop);
        }
    }

    /// <summary>Makes a key on the page, opens a connection with it, revokes it, and uses it again.</summary>
    private async Task RevokeAsync()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        handler.CookieContainer.SetCookies(studio.Address, members[5].Cookie);
        using var browser = new HttpClient(handler) { BaseAddress = studio.Address };
        using var made = await browser.SendFormAsync("/account/keys", "new-key", ("New.Name", "stranger"), ("New.Scopes", "read"), ("New.Days", "30"));
        Note(HttpMethod.Post, "/account/keys", made);
        var page = await made.TextAsync();
        if (Secret().Match(page) is not { Success: true } key)
        {
            return;
        }

        await using var line = await OpenLineAsync(key.Groups[1].Value);
        foreach (var handle in Revoke().Matches(page).Select(match => match.Groups[1].Value))
        {
            using var revoked = await browser.SendFormAsync("/account/keys", handle);
            Note(HttpMethod.Post, "/account/keys", revoked);
        }

        using var client = studio.Client(key.Groups[1].Value);
        using var refused = await SendAsync(client, HttpMethod.Get, "/api/jobs");
        if (refused.IsSuccessStatusCode)
        {
            Faults.Enqueue("A revoked key was accepted.");
        }

        Count("key revoked");
    }

    private async Task<Guid?> StartAsync(HttpClient client, int count, int size)
    {
        using var content = JsonContent.Create(new { kind = "generate", prompt = "a red cube on top of a blue cube", count, size });
        using var answer = await SendAsync(client, HttpMethod.Post, "/api/jobs", content);
        if (answer.IsSuccessStatusCode)
        {
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("id").GetGuid();
        }

        await Task.Delay(answer.Headers.RetryAfter?.Delta is { } wait && wait < LongestWait ? wait : LongestWait, stop);
        return null;
    }

    private async Task<List<Guid>> PicturesAsync(HttpClient client, Guid job)
    {
        using var answer = await SendAsync(client, HttpMethod.Get, $"/api/jobs/{job}");
        return !answer.IsSuccessStatusCode ? [] :
        [
            .. (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("images").EnumerateArray()
                .Where(image => image.GetProperty("state").GetString() == "done").Select(image => image.GetProperty("id").GetGuid()),
        ];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        Note(method, path, answer);
        return answer;
    }

    private void Note(HttpMethod method, string path, HttpResponseMessage answer)
    {
        Count($"{(int)answer.StatusCode}");
        if (answer.StatusCode >= HttpStatusCode.InternalServerError && !(answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null))
        {
            Faults.Enqueue($"{method} {path} → {(int)answer.StatusCode}");
        }
    }

    private void Count(string what) => answers.AddOrUpdate(what, 1, (_, count) => count + 1);

    [GeneratedRegex("data-secret>(pc_[^<]+)<")]
    private static partial Regex Secret();

    [GeneratedRegex("""name="_handler" value="(revoke-[^"]+)""")]
    private static partial Regex Revoke();
}
