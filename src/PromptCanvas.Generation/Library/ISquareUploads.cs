using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>A picture and what of it stays.</summary>
/// <param name="Picture">An upload's id.</param>
/// <param name="Mask">An upload's id; the picture's own where its transparency is the mask.</param>
public sealed record MaskedUpload(Guid Picture, Guid Mask);

/// <summary>Pictures as programs written for DALL·E 2 send them: square PNGs under 4 MB. What is wrong is said in that server's words.</summary>
public interface ISquareUploads
{
    /// <summary>A picture to vary.</summary>
    Task<Result<Guid>> AddAsync(Actor actor, byte[] image, CancellationToken cancellationToken);

    /// <summary>A picture to edit, brought to the size of the result.</summary>
    /// <param name="mask">Of the picture's size, transparent = repaint; null = the picture's own transparency.</param>
    /// <param name="side">Of the result, in pixels.</param>
    Task<Result<MaskedUpload>> AddMaskedAsync(Actor actor, byte[] image, byte[]? mask, int side, CancellationToken cancellationToken);

    /// <summary>Forgets those of the actor's uploads that no job uses: the request they came with was refused.</summary>
    Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> uploadIds, CancellationToken cancellationToken);
}
