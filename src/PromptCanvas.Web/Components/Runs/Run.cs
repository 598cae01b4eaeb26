using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>One submission on the page: pending until the job is queued, then the job.</summary>
public sealed class Run
{
    private Run(string key, NewJob request)
    {
        Key = key;
        Request = request;
    }

    /// <summary>Stays the same when the job is queued, so that the tiles are not recreated.</summary>
    public string Key { get; }

    public NewJob Request { get; }

    /// <summary>The job as last read; null until it is queued.</summary>
    public JobView? Job { get; set; }

    public bool IsOver => Job?.State is JobState.Done or JobState.Failed or JobState.Cancelled or JobState.Rejected;

    /// <summary>Whether it can be repeated from its prompt alone.</summary>
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
            Size = job.Aspect.IsSquare ? job.Size : Math.Max(job.Width, job.Height),
            Operation = new GenerateOperation(job.Aspect),
            Model = job.Model,
            NegativePrompt = job.NegativePrompt,
            Overrides = job.Overrides,
            StyleOf = job.Style is null ? null : job.Id,
            Visibility = job.Visibility,
        })
        {
            Job = job,
        };
    }
}
