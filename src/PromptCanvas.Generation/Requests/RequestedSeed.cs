namespace PromptCanvas.Generation.Requests;

/// <summary>Seeds as programs of this field write them.</summary>
public static class RequestedSeed
{
    // The same as no seed.
    private const int Random = -1;

    /// <summary>Checks that the value is a seed or stands for a random one.</summary>
    public static Result Check(long? seed) => seed is < Random or > uint.MaxValue
        ? new InvalidInput("seed", $"A seed is a whole number from 0 to {uint.MaxValue}, or {Random} for a random one.")
        : Result.Done;

    /// <summary>A checked value; null = choose one.</summary>
    public static uint? Of(long? seed) => seed is null or Random ? null : (uint)seed;
}
