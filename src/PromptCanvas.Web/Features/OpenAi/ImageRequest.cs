using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A validated request.</summary>
/// <param name="Kind">One of <see cref="Data.Jobs.JobKinds"/>: generate, edit or vary.</param>
internal sealed record ImageRequest(string Kind)
{
    /// <summary>The value of fields whose choice is left to the server.</summary>
    public const string Auto = "auto";

    public string Prompt { get; init; } = "";

    /// <summary>A model of this installation; null = the default.</summary>
    public string? Model { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>The part of the prompt that no model of this kind reads.</summary>
    public string PromptRest { get; init; } = "";

    /// <summary>The fields and responses that clients expect of the model's name.</summary>
    [JsonIgnore]
    public ModelFamily Family { get; init; } = ModelFamily.DallE2;

    /// <summary>The size of the pictures in the answer.</summary>
    public NamedSize Size { get; init; } = NamedSize.Standard;

    /// <summary>Whether the client asked for the size.</summary>
    public bool HasSize { get; init; }

    /// <summary>The size as named in OpenAI's response schema, which has no smaller and no longer ones.</summary>
    public string SizeInAnswers => Kind == JobKinds.Edit && !HasSize ? Auto : ModelFamily.GptImage.Sizes.Contains(Size.ToString()) ? Size.ToString() : Auto;

    /// <summary>The requested quality as named in OpenAI's response schema.</summary>
    public string QualityInAnswers { get; init; } = Auto;

    /// <summary>Whether the response contains bytes instead of URLs.</summary>
    public bool GivesBytes { get; init; }

    /// <summary>A style of the studio; an extension.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StyleChoice? Style { get; init; }

    /// <summary>The end user that the client names.</summary>
    public string? User { get; init; }

    public PictureFormat Format { get; init; } = PictureFormat.Png;

    /// <summary>1 … 100, for lossy formats.</summary>
    public int Quality { get; init; } = 100;

    /// <summary>The name of <see cref="Format"/> in requests and answers.</summary>
    public string FormatName => Format.ToString().ToLowerInvariant();

    public bool Streams { get; init; }

    /// <summary>0 … 3.</summary>
    public int PartialImages { get; init; }

    /// <summary>The picture of the request, for edits followed by references; empty for generations.</summary>
    [JsonIgnore]
    public IReadOnlyList<byte[]> Images { get; init; } = [];

    public byte[]? Mask { get; init; }

    /// <summary>The size to which a job's pictures are fitted for the answer; null = as they are.</summary>
    public PictureFit? FitOf(JobView job)
    {
        if ((job.Width, job.Height) == (Size.Width, Size.Height))
        {
            return null;
        }

        return job.Kind switch
        {
            // The input was stretched to a square.
            JobKinds.TextDifference => new PictureFit(Size.Width, Size.Height, Stretch: true),
            JobKinds.Edit => HasSize ? new PictureFit(Size.Width, Size.Height) : null,
            _ => Size.IsSquare ? null : new PictureFit(Size.Width, Size.Height),
        };
    }

    /// <summary>Equal for retries of the same request, regardless of its encoding.</summary>
    /// <param name="client">The API key and the program of the request.</param>
    public string HashFor(string client)
    {
        var asked = JsonSerializer.SerializeToUtf8Bytes(new
        {
            client,
            request = this with { Mask = null },
            images = Images.Select(SHA256.HashData),
            mask = Mask is null ? null : SHA256.HashData(Mask),
        });
        return Convert.ToHexStringLower(SHA256.HashData(asked));
    }
}
