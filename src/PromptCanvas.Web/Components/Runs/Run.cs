using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>One press of a button that makes pictures, from the press on: first only wished for, then a job.</summary>
public sealed class Run
{
    private Run(string key, NewJob request)
    {
        Key = key;
        Request = request;
    }

    /// <summary>Stays the same while the wish becomes a job, so that the tiles on the page stay too.</summary>
    public string Key { get; }

    public NewJob Request { get; }

    /// <summary>The job as last read; null until it is queued.</summary>
    public JobView? Job { get; set; }

    public bool IsOver => Job?.State is JobState.Done or JobState.Failed or JobState.Cancelled or JobState.Rejected;

    /// <summary>A prompt is all it takes to do it once more.</summary>
    public bool IsFromPrompt => Job is null or { Kind: JobKinds.Generate };

    public static Run Pending(NewJob request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Run(request.IdempotencyKey, request);
    }

    public static Run Of(JobView job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new Run(job.Id.ToString(), new NewJob
        {
            IdempotencyKey = job.Id.ToString(),
            Prompt = job.Prompt,
            Count = job.Images.Count,
            Size = job.Size,
            Model = job.Model,
        })
        {
            Job = job,
        };
    }
}
