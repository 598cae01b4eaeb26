using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>An uploaded picture to edit.</summary>
/// <param name="Picture">An upload's id.</param>
/// <param name="Mask">An upload's id; equals <paramref name="Picture"/> if the picture's transparency is the mask; null if all of the picture is to be changed.</param>
public sealed record EditedUpload(Guid Picture, Guid? Mask);

/// <summary>Uploads of clients of OpenAI's API: PNGs, JPEGs and WebPs of any shape under 20 MB. Error messages follow the wording of that API.</summary>
public interface ISquareUploads
{
    /// <summary>Adds a picture for variations, or as a reference.</summary>
    Task<Result<Guid>> AddAsync(Actor actor, byte[] image, CancellationToken cancellationToken);

    /// <summary>Adds a picture to edit: with a mask at its own proportions, otherwise stretched to a square.</summary>
    /// <param name="mask">Same size as the picture, transparent = regenerate; null = the picture's transparency or, if it has none, all of it.</param>
    /// <param name="side">The longer side of the result in pixels.</param>
    Task<Result<EditedUpload>> AddEditedAsync(Actor actor, byte[] image, byte[]? mask, int side, CancellationToken cancellationToken);

    /// <summary>Removes those of the actor's uploads that no job uses, after their request was refused.</summary>
    Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> uploadIds, CancellationToken cancellationToken);
}
