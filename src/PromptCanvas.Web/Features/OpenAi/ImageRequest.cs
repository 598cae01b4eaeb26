using System.Security.Cryptography;
using System.Text.Json;

using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>What a program asks for, checked.</summary>
/// <param name="Kind">One of <see cref="Data.Jobs.JobKinds"/>: generate, edit or vary.</param>
internal sealed record ImageRequest(string Kind)
{
    public string Prompt { get; init; } = "";

    /// <summary>A model of this installation; null = the default one.</summary>
    public string? Model { get; init; }

    public int Count { get; init; } = 1;

    public int Size { get; init; } = 1024;

    /// <summary>Bytes in the answer rather than addresses.</summary>
    public bool GivesBytes { get; init; }

    /// <summary>Whom the program asks for.</summary>
    public string? User { get; init; }

    public PictureFormat Format { get; init; } = PictureFormat.Png;

    /// <summary>1 … 100, for formats that lose something.</summary>
    public int Quality { get; init; } = 100;

    public bool Streams { get; init; }

    /// <summary>0 … 3.</summary>
    public int PartialImages { get; init; }

    public byte[]? Image { get; init; }

    public byte[]? Mask { get; init; }

    /// <summary>Equal for a request that a client sends again, however its form is written.</summary>
    /// <param name="keyId">The key it came with.</param>
    public string HashFor(string keyId)
    {
        var asked = JsonSerializer.SerializeToUtf8Bytes(new
        {
            keyId,
            request = this with { Image = null, Mask = null },
            image = Image is null ? null : SHA256.HashData(Image),
            mask = Mask is null ? null : SHA256.HashData(Mask),
        });
        return Convert.ToHexStringLower(SHA256.HashData(asked));
    }
}
