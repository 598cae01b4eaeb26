using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Generation</c>.</summary>
public sealed record GenerationOptions
{
    public const string Section = "Generation";

    /// <summary>Jobs handed to the engine at the same time; it shares its steps between them.</summary>
    /// <value>4</value>
    [Range(1, 64)]
    public int ConcurrentJobs { get; init; } = 4;

    /// <summary>Crashes of the process a job may be part of before it is given up.</summary>
    /// <value>3</value>
    [Range(1, 10)]
    public int MaximumCrashes { get; init; } = 3;

    /// <summary>How long a job waits after its pictures could not be written.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StoragePause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Files without a row are removed once they are this old.</summary>
    /// <value>24 hours</value>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(24);
}
