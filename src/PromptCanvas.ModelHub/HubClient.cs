using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PromptCanvas.ModelHub;

/// <summary>Reads repositories of a hub that speaks Hugging Face's protocol.</summary>
public sealed partial class HubClient : IDisposable
{
    // A listing of a repository with thousands of files has about a megabyte.
    private const int MostListingBytes = 32 << 20;

    // An index or configuration.
    private const int MostTextBytes = 4 << 20;

    private readonly HttpMessageInvoker http;
    private readonly HubTransport transport;

    /// <param name="handler">Null = the system's network; it must not follow redirects by itself.</param>
    public HubClient(HubSettings settings, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings;
        http = new HttpMessageInvoker(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = settings.Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        transport = new HubTransport(http, settings);
    }

    public HubSettings Settings { get; }

    /// <summary>A repository's files, with sizes and checksums.</summary>
    /// <param name="repository">OWNER/REPO.</param>
    /// <param name="revision">A branch, tag or commit.</param>
    /// <exception cref="ModelHubException">There is no such repository, or the hub gives no answer that can be used.</exception>
    public async Task<HubRepository> DescribeAsync(string repository, string revision, CancellationToken cancellationToken)
    {
        ThrowIfInvalid(repository, revision);
        var address = new Uri(Settings.Address, $"api/models/{repository}/revision/{Uri.EscapeDataString(revision)}?blobs=true");
        var body = await ReadAsync(address, repository, MostListingBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(body);
            return RepositoryListing.Read(repository, document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelHubException($"{repository}: what {Settings.Address.Host} answered is no listing of a model. Check Models:Hub.", fault);
        }
    }

    /// <summary>Reads a small file whole.</summary>
    /// <exception cref="ModelHubException">The hub refuses it, or it is large.</exception>
    public Task<byte[]> ReadTextAsync(HubRepository repository, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return ReadAsync(AddressOf(repository.Name, repository.Commit, path), $"{repository.Name}/{path}", MostTextBytes, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Opens a file at a position.</summary>
    /// <param name="first">The first byte wanted.</param>
    /// <param name="end">One past the last.</param>
    internal Task<HttpResponseMessage> OpenAsync(string repository, string commit, string path, long first, long end, CancellationToken cancellationToken) =>
        transport.SendAsync(AddressOf(repository, commit, path), $"{repository}/{path}", new RangeHeaderValue(first, end - 1), cancellationToken);

    /// <summary>Repeats what fails in passing.</summary>
    /// <exception cref="ModelHubException">It failed each time.</exception>
    internal async Task RepeatAsync(string what, Func<CancellationToken, ValueTask> attempt, CancellationToken cancellationToken)
    {
        try
        {
            await transport.Downloads.ExecuteAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
        catch (PassingFaultException fault)
        {
            throw new ModelHubException($"{what}: {fault.Message} What is downloaded so far is kept; run it again to go on.", fault);
        }
    }

    private Uri AddressOf(string repository, string commit, string path) =>
        new(Settings.Address, $"{repository}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private async Task<byte[]> ReadAsync(Uri address, string what, int most, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.LookUps.ExecuteAsync(async cancelled => await ReadOnceAsync(address, what, most, cancelled).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (PassingFaultException fault)
        {
            throw new ModelHubException($"{what}: {fault.Message} Try again later, or check Models:Hub, now {Settings.Address}.", fault);
        }
    }

    private async Task<byte[]> ReadOnceAsync(Uri address, string what, int most, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(address, what, null, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.PartialContent
            ? throw new ModelHubException($"{what}: the hub sent only a part. Check Models:Hub.")
            : await BodyReader.ReadAsync(response, most, what, Settings, cancellationToken).ConfigureAwait(false);
    }

    private static void ThrowIfInvalid(string repository, string revision)
    {
        if (!RepositoryName().IsMatch(repository))
        {
            throw new ModelHubException($"'{repository}' is no repository: write OWNER/REPO, such as kakaobrain/karlo-v1-alpha.");
        }

        if (!RevisionName().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ModelHubException($"'{revision}' is no revision: give a branch, a tag or a commit.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\z")]
    private static partial Regex RevisionName();
}
