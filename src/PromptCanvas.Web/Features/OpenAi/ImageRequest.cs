using System.Security.Cryptography;
using System.Text.Json;

using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A validated request.</summary>
/// <param name="Kind">One of <see cref="Data.Jobs.JobKinds"/>: generate, edit or vary.</param>
internal sealed record ImageRequest(string Kind)
{
    public string Prompt { get; init; } = "";

    /// <summary>A model of this installation; null = the default.</summary>
    public string? Model { get; init; }

    public int Count { get; init; } = 1;

    public int Size { get; init; } = 1024;

    /// <summary>The size as OpenAI's schema of answers names it; that has no smaller ones.</summary>
    public string SizeInAnswers => Size == 1024 ? "1024x1024" : "auto";

    /// <summary>Whether the response contains bytes instead of URLs.</summary>
    public bool GivesBytes { get; init; }

    /// <summary>The end user that the client names.</summary>
    public string? User { get; init; }

    public PictureFormat Format { get; init; } = PictureFormat.Png;

    /// <summary>1 … 100, for lossy formats.</summary>
    public int Quality { get; init; } = 100;

    public bool Streams { get; init; }

    /// <summary>0 … 3.</summary>
    public int PartialImages { get; init; }

    public byte[]? Image { get; init; }

    public byte[]? Mask { get; init; }

    /// <summary>Equal for retries of the same request, regardless of its encoding.</summary>
    /// <param name="keyId">The API key of the request.</param>
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
