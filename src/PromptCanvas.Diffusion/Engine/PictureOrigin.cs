using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The origin of pictures that are not made from a prompt: the decoder's image embeddings and its starting noise.</summary>
public abstract record PictureOrigin
{
    /// <summary>
    /// Whether the pictures of the request are a row of frames. Frames share the seed S and therefore all noise: they differ only in their
    /// conditioning.
    /// </summary>
    public virtual bool IsRow => false;
}

/// <summary>Other pictures of the same thing.</summary>
/// <param name="Picture">The picture to vary.</param>
/// <param name="Strength">0 = a reconstruction of the picture … 1 = a new picture of the same subject.</param>
/// <remarks>Source: Ramesh et al. (2022), section 3.1: DDIM with η from the inverted x_T.</remarks>
public sealed record VariationOrigin(SourcePicture Picture, double Strength) : PictureOrigin
{
    /// <summary>The strength people call subtle: layout and style stay.</summary>
    public const double Subtle = 0.25;

    /// <summary>The strength called strong: only the subject stays.</summary>
    public const double Strong = 1;
}

/// <summary>Pictures and phrases mixed on the sphere of image embeddings; phrases get theirs from the prior with the seed S.</summary>
/// <param name="Inputs">2 … <see cref="MaximumInputs"/>.</param>
/// <param name="Weights">One per input, none negative, not all 0; null = equal weights.</param>
/// <remarks>Source: Ramesh et al. (2022), section 3.2.</remarks>
public sealed record BlendOrigin(IReadOnlyList<ConditioningInput> Inputs, IReadOnlyList<double>? Weights) : PictureOrigin
{
    /// <summary>The most pictures and phrases that are mixed.</summary>
    public const int MaximumInputs = 4;

    /// <summary>
    /// Whether the pictures are frames: from input to input in order, or, with weights, from the first input to the mixture. Otherwise each
    /// picture is the mixture, with a seed of its own.
    /// </summary>
    public bool AsFrames { get; init; }

    /// <inheritdoc/>
    public override bool IsRow => AsFrames;
}

/// <summary>A picture changed by a text: it keeps its layout and shows the content of the text.</summary>
/// <param name="Picture">The picture to change.</param>
/// <param name="From">Caption of the picture; null or empty = unknown.</param>
/// <param name="To">What it should show.</param>
/// <remarks>Source: Ramesh et al. (2022), section 3.3, at the end of the row.</remarks>
public sealed record ChangeOrigin(SourcePicture Picture, string? From, string To) : PictureOrigin
{
    /// <summary>The weight of each reference; the changed picture has 1.</summary>
    public const double ReferenceWeight = 0.25;

    /// <summary>Pictures whose content is mixed in.</summary>
    public IReadOnlyList<SourcePicture> References { get; init; } = [];
}

/// <summary>A row of frames from a picture along the difference of two captions.</summary>
/// <param name="Picture">The picture the row starts from.</param>
/// <param name="From">Caption of the picture.</param>
/// <param name="To">What it should show.</param>
/// <remarks>Source: Ramesh et al. (2022), section 3.3.</remarks>
public sealed record TextDifferenceOrigin(SourcePicture Picture, string From, string To) : PictureOrigin
{
    /// <summary>How far along the arc to the difference of the texts the last frame is.</summary>
    /// <value>0.5; the paper goes to 0.25 … 0.5.</value>
    public double Reach { get; init; } = 0.5;

    /// <inheritdoc/>
    public override bool IsRow => true;
}
