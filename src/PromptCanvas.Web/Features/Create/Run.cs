using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Web.Features.Create;

/// <summary>One press of Generate on the page, from the press on: first only wished for, then a job.</summary>
public sealed class Run
{
    private Run(string key, GenerateImages request)
    {
        Key = key;
        Request = request;
    }

    /// <summary>Stays the same while the wish becomes a job, so that the tiles on the page stay too.</summary>
    public string Key { get; }

    public GenerateImages Request { get; }

    /// <summary>The job as last read; null until it is queued.</summary>
    public JobView? Job { get; set; }

    public bool IsOver => Job?.State is JobState.Done or JobState.Failed or JobState.Cancelled or JobState.Rejected;

    /// <summary>A prompt is all it takes to do it once more.</summary>
    public bool IsFromPrompt => Job is null or { Kind: JobKinds.Generate };

    public static Run Wished(GenerateImages request) => new(request.IdempotencyKey, request);

    public static Run Of(JobView job) => new(job.Id.ToString(), new GenerateImages(job.Id.ToString(), job.Prompt)
    {
        Count = job.Images.Count,
        Size = job.Size,
        Model = job.Model,
    })
    {
        Job = job,
    };
}
