using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Data.People;

/// <summary>Somebody with an account. The user name is the e-mail address.</summary>
public sealed class Person : IdentityUser<Guid>
{
    /// <summary>What others see beside shared work.</summary>
    public required string DisplayName { get; set; }

    /// <summary>One of <see cref="PersonRoles"/>.</summary>
    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when the person may not come in; null = may.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    /// <summary>Lock-outs since the last good sign-in: each one lasts twice as long as the one before.</summary>
    public int LockoutCount { get; set; }

    /// <summary>When the person had enough of the first hints; null = they are still shown.</summary>
    public DateTimeOffset? TourEndedAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }
}
