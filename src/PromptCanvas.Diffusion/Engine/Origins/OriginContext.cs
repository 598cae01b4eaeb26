using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>The inputs of an origin's plan.</summary>
/// <param name="Model">The model.</param>
/// <param name="Encoder">Its CLIP.</param>
/// <param name="Texts">Its text encoder with everything the prior needs.</param>
/// <param name="Noise">Where noise comes from.</param>
/// <param name="Request">The request.</param>
/// <param name="Cancellation">Stops the networks.</param>
internal sealed record OriginContext(
    UnClipModel Model, ClipEncoder Encoder, TextConditioner Texts, INoiseSource Noise, GenerationRequest Request, CancellationToken Cancellation)
{
    /// <summary>A picture as the decoder would have drawn it for this request.</summary>
    /// <returns>(3, H, W) planar, signed range.</returns>
    public float[] Drawn(Images.SourcePicture picture)
    {
        if (Model.Latents is null)
        {
            return picture.ToSquare(Model.Decoder.ImageSize);
        }

        var size = PictureSize.Made(Model, ModelSizes.MadeFor(Model, Request.Size), Request.Aspect);
        return picture.ToRectangle(size.Width, size.Height);
    }

    /// <summary>The embeddings of inputs of one kind, E values each, not normalised.</summary>
    public float[][] Embed(params ConditioningInput[] inputs) => Encoder.Encode([.. inputs.Select(Encoder.Prepare)], Cancellation);
}
