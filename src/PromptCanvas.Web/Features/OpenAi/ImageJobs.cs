using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Options;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Uploads;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>What programs ask for, as ordinary jobs of the key's owner: private, marked, charged once however often a client asks again.</summary>
internal sealed class ImageJobs(IJobQueries jobs, ISubmissions submissions, ISquareUploads uploads, IOptions<OpenAiOptions> options)
{
    /// <summary>How such pictures are marked.</summary>
    public const string Tag = "API";

    private const string RetryHeader = "x-stainless-retry-count";
    private const string KeyHeader = "Idempotency-Key";
    private const int KeyPartLength = 32;

    // A client's own retries come within seconds, or after its patience.
    private static readonly TimeSpan RetryWindow = TimeSpan.FromMinutes(20);

    /// <summary>Queues the job, or finds the one that a client's earlier attempt queued.</summary>
    /// <exception cref="OpenAiException">It is refused; nothing is charged.</exception>
    public async Task<JobView> StartAsync(ImageRequest request, HttpContext context, CancellationToken cancellationToken)
    {
        var viewer = context.User.ToViewer();
        var prefix = $"v1:{request.HashFor(context.User.FindFirstValue(StudioClaims.KeyId) ?? "")}:";
        var key = prefix + (ClientsKey(context.Request) ?? Guid.NewGuid().ToString("N"));
        if (await EarlierAsync(context.Request, viewer, prefix, key, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        var submitted = await submissions.SubmitAsync(await JobOfAsync(request, viewer, key, cancellationToken), cancellationToken);
        if (!submitted.TryGet(out var id, out var refusal))
        {
            throw new OpenAiException(OpenAiFaults.Of(refusal));
        }

        // Somebody who hangs up now is answered by the wait for the job.
        return await jobs.FindAsync(viewer, id, CancellationToken.None) ?? throw new OpenAiException(OpenAiFaults.Inside);
    }

    private static string? ClientsKey(HttpRequest request) => request.Headers[KeyHeader].ToString() is { Length: > 0 } key
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..KeyPartLength]
        : null;

    // The same request twice is two requests, unless the client says that it asks again.
    private async Task<JobView?> EarlierAsync(HttpRequest request, Viewer viewer, string prefix, string key, CancellationToken cancellationToken)
    {
        var hasKey = request.Headers.ContainsKey(KeyHeader);
        var isRetry = int.TryParse(request.Headers[RetryHeader], out var retries) && retries > 0;
        if (!hasKey && !isRetry)
        {
            return null;
        }

        var found = await jobs.FindByKeyAsync(viewer, hasKey ? key : prefix, RetryWindow, cancellationToken);
        return found is { } id && await jobs.FindAsync(viewer, id, cancellationToken) is { State: not (JobState.Failed or JobState.Cancelled) } job ? job : null;
    }

    private async Task<NewJob> JobOfAsync(ImageRequest request, Viewer viewer, string key, CancellationToken cancellationToken) => new()
    {
        IdempotencyKey = key,
        PersonId = viewer.PersonId,
        Role = viewer.Role,
        Prompt = request.Prompt,
        Material = await MaterialAsync(request, viewer, cancellationToken),
        Count = request.Count,

        // An edit has the size of its picture, which was brought to the size asked for.
        Size = request.Kind == JobKinds.Edit ? null : request.Size,
        Model = request.Model,
        Visibility = Visibilities.Private,
        Tag = Tag,

        // What is streamed may wait: its bytes keep the line open.
        Patience = request.Streams ? null : options.Value.Patience,
        EndUser = request.User,
    };

    private async Task<Material?> MaterialAsync(ImageRequest request, Viewer viewer, CancellationToken cancellationToken)
    {
        if (request.Image is null)
        {
            return null;
        }

        if (request.Kind == JobKinds.Vary)
        {
            return (await uploads.AddAsync(viewer, request.Image, cancellationToken)).TryGet(out var picture, out var refusal)
                ? new VaryMaterial(picture)
                : throw new OpenAiException(OpenAiFaults.Of(refusal));
        }

        return (await uploads.AddMaskedAsync(viewer, request.Image, request.Mask, request.Size, cancellationToken)).TryGet(out var masked, out var unusable)
            ? new EditMaterial(masked.Picture, masked.Mask)
            : throw new OpenAiException(OpenAiFaults.Of(unusable));
    }
}
