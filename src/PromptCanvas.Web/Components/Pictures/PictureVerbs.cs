using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Components.Pictures;

/// <summary>A person's actions on a picture, the same on every page.</summary>
public sealed class PictureVerbs(IPictureMaking making, ILibrary library, ITrash trash, PictureSharing sharing, ICurrentActor actor)
{
    /// <summary>Pictures that one press of "Vary" makes.</summary>
    public const int Variations = NewJob.DefaultCount;

    /// <summary>For how many days a deleted picture can be restored.</summary>
    public int TrashDays => trash.Days;

    // What changed since the lists on the page were read.
    private readonly Dictionary<Guid, bool> marks = [];
    private Actor? person;

    public async ValueTask<Actor> PersonAsync(CancellationToken cancellationToken) => person ??= await actor.GetAsync(cancellationToken);

    /// <param name="asRead">The mark as the list that shows the picture has read it.</param>
    public bool IsFavourite(Guid pictureId, bool asRead) => marks.GetValueOrDefault(pictureId, asRead);

    public async Task<bool> ReadFavouriteAsync(Guid pictureId, CancellationToken cancellationToken) =>
        marks[pictureId] = await library.IsFavouriteAsync(await PersonAsync(cancellationToken), pictureId, cancellationToken);

    public async Task<bool> MarkAsync(Guid pictureId, bool isFavourite, CancellationToken cancellationToken)
    {
        var done = await library.MarkAsync(await PersonAsync(cancellationToken), pictureId, isFavourite, cancellationToken);
        if (done)
        {
            marks[pictureId] = isFavourite;
        }

        return done;
    }

    /// <summary>Queues variations as large as their source.</summary>
    /// <param name="side">The longer side of the source in pixels.</param>
    /// <param name="style">Added to what the picture shows; null = none.</param>
    public async Task<Result<Guid>> VaryAsync(Guid pictureId, int side, double strength, StyleChoice? style, CancellationToken cancellationToken)
    {
        var job = new NewJob
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Count = Variations,
            Size = SourceSize.Like(side),
            Operation = new VaryOperation(pictureId, strength),
            Style = style,
        };
        return await making.HandleAsync(job, await PersonAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Moves the person's own pictures to the trash.</summary>
    /// <returns>Number of pictures moved.</returns>
    public async Task<int> DeleteAsync(IReadOnlyCollection<Guid> pictureIds, CancellationToken cancellationToken) =>
        await library.DeleteAsync(await PersonAsync(cancellationToken), pictureIds, cancellationToken);

    public async Task<int> RestoreAsync(IReadOnlyCollection<Guid> pictureIds, CancellationToken cancellationToken) =>
        await library.RestoreAsync(await PersonAsync(cancellationToken), pictureIds, cancellationToken);

    /// <summary>Deletes pictures in the trash permanently.</summary>
    /// <param name="pictureIds">Null = all of them.</param>
    public async Task<int> PurgeAsync(IReadOnlyCollection<Guid>? pictureIds, CancellationToken cancellationToken) =>
        await trash.PurgeAsync(await PersonAsync(cancellationToken), pictureIds, cancellationToken);

    public async Task<bool> ShareAsync(Guid pictureId, string visibility, CancellationToken cancellationToken) =>
        await sharing.SetAsync(await PersonAsync(cancellationToken), pictureId, visibility, cancellationToken);
}
