namespace PromptCanvas.Data.People;

/// <summary>Purpose of an <see cref="AccountLink"/>, as stored in the database.</summary>
public static class AccountLinkKinds
{
    public const string Invitation = "invitation";
    public const string Reset = "reset";
}
