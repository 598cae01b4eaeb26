using System.Security.Claims;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Queues API requests as ordinary jobs of the key's owner: private, tagged, and charged once however often the client retries.</summary>
internal sealed class ImageJobs(ISubmissions submissions, ImageOperations operations, IResponseDelivery delivery, WaitingClients lines, IOptions<OpenAiOptions> options)
{
    /// <summary>The tag of these pictures.</summary>
    public const string Tag = "API";

    // Clients retry within seconds, or after their timeout.
    private static readonly TimeSpan RetryWindow = TimeSpan.FromMinutes(20);

    /// <summary>Queues the job, or finds the one that an earlier attempt of the client queued, and registers the caller as waiting for it.</summary>
    /// <returns>The job, for which the caller must call <see cref="WaitingClients.LeaveAsync"/>; or why it is refused, and nothing is charged.</returns>
    public async Task<Result<Guid>> StartAsync(ImageRequest request, HttpContext context)
    {
        var actor = context.User.ToActor();
        var prefix = $"v1:{request.HashFor($"{context.User.FindFirstValue(StudioClaims.KeyId)} {context.Request.Headers.UserAgent}")}:";
        while (true)
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            if (!(await FindOrSubmitAsync(request, actor, prefix, context)).TryGet(out var jobId, out var refusal))
            {
                return refusal;
            }

            if (await lines.JoinAsync(jobId, context))
            {
                return jobId;
            }
        }
    }

    // Two equal requests are two jobs, unless the client marks the second as a retry, or the first lost its client a moment ago.
    private async Task<Result<Guid>> FindOrSubmitAsync(ImageRequest request, Actor actor, string prefix, HttpContext context)
    {
        var key = prefix + Guid.NewGuid().ToString("N");
        if (ClientRetry.KeyOf(context.Request) is { } clientsKey)
        {
            var known = await delivery.FindByKeyAsync(actor, prefix + clientsKey, context.RequestAborted);
            if (known.Standing is { } standing)
            {
                return standing;
            }

            // Concurrent requests with the same key see the same number of ended jobs, so they compute the same idempotency key.
            key = prefix + clientsKey + (known.Ended == 0 ? "" : $".{known.Ended}");
        }
        else if (ClientRetry.IsMarked(context.Request) || lines.HasAbandoned)
        {
            var unanswered = await delivery.FindOpenAsync(actor, prefix, RetryWindow, context.RequestAborted);
            var adoptable = ClientRetry.IsMarked(context.Request) ? unanswered : [.. unanswered.Where(lines.IsAbandoned)];
            if (adoptable.Count > 0)
            {
                // Of several candidates take the one without waiting clients: its connection was lost.
                return adoptable.MinBy(lines.CountOf);
            }
        }

        return await SubmitAsync(request, actor, key, context.RequestAborted);
    }

    private async Task<Result<Guid>> SubmitAsync(ImageRequest request, Actor actor, string key, CancellationToken cancellationToken)
    {
        var kept = new List<Guid>();
        try
        {
            if (!(await operations.ReadAsync(request, actor, kept, cancellationToken)).TryGet(out var operation, out var refusal))
            {
                return refusal;
            }

            // Do not cancel halfway: if the client disconnects now, the job exists and can be cancelled.
            return await submissions.SubmitAsync(JobOf(request, actor, key, operation), CancellationToken.None);
        }
        finally
        {
            if (kept.Count > 0)
            {
                await operations.DropUnusedAsync(actor, kept);
            }
        }
    }

    private NewJob JobOf(ImageRequest request, Actor actor, string key, JobOperation operation) => new()
    {
        IdempotencyKey = key,
        PersonId = actor.PersonId,
        Role = actor.Role,
        // A text-guided change has its text in the operation.
        Prompt = operation is TextDifferenceOperation ? "" : request.Prompt,
        Operation = operation,
        Count = request.Count,

        // An edit takes the size of its source, which was already resized to the requested size.
        Size = operation is EditOperation ? null : request.Size.MadeSide,
        Model = request.Model,
        Style = request.Style,
        Visibility = Visibilities.Private,
        Tag = Tag,

        // Streaming requests may wait longer, because their bytes keep the connection alive.
        Patience = request.Streams ? null : options.Value.Patience,
        EndUser = request.User,
    };
}
