namespace PromptCanvas.Data.People;

/// <summary>What an <see cref="AccountLink"/> is for, as the database holds it.</summary>
public static class AccountLinkKinds
{
    public const string Invitation = "invitation";
    public const string Reset = "reset";
}
