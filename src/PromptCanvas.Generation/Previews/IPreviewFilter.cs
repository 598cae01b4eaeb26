using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Generation.Previews;

/// <summary>Checks the frames of one run before they are published.</summary>
internal interface IPreviewFilter
{
    /// <summary>Claims the check of a picture's preview; false while the one before is still being checked.</summary>
    bool TryBegin(int imageIndex);

    /// <summary>Whether a frame may be shown.</summary>
    /// <param name="image">Planar RGB, signed range.</param>
    Task<bool> AllowsPreviewAsync(int imageIndex, SignedImage image, CancellationToken cancellationToken);

    /// <summary>Releases the claim of <see cref="TryBegin"/>.</summary>
    void End(int imageIndex);
}
