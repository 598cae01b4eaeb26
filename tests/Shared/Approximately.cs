namespace PromptCanvas.Tests.Shared;

/// <summary>Compares by absolute difference.</summary>
internal static class Approximately
{
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var index = 0; index < expected.Length; index++)
        {
            // Written so that a NaN fails.
            if (!(Math.Abs((double)expected[index] - actual[index]) <= tolerance))
            {
                Assert.Fail($"[{index}]: expected {expected[index]:R}, got {actual[index]:R}, tolerance {tolerance}.");
            }
        }
    }

    /// <summary>Compares to a printed number of about eight significant digits.</summary>
    public static void EqualRelative(double expected, double actual, double relativeTolerance)
    {
        if (!(Math.Abs(expected - actual) <= Math.Abs(expected) * relativeTolerance))
        {
            Assert.Fail($"Expected {expected:R}, got {actual:R}, relative tolerance {relativeTolerance}.");
        }
    }
}
