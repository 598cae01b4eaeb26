using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Generation</c>.</summary>
public sealed record GenerationOptions
{
    public const string Section = "Generation";

    /// <summary>Maximum number of jobs on the engine at the same time; they share its steps.</summary>
    /// <value>null: enough to fill its lanes, plus one for each person without a job in them, up to one per lane</value>
    [Range(1, 1024)]
    public int? ConcurrentJobs { get; init; }

    /// <summary>Number of process crashes after which a job that was running each time is given up.</summary>
    /// <value>3</value>
    [Range(1, 10)]
    public int MaximumCrashes { get; init; } = 3;

    /// <summary>Number of process crashes within ten minutes after which the queue is paused; 0 = never.</summary>
    /// <value>5</value>
    [Range(0, 1000)]
    public int CrashBudget { get; init; } = 5;

    /// <summary>Duration of a job's lease without a heartbeat; renewed every sixth of it.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether several processes share this queue. Otherwise one process owns it and requeues the jobs of a crashed process at its start.</summary>
    /// <value>false</value>
    public bool SharedQueue { get; init; }

    /// <summary>How often queue positions and waiting times are recomputed; all clients share the result.</summary>
    /// <value>1 second</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ForecastInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Watchdog limit: the process is killed if its engine completes no step for this long and for ten times its usual step time; the supervisor restarts it; 0 = never.</summary>
    /// <value>10 minutes</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Delay of a job whose pictures could not be written.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StoragePause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Minimum age of files without a row before they are removed.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Minimum age of used uploads before removal; they are kept while an unfinished job or an existing picture depends on them.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    [RuntimeSetting]
    public TimeSpan UploadAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long drafts are kept to be finished.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    [RuntimeSetting]
    public TimeSpan DraftAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Days for which a deleted picture stays in its owner's trash and can be restored. A smaller number also applies to pictures that are in the trash already.</summary>
    /// <value>30</value>
    [Range(1, 3650)]
    [RuntimeSetting]
    public int TrashDays { get; init; } = 30;
}
