namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Section <c>Registration</c>.</summary>
public sealed record RegistrationOptions
{
    public const string Section = "Registration";

    /// <summary>Who may make an account.</summary>
    /// <value>Invite</value>
    public RegistrationMode Mode { get; init; } = RegistrationMode.Invite;

    /// <summary>Whether administrators may invite people.</summary>
    public bool TakesInvitations => Mode != RegistrationMode.Closed;
}

/// <summary>Who may make an account.</summary>
public enum RegistrationMode
{
    /// <summary>Whoever reaches the address.</summary>
    Open,

    /// <summary>Whoever an administrator invites.</summary>
    Invite,

    /// <summary>Nobody; the command line still adds people.</summary>
    Closed,
}
