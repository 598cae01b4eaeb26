using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>What programs ask for, as ordinary jobs of the key's owner: private, marked, charged once however often a client asks again.</summary>
internal sealed class ImageJobs(ISubmissions submissions, ISquareUploads uploads, IResponseDelivery answers, WaitingClients lines, IOptions<OpenAiOptions> options)
{
    /// <summary>How such pictures are marked.</summary>
    public const string Tag = "API";

    private const string RetryHeader = "x-stainless-retry-count";
    private const string KeyHeader = "Idempotency-Key";
    private const int KeyPartLength = 32;

    // A client's own retries come within seconds, or after its patience.
    private static readonly TimeSpan RetryWindow = TimeSpan.FromMinutes(20);

    /// <summary>Queues the job, or finds the one that a client's earlier attempt queued, and joins those who hold the line for it.</summary>
    /// <returns>The job, whose line the caller leaves (<see cref="WaitingClients.LeaveAsync"/>).</returns>
    /// <exception cref="OpenAiException">It is refused; nothing is charged.</exception>
    public async Task<Guid> StartAsync(ImageRequest request, HttpContext context)
    {
        var actor = context.User.ToActor();
        var prefix = $"v1:{request.HashFor(context.User.FindFirstValue(StudioClaims.KeyId) ?? "")}:";
        while (true)
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            var jobId = await FindOrSubmitAsync(request, actor, prefix, context);
            if (await lines.JoinAsync(jobId))
            {
                return jobId;
            }
        }
    }

    private static string? ClientsKey(HttpRequest request) => request.Headers[KeyHeader].ToString() is { Length: > 0 } key
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..KeyPartLength]
        : null;

    private static bool IsRetry(HttpRequest request) => int.TryParse(request.Headers[RetryHeader], out var retries) && retries > 0;

    // The same request twice is two requests, unless the client says that it asks again.
    private async Task<Guid> FindOrSubmitAsync(ImageRequest request, Actor actor, string prefix, HttpContext context)
    {
        var key = prefix + Guid.NewGuid().ToString("N");
        if (ClientsKey(context.Request) is { } clientsKey)
        {
            var known = await answers.FindByKeyAsync(actor, prefix + clientsKey, context.RequestAborted);
            if (known.Standing is { } standing)
            {
                return standing;
            }

            // Who sends it twice at once counts the same ends, and so has the same key.
            key = prefix + clientsKey + (known.Ended == 0 ? "" : $".{known.Ended}");
        }
        else if (IsRetry(context.Request) && await answers.FindOpenAsync(actor, prefix, RetryWindow, context.RequestAborted) is { Count: > 0 } waiting)
        {
            // Of several the one that nobody waits for: that is whose line was cut.
            return waiting.MinBy(lines.CountOf);
        }

        return await SubmitAsync(request, actor, key, context.RequestAborted);
    }

    private async Task<Guid> SubmitAsync(ImageRequest request, Actor actor, string key, CancellationToken cancellationToken)
    {
        var kept = new List<Guid>();
        try
        {
            var job = JobOf(request, actor, key, await MaterialAsync(request, actor, kept, cancellationToken));

            // Not half: who hangs up now does so with a job that can be cancelled.
            return (await submissions.SubmitAsync(job, CancellationToken.None)).TryGet(out var id, out var refusal)
                ? id
                : throw new OpenAiException(OpenAiFaults.Of(refusal));
        }
        finally
        {
            if (kept.Count > 0)
            {
                await uploads.DropUnusedAsync(actor, kept, CancellationToken.None);
            }
        }
    }

    private NewJob JobOf(ImageRequest request, Actor actor, string key, Material? material) => new()
    {
        IdempotencyKey = key,
        PersonId = actor.PersonId,
        Role = actor.Role,
        Prompt = request.Prompt,
        Material = material,
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

    private async Task<Material?> MaterialAsync(ImageRequest request, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        if (request.Image is null)
        {
            return null;
        }

        if (request.Kind == JobKinds.Vary)
        {
            var picture = Kept(await uploads.AddAsync(actor, request.Image, cancellationToken));
            kept.Add(picture);
            return new VaryMaterial(picture);
        }

        var masked = Kept(await uploads.AddMaskedAsync(actor, request.Image, request.Mask, request.Size, cancellationToken));
        kept.AddRange([masked.Picture, masked.Mask]);
        return new EditMaterial(masked.Picture, masked.Mask);
    }

    private static T Kept<T>(Result<T> upload) => upload.TryGet(out var kept, out var refusal) ? kept : throw new OpenAiException(OpenAiFaults.Of(refusal));
}
