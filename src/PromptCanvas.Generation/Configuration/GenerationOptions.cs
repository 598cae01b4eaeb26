using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Generation</c>.</summary>
public sealed record GenerationOptions
{
    public const string Section = "Generation";

    /// <summary>The most jobs handed to the engine at the same time; it shares its steps between them.</summary>
    /// <value>null: as many as fill its lanes, and one for everybody who has none there, up to one a lane</value>
    [Range(1, 1024)]
    public int? ConcurrentJobs { get; init; }

    /// <summary>Crashes of the process a job may be part of before it is given up.</summary>
    /// <value>3</value>
    [Range(1, 10)]
    public int MaximumCrashes { get; init; } = 3;

    /// <summary>Crashes of the process within ten minutes after which the queue pauses; 0 = never.</summary>
    /// <value>5</value>
    [Range(0, 1000)]
    public int CrashBudget { get; init; } = 5;

    /// <summary>How long a job is a worker's without a sign of life; renewed every sixth of it.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Several processes work on this queue; otherwise one process owns it and takes over at once what an earlier one left.</summary>
    /// <value>false</value>
    public bool SharedQueue { get; init; }

    /// <summary>How often positions and times are worked out, for all who look at them.</summary>
    /// <value>1 second</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ForecastInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A process whose engine did no step for so long, and for ten times as long as its steps take, is ended, for its supervisor to start again; 0 = never.</summary>
    /// <value>10 minutes</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a job waits after its pictures could not be written.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StoragePause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Files without a row are removed once they are this old.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Uploads that a job used are removed once they are this old, no unfinished job uses them and no picture made from them is left.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan UploadAge { get; init; } = TimeSpan.FromHours(24);
}
