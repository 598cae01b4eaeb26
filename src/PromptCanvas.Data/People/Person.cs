using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Data.People;

/// <summary>A person with an account. The user name is the e-mail address.</summary>
public sealed class Person : IdentityUser<Guid>
{
    /// <summary>The name that others see on shared work.</summary>
    public required string DisplayName { get; set; }

    /// <summary>One of <see cref="PersonRoles"/>.</summary>
    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Start of the suspension; null = not suspended.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    /// <summary>When the person dismissed the introductory hints; null = they are still shown.</summary>
    public DateTimeOffset? TourEndedAt { get; set; }

    /// <summary>Visibility of new pictures: one of <see cref="Pictures.Visibilities"/>; null = the team's.</summary>
    public string? DefaultVisibility { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }
}
