using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Tests.Shared.ModelHub;

/// <summary>A request as the hub saw it.</summary>
public sealed record HubRequest(string Host, string Path, string? Authorization, string? Range);

/// <summary>A hub that speaks Hugging Face's protocol: listing, files behind redirects, large ones on another host, ranges; and that can misbehave.</summary>
public sealed class HubServer : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication app;
    private readonly Dictionary<string, Dictionary<string, (byte[] Bytes, bool Large)>> repositories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> blobs = new(StringComparer.Ordinal);
    private int faults;

    private HubServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Use(ObserveAsync);
        app.MapGet("/api/models/{owner}/{name}/revision/{revision}", Describe);
        app.MapGet("/{owner}/{name}/resolve/{commit}/{**path}", Resolve);
        app.MapGet("/api/resolve-cache/{owner}/{name}/{**path}", SmallAsync);
        app.MapGet("/store/{sha}", LargeAsync);
    }

    public ConcurrentQueue<HubRequest> Requests { get; } = new();

    public Uri Address => new(app.Urls.Single());

    /// <summary>The token that every repository asks for; null = none.</summary>
    public string? Token { get; set; }

    /// <summary>Whether the terms of every repository have to be accepted first.</summary>
    public bool IsGated { get; set; }

    /// <summary>The licence on every card.</summary>
    public string? Licence { get; set; } = "apache-2.0";

    /// <summary>Whether large files come whole, whatever was asked for.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>Bytes of a large file after which the line is cut; each cut counts down <see cref="Faults"/>.</summary>
    public int? CutAfter { get; set; }

    /// <summary>Whether a cut resets the connection; else the body just ends early.</summary>
    public bool CutsHard { get; set; }

    /// <summary>Answers 429 instead of large files, with this wait in seconds; each counts down <see cref="Faults"/>.</summary>
    public int? BusySeconds { get; set; }

    /// <summary>Changes a byte of each large file; each counts down <see cref="Faults"/>.</summary>
    public bool Damages { get; set; }

    /// <summary>How often it misbehaves.</summary>
    public int Faults
    {
        get => faults;
        set => faults = value;
    }

    /// <summary>Where large files are redirected to; null = this server under another host name.</summary>
    public Uri? Store { get; set; }

    /// <summary>Completes before each large file's first byte.</summary>
    public Func<string, Task> Gate { get; set; } = _ => Task.CompletedTask;

    public static async Task<HubServer> StartAsync()
    {
        var server = new HubServer();
        await server.app.StartAsync();
        return server;
    }

    public HubServer Add(string repository, string path, byte[] bytes, bool isLarge)
    {
        if (!repositories.TryGetValue(repository, out var files))
        {
            repositories[repository] = files = new(StringComparer.Ordinal);
        }

        files[path] = (bytes, isLarge);
        if (isLarge)
        {
            blobs[Sha256(bytes)] = bytes;
        }

        return this;
    }

    public HubServer Add(string repository, string path, string text) => Add(repository, path, Encoding.UTF8.GetBytes(text), isLarge: false);

    /// <summary>Adds a folder's files below a path; weights are large.</summary>
    public HubServer AddFolder(string repository, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            Add(repository, Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file), file.EndsWith(".safetensors", StringComparison.Ordinal));
        }

        return this;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private Task ObserveAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        Requests.Enqueue(new HubRequest(context.Request.Host.Host, context.Request.Path, (string?)headers.Authorization, (string?)headers.Range));
        return next(context);
    }

    private IResult Describe(string owner, string name, string revision, HttpContext context)
    {
        if (Refuse(context, $"{owner}/{name}", out var files) is { } refusal)
        {
            return refusal;
        }

        if (revision is not ("main" or Commit))
        {
            context.Response.Headers["X-Error-Code"] = "RevisionNotFound";
            return Results.NotFound();
        }

        return Results.Json(new
        {
            id = $"{owner}/{name}",
            sha = Commit,
            tags = Licence is null ? Array.Empty<string>() : [$"license:{Licence}"],
            cardData = Licence is null ? null : new { license = Licence },
            siblings = files!.Select(file => new
            {
                rfilename = file.Key,
                size = file.Value.Bytes.Length,
                blobId = GitBlob(file.Value.Bytes),
                lfs = file.Value.Large ? new { sha256 = Sha256(file.Value.Bytes), size = file.Value.Bytes.Length, pointerSize = 134 } : null,
            }),
        });
    }

    private IResult Resolve(string owner, string name, string path, HttpContext context)
    {
        if (Refuse(context, $"{owner}/{name}", out var files) is { } refusal)
        {
            return refusal;
        }

        if (!files!.TryGetValue(path, out var file))
        {
            context.Response.Headers["X-Error-Code"] = "EntryNotFound";
            return Results.NotFound();
        }

        return file.Large
            ? Results.Redirect(new Uri(Store ?? new Uri($"http://localhost:{Address.Port}"), $"/store/{Sha256(file.Bytes)}?Signature=abc").AbsoluteUri)
            : Results.Redirect($"/api/resolve-cache/{owner}/{name}/{path}", permanent: false, preserveMethod: true);
    }

    private IResult SmallAsync(string owner, string name, string path, HttpContext context) =>
        Refuse(context, $"{owner}/{name}", out var files) ?? Results.Bytes(files![path].Bytes, enableRangeProcessing: true);

    private async Task LargeAsync(string sha, HttpContext context)
    {
        var bytes = blobs[sha];
        await Gate(sha).WaitAsync(context.RequestAborted);
        if (BusySeconds is { } seconds && Interlocked.Decrement(ref faults) >= 0)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return;
        }

        if (Damages && Interlocked.Decrement(ref faults) >= 0)
        {
            bytes = [.. bytes];
            bytes[0] ^= 1;
        }

        var (first, end) = IgnoresRanges ? (0, bytes.Length) : RangeOf(context, bytes.Length);
        context.Response.StatusCode = IgnoresRanges ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        if (!IgnoresRanges)
        {
            context.Response.Headers.ContentRange = $"bytes {first}-{end - 1}/{bytes.Length}";
        }

        if (CutAfter is { } most && most < end - first && Interlocked.Decrement(ref faults) >= 0)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(first, most));
            await context.Response.Body.FlushAsync();
            if (CutsHard)
            {
                context.Abort();
            }

            return;
        }

        context.Response.ContentLength = end - first;
        await context.Response.Body.WriteAsync(bytes.AsMemory(first, end - first));
    }

    private static (int First, int End) RangeOf(HttpContext context, int length)
    {
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single();
        return range is null ? (0, length) : ((int)range.From!.Value, (int)Math.Min(range.To!.Value + 1, length));
    }

    private IResult? Refuse(HttpContext context, string repository, out Dictionary<string, (byte[] Bytes, bool Large)>? files)
    {
        var known = repositories.TryGetValue(repository, out files);
        var allowed = Token is null || context.Request.Headers.Authorization == $"Bearer {Token}";
        if (known && allowed && !IsGated)
        {
            return null;
        }

        // The hub does not tell strangers whether a repository exists.
        context.Response.Headers["X-Error-Code"] = known && IsGated ? "GatedRepo" : "RepoNotFound";
        return Results.StatusCode(known && IsGated ? StatusCodes.Status403Forbidden : allowed && Token is not null ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized);
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "Git's name of a file.")]
    private static string GitBlob(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
}
