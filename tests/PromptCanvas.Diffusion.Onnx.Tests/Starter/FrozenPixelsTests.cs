using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Diffusion.Onnx.Tests.Starter;

/// <summary>The shipped model's pixels: with the same weights and seed a change to the engine must not move one of them.</summary>
/// <remarks>
/// The hash is of 8-bit pixels, made with the runtime's AVX-512 kernels. Other processors add in another order, so on them the test only
/// compares two ways of the same machine.
/// </remarks>
public sealed class FrozenPixelsTests(ITestOutputHelper output, StarterEngine starter) : IClassFixture<StarterEngine>
{
    private const string Expected = "6d911af90c800659ca897be683b102384dc587ed679695637ad2bdc61ccc0baa";

    [Fact]
    public async Task GenerateAsync_FixedSeed_GivesTheRecordedPixels()
    {
        var request = new GenerationRequest { Prompt = "a red cube on top of a blue sphere", Seed = 2026, Count = 2 };

        var pictures = await starter.MakeAsync(request);
        var again = await starter.MakeAsync(request);

        var hash = Hash(pictures);
        output.WriteLine(hash);
        Assert.Equal(hash, Hash(again));
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported && RuntimeInformation.ProcessArchitecture == Architecture.X64, "The hash is of AVX-512 kernels.");
        Assert.Equal(Expected, hash);
    }

    private static string Hash(List<ImageCompleted> pictures) =>
        Convert.ToHexStringLower(SHA256.HashData([.. pictures.SelectMany(picture => picture.Image.ToRgbBytes())]));
}
