using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>An uploaded picture and its keep mask.</summary>
/// <param name="Picture">An upload's id.</param>
/// <param name="Mask">An upload's id; equals <paramref name="Picture"/> if the picture's transparency is the mask.</param>
public sealed record MaskedUpload(Guid Picture, Guid Mask);

/// <summary>Uploads in the format of DALL·E 2 clients: square PNGs under 4 MB. Error messages follow the wording of that API.</summary>
public interface ISquareUploads
{
    /// <summary>Adds a picture for variations.</summary>
    Task<Result<Guid>> AddAsync(Actor actor, byte[] image, CancellationToken cancellationToken);

    /// <summary>Adds a picture to edit, resized to the result's size.</summary>
    /// <param name="mask">Same size as the picture, transparent = regenerate; null = use the picture's transparency.</param>
    /// <param name="side">Side of the result in pixels.</param>
    Task<Result<MaskedUpload>> AddMaskedAsync(Actor actor, byte[] image, byte[]? mask, int side, CancellationToken cancellationToken);

    /// <summary>Removes those of the actor's uploads that no job uses, after their request was refused.</summary>
    Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> uploadIds, CancellationToken cancellationToken);
}
