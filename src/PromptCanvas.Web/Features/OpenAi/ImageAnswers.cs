using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Writes the response after the pictures are finished.</summary>
internal sealed class ImageAnswers(JobWait wait, IResponseDelivery delivery, SignedPictures signed, PictureBytes bytes)
{
    /// <exception cref="OpenAiException">The job made no picture.</exception>
    public async Task WriteAsync(ImageRequest request, Guid jobId, Actor actor, HttpContext context)
    {
        var job = await WaitAsync(jobId, actor, context);
        try
        {
            var answer = TypedResults.Json(await BodyAsync(request, job, actor, context));
            await answer.ExecuteAsync(context);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        catch (OpenAiException)
        {
            // The error is the delivered response; a retry starts a new job.
            await delivery.MarkDeliveredAsync(jobId, isOut: true, CancellationToken.None);
            throw;
        }

        // Mark before the body ends, which happens when this method returns: no client can receive a complete response that is not marked as delivered.
        context.RequestAborted.ThrowIfCancellationRequested();
        await delivery.MarkDeliveredAsync(jobId, isOut: true, CancellationToken.None);
        if (context.RequestAborted.IsCancellationRequested)
        {
            await delivery.MarkDeliveredAsync(jobId, isOut: false, CancellationToken.None);
        }
    }

    private async Task<JobView> WaitAsync(Guid jobId, Actor actor, HttpContext context)
    {
        JobView? last = null;
        await wait.FollowAsync(
            actor,
            jobId,
            now =>
            {
                last = now;
                return Task.CompletedTask;
            },
            null,
            context.RequestAborted);
        return last!;
    }

    private async Task<Dictionary<string, object>> BodyAsync(ImageRequest request, JobView job, Actor actor, HttpContext context)
    {
        var body = new Dictionary<string, object>
        {
            ["created"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["data"] = await DescribeAsync(request, job, actor, context),
        };
        if (!request.Family.IsOfGptImage)
        {
            return body;
        }

        (body["background"], body["output_format"], body["usage"]) = ("opaque", request.FormatName, ImageStream.NoUsage);

        // Unlike events, answers have no "auto".
        if (request.SizeInAnswers != ImageRequests.Auto)
        {
            body["size"] = request.SizeInAnswers;
        }

        if (request.QualityInAnswers != ImageRequests.Auto)
        {
            body["quality"] = request.QualityInAnswers;
        }

        return body;
    }

    private async Task<List<Dictionary<string, string>>> DescribeAsync(ImageRequest request, JobView job, Actor actor, HttpContext context)
    {
        var data = new List<Dictionary<string, string>>();
        foreach (var image in job.Images.Where(image => image is { State: JobPictureState.Done, ImageId: not null }))
        {
            data.Add(await DescribeAsync(request, image.ImageId!.Value, request.FitOf(job), actor, context));
        }

        return data.Count > 0 ? data : throw new OpenAiException(OpenAiFaults.Of(job));
    }

    private async Task<Dictionary<string, string>> DescribeAsync(ImageRequest request, Guid imageId, PictureFit? fit, Actor actor, HttpContext context)
    {
        var picture = await AddressOrBytesAsync(request, imageId, fit, actor, context);
        if (request.Family.HasStyle)
        {
            picture["revised_prompt"] = request.Prompt;
        }

        return picture;
    }

    private async Task<Dictionary<string, string>> AddressOrBytesAsync(ImageRequest request, Guid imageId, PictureFit? fit, Actor actor, HttpContext context)
    {
        if (request.GivesBytes)
        {
            var picture = await bytes.ReadAsync(imageId, request, fit, context.RequestAborted);
            return new() { ["b64_json"] = Convert.ToBase64String(picture ?? throw new OpenAiException(OpenAiFaults.Inside)) };
        }

        var token = signed.Sign(imageId, actor.PersonId, request.Format, request.Quality, fit);
        return new() { ["url"] = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}/v1{SignedPictureEndpoint.Path}{token}" };
    }
}
