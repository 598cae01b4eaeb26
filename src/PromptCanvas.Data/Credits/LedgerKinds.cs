namespace PromptCanvas.Data.Credits;

/// <summary>Kind of a ledger entry. Charge and refund sum to the used credits; grant, carry and topup sum to the cap.</summary>
public static class LedgerKinds
{
    /// <summary>A picture was requested.</summary>
    public const string Charge = "charge";

    /// <summary>The picture was delivered; its charge is final.</summary>
    public const string Settle = "settle";

    /// <summary>The picture was not delivered.</summary>
    public const string Refund = "refund";

    /// <summary>The period's allowance, or a change of it.</summary>
    public const string Grant = "grant";

    /// <summary>Unused credits of the previous period.</summary>
    public const string Carry = "carry";

    /// <summary>Extra credits from an administrator.</summary>
    public const string TopUp = "topup";
}
