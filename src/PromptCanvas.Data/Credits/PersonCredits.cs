namespace PromptCanvas.Data.Credits;

/// <summary>A person's own limits, set by an administrator; null = the role's or the installation's value.</summary>
public sealed class PersonCredits
{
    public required Guid PersonId { get; init; }

    /// <summary>Credits per period.</summary>
    public int? Allowance { get; set; }

    /// <summary>Weight in fair queueing; 2 = twice as many turns.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Maximum queued jobs.</summary>
    public int? MaximumQueued { get; set; }

    /// <summary>Maximum running jobs.</summary>
    public int? MaximumRunning { get; set; }
}

/// <summary>Credits of every person with a role.</summary>
public sealed class RoleCredits
{
    public required string Role { get; init; }

    /// <summary>Credits per period.</summary>
    public required int Allowance { get; set; }
}
