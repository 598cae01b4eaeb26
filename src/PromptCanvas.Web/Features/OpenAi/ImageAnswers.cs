using PromptCanvas.Data.People;
using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Answers once the pictures are there.</summary>
internal sealed class ImageAnswers(JobWait wait, SignedPictures signed, PictureBytes bytes)
{
    /// <exception cref="OpenAiException">There is no picture.</exception>
    public async Task<IResult> WaitAsync(ImageRequest request, JobView job, Viewer viewer, HttpContext context)
    {
        await wait.FollowAsync(
            viewer,
            job.Id,
            now =>
            {
                job = now;
                return Task.CompletedTask;
            },
            null,
            context.RequestAborted);
        var made = job.Images.Where(image => image is { State: JobImageState.Done, ImageId: not null }).ToList();
        if (made.Count == 0)
        {
            throw new OpenAiException(OpenAiFaults.Of(job));
        }

        var data = new List<Dictionary<string, string>>();
        foreach (var image in made)
        {
            data.Add(await DescribeAsync(request, image.ImageId!.Value, viewer, context));
        }

        return TypedResults.Json(new { created = job.CreatedAt.ToUnixTimeSeconds(), data });
    }

    private async Task<Dictionary<string, string>> DescribeAsync(ImageRequest request, Guid imageId, Viewer viewer, HttpContext context)
    {
        if (request.GivesBytes)
        {
            var picture = await bytes.ReadAsync(imageId, request.Format, request.Quality, context.RequestAborted);
            return new() { ["b64_json"] = Convert.ToBase64String(picture ?? throw new OpenAiException(OpenAiFaults.Inside)) };
        }

        var token = signed.Sign(imageId, viewer.PersonId, request.Format, request.Quality);
        return new() { ["url"] = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}/v1{SignedPictureEndpoint.Path}{token}" };
    }
}
