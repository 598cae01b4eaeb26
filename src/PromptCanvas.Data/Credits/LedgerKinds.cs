namespace PromptCanvas.Data.Credits;

/// <summary>What a ledger line is. Charge and refund make up what is used; the others but settle make up what may be used.</summary>
public static class LedgerKinds
{
    /// <summary>A picture was asked for.</summary>
    public const string Charge = "charge";

    /// <summary>The picture was delivered: its charge stands.</summary>
    public const string Settle = "settle";

    /// <summary>The picture was not delivered.</summary>
    public const string Refund = "refund";

    /// <summary>The period's allowance, or a change of it.</summary>
    public const string Grant = "grant";

    /// <summary>What was left of the period before.</summary>
    public const string Carry = "carry";

    /// <summary>An administrator's gift.</summary>
    public const string TopUp = "topup";
}
