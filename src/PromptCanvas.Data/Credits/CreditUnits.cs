namespace PromptCanvas.Data.Credits;

/// <summary>The ledger and its sums count integer hundredths of a credit, so that a part of a credit can be charged without rounding. People see credits.</summary>
public static class CreditUnits
{
    /// <summary>Hundredths in one credit.</summary>
    public const int PerCredit = 100;

    /// <summary>Hundredths as credits, without trailing zeros: 200 = 2, 25 = 0.25.</summary>
    public static decimal ToCredits(long hundredths) => hundredths / (decimal)PerCredit;

    /// <summary>Whole credits as hundredths.</summary>
    public static long FromCredits(int credits) => (long)credits * PerCredit;
}
