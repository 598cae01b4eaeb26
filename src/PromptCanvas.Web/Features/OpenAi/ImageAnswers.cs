using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Writes the response after the pictures are finished.</summary>
internal sealed class ImageAnswers(JobWait wait, IResponseDelivery delivery, SignedPictures signed, PictureBytes bytes)
{
    /// <returns>Refused if the job made no picture.</returns>
    public async Task<Result> WriteAsync(ImageRequest request, Guid jobId, Actor actor, HttpContext context)
    {
        if (!(await WaitAsync(jobId, actor, context)).TryGet(out var job, out var unfinished))
        {
            return unfinished;
        }

        if (!(await BodyAsync(request, job, actor, context)).TryGet(out var body, out var refusal))
        {
            // The error is the delivered response; a retry starts a new job.
            await delivery.MarkDeliveredAsync(jobId, isOut: true, CancellationToken.None);
            return refusal;
        }

        await TypedResults.Json(body).ExecuteAsync(context);
        await context.Response.Body.FlushAsync(context.RequestAborted);

        // Mark before the body ends, which happens when this method returns: no client can receive a complete response that is not marked as delivered.
        context.RequestAborted.ThrowIfCancellationRequested();
        await delivery.MarkDeliveredAsync(jobId, isOut: true, CancellationToken.None);
        if (context.RequestAborted.IsCancellationRequested)
        {
            await delivery.MarkDeliveredAsync(jobId, isOut: false, CancellationToken.None);
        }

        return Result.Done;
    }

    private async Task<Result<JobView>> WaitAsync(Guid jobId, Actor actor, HttpContext context)
    {
        JobView? last = null;
        var followed = await wait.FollowAsync(
            actor,
            jobId,
            now =>
            {
                last = now;
                return Task.CompletedTask;
            },
            null,
            context.RequestAborted);
        return followed.Refusal is { } refusal ? refusal : last!;
    }

    private async Task<Result<Dictionary<string, object>>> BodyAsync(ImageRequest request, JobView job, Actor actor, HttpContext context)
    {
        if (!(await DescribeAsync(request, job, actor, context)).TryGet(out var data, out var refusal))
        {
            return refusal;
        }

        var body = new Dictionary<string, object>
        {
            ["created"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["data"] = data,
        };
        if (!request.Family.IsOfGptImage)
        {
            return body;
        }

        (body["background"], body["output_format"], body["usage"]) = ("opaque", request.FormatName, ImageStream.NoUsage);

        // Unlike events, answers have no "auto".
        if (request.SizeInAnswers != ImageRequest.Auto)
        {
            body["size"] = request.SizeInAnswers;
        }

        if (request.QualityInAnswers != ImageRequest.Auto)
        {
            body["quality"] = request.QualityInAnswers;
        }

        return body;
    }

    private async Task<Result<List<Dictionary<string, string>>>> DescribeAsync(ImageRequest request, JobView job, Actor actor, HttpContext context)
    {
        var data = new List<Dictionary<string, string>>();
        foreach (var image in job.Images.Where(image => image is { State: JobPictureState.Done, ImageId: not null }))
        {
            if (!(await DescribeAsync(request, image.ImageId!.Value, request.FitOf(job), actor, context)).TryGet(out var picture, out var refusal))
            {
                return refusal;
            }

            data.Add(picture);
        }

        return data.Count > 0 ? data : OpenAiFaults.Of(job);
    }

    private async Task<Result<Dictionary<string, string>>> DescribeAsync(ImageRequest request, Guid imageId, PictureFit? fit, Actor actor, HttpContext context)
    {
        if (!(await AddressOrBytesAsync(request, imageId, fit, actor, context)).TryGet(out var picture, out var refusal))
        {
            return refusal;
        }

        if (request.Family.HasStyle)
        {
            picture["revised_prompt"] = request.Prompt;
        }

        return picture;
    }

    private async Task<Result<Dictionary<string, string>>> AddressOrBytesAsync(ImageRequest request, Guid imageId, PictureFit? fit, Actor actor, HttpContext context)
    {
        if (request.GivesBytes)
        {
            return await bytes.ReadAsync(imageId, request, fit, context.RequestAborted) is { } picture
                ? new Dictionary<string, string> { ["b64_json"] = Convert.ToBase64String(picture) }
                : OpenAiFaults.Inside;
        }

        var token = signed.Sign(imageId, actor.PersonId, request.Format, request.Quality, fit);
        return new Dictionary<string, string> { ["url"] = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}/v1{SignedPictureEndpoint.Path}{token}" };
    }
}
