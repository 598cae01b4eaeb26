using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Generation.Queue;

/// <summary>How fast a sort of pictures is made now.</summary>
/// <param name="Seconds">Seconds per picture on an average worker; null if nothing was measured yet, and nothing can be estimated.</param>
/// <param name="Workers">Number of workers that have the model.</param>
/// <param name="Speed">Sum of their speeds; 1 = an average worker.</param>
internal sealed record WorkSpeed(double? Seconds, int Workers, double Speed)
{
    /// <summary>Whether the seconds are measured. Otherwise they are estimated from counted operations: good enough to show, not to refuse a job.</summary>
    public bool IsMeasured { get; init; } = true;

    /// <summary>Seconds until all workers together have done a work. Unmeasured kinds count as zero: the estimate is then too short, instead of missing for all jobs.</summary>
    /// <param name="pictures">Number of pictures, counting squares.</param>
    public double Together(double pictures) => Workers == 0 ? 0 : (Seconds ?? 0) * pictures / Speed;

    /// <summary>Seconds until one of them has done it; null if nothing was measured, or if no worker has the model.</summary>
    public double? Alone(double pictures) => Workers == 0 ? null : Seconds * pictures * Workers / Speed;
}

/// <summary>Speeds of the workers that take jobs, by sort of pictures.</summary>
internal sealed class WorkSpeeds(PictureTimes times, FirstEstimates first, Fleet fleet)
{
    public WorkSpeed Of(string model, string kind, int size)
    {
        var measured = times.Of(model, kind, size);
        var average = measured ?? first.Of(model, size);
        if (fleet.View is not { } view)
        {
            return new WorkSpeed(average, 1, 1) { IsMeasured = measured is not null };
        }

        var able = view.Workers.Where(worker => worker.Models.Contains(model, StringComparer.Ordinal)).ToList();
        return new WorkSpeed(average, able.Count, able.Sum(worker => worker.SecondsOf(model, kind, size) is { } seconds && average is { } usual ? usual / seconds : 1)) { IsMeasured = measured is not null };
    }
}
