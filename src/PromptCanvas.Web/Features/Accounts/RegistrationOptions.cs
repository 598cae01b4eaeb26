using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Section <c>Registration</c>.</summary>
public sealed record RegistrationOptions
{
    public const string Section = "Registration";

    /// <summary>Who may create an account.</summary>
    /// <value>Invite</value>
    [RuntimeSetting]
    public RegistrationMode Mode { get; init; } = RegistrationMode.Invite;

    /// <summary>Whether administrators may invite people.</summary>
    public bool TakesInvitations => Mode != RegistrationMode.Closed;
}

/// <summary>Who may create an account.</summary>
public enum RegistrationMode
{
    /// <summary>Anyone who can reach the site.</summary>
    Open,

    /// <summary>People whom an administrator invited.</summary>
    Invite,

    /// <summary>No self-registration and no invitations; accounts are created on the command line.</summary>
    Closed,
}
