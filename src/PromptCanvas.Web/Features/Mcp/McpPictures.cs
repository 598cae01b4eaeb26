using ModelContextProtocol.Protocol;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary>Describes jobs and pictures in the results of tools.</summary>
internal sealed class McpPictures(IPictureStore store, IPictureQueries pictures)
{
    /// <summary>The beginning of a picture's address; its id follows.</summary>
    public const string Scheme = "promptcanvas://pictures/";

    // A WebP has a tenth of the PNG's size; models read pictures in base64.
    private const int Quality = 85;

    /// <summary>The state of a job and its finished pictures, each small and with the address of the full one.</summary>
    public async Task<CallToolResult> DescribeAsync(JobView job, CancellationToken cancellationToken)
    {
        var content = new List<ContentBlock> { new TextContentBlock { Text = Words(job) } };
        foreach (var picture in job.Images.Where(picture => picture is { State: JobPictureState.Done, ImageId: not null }))
        {
            if (await store.OpenAsync(picture.ImageId!.Value, PictureFormat.WebP, Quality, null, cancellationToken) is not { } small)
            {
                continue;
            }

            await using var stream = small.Stream;
            var bytes = new byte[small.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            content.Add(ImageContentBlock.FromBytes(bytes, small.ContentType));
            content.Add(Link(picture.ImageId.Value, $"{job.Prompt} (seed {picture.Seed})"));
        }

        return new CallToolResult { Content = content, IsError = job.State is JobState.Failed or JobState.Rejected };
    }

    /// <summary>The address of a picture that can be read as a resource.</summary>
    public static ResourceLinkBlock Link(Guid imageId, string description) => new()
    {
        Uri = $"{Scheme}{imageId}",
        Name = imageId.ToString(),
        Description = description,
        MimeType = "image/png",
    };

    /// <summary>The bytes of a picture; null if the actor may not see it.</summary>
    public async Task<byte[]?> ReadAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        if (await pictures.FindPictureAsync(actor, imageId, cancellationToken) is null || await store.OpenContentAsync(imageId, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        var bytes = new byte[content.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static string Words(JobView job)
    {
        var done = job.Images.Count(picture => picture.State == JobPictureState.Done);
        var state = job.State.ToString().ToLowerInvariant();
        var wait = job.State is JobState.Queued or JobState.Running ? $" Ask again with get_job{(job.EtaSeconds is { } seconds ? $" in about {Math.Ceiling(seconds):0} seconds" : "")}." : "";
        return $"Job {job.Id} is {state}: {done} of {job.Images.Count} pictures are finished.{(job.Error is null ? "" : $" {job.Error}")}{(job.Why is null ? "" : $" {job.Why.Sentence}")}{wait}";
    }
}
