namespace PromptCanvas.Data.Datasets;

/// <summary>A draw of a data set's picture, judged.</summary>
public sealed class DatasetDraw
{
    public required Guid DatasetId { get; init; }

    /// <summary>The picture's number in the plan, from 0.</summary>
    public required int PictureIndex { get; init; }

    /// <summary>From 0: how many draws of it were refused before.</summary>
    public required int Attempt { get; init; }

    /// <summary>The picture; null if it was not made or was deleted.</summary>
    public Guid? ImageId { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>The cosine to the prompt; null = the model has no image encoder, or there is no picture.</summary>
    public double? Similarity { get; init; }

    /// <summary>The CLIP embedding of a picture that passed, little-endian float32; null = no later picture is compared with it.</summary>
    public byte[]? Embedding { get; init; }

    /// <summary>Why it was refused; null = it passed.</summary>
    public string? Refusal { get; init; }
}
