namespace PromptCanvas.Data.Credits;

/// <summary>What an administrator set for one person; null = what the role or the installation says.</summary>
public sealed class PersonCredits
{
    public required Guid PersonId { get; init; }

    /// <summary>Credits a period.</summary>
    public int? Allowance { get; set; }

    /// <summary>Share of the queue against others; 2 = twice the turns.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Jobs that may wait at the same time.</summary>
    public int? MaximumQueued { get; set; }

    /// <summary>Jobs that may run at the same time.</summary>
    public int? MaximumRunning { get; set; }
}

/// <summary>What everybody of a role gets.</summary>
public sealed class RoleCredits
{
    public required string Role { get; init; }

    /// <summary>Credits a period.</summary>
    public required int Allowance { get; set; }
}
