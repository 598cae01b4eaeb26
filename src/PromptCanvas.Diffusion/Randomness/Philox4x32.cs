namespace PromptCanvas.Diffusion.Randomness;

/// <summary>Philox4x32-10: ten rounds that turn a 128-bit counter and a 64-bit key into 128 random bits.</summary>
/// <remarks>Source: Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3.</remarks>
public static class Philox4x32
{
    internal const int Rounds = 10;
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Encrypts a counter.</summary>
    /// <param name="counter">The counter, lowest word first.</param>
    /// <param name="key">The key, lowest word first.</param>
    /// <returns>Four uniformly distributed words.</returns>
    public static (uint X0, uint X1, uint X2, uint X3) Generate((uint X0, uint X1, uint X2, uint X3) counter, (uint K0, uint K1) key)
    {
        var (x0, x1, x2, x3) = counter;
        var (k0, k1) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * x0;
            var product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ k0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ k1;
            x3 = (uint)product0;
            (k0, k1) = NextKey(k0, k1);
        }

        return (x0, x1, x2, x3);
    }

    /// <summary>The key of the next round.</summary>
    internal static (uint K0, uint K1) NextKey(uint k0, uint k1) => unchecked((k0 + Weyl0, k1 + Weyl1));
}
