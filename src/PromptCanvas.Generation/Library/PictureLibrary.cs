using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureLibrary(IDbContextFactory<AppDbContext> databases, EmbeddingIndex embeddings, DiskReserve reserve, TimeProvider clock)
    : ILibrary, IPictureTimeline
{
    private const int MaximumTake = 200;

    // Growth factor of the similarity search's batches; 100,000 pictures need five queries.
    private const int Growth = 5;

    public async Task<PicturePage> ReadAsync(Actor actor, LibraryFilter filter, string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaximumTake);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (filter.IsByLikeness)
        {
            var found = await ByMeaningAsync(Placed(database, actor, filter), actor, filter, take, cancellationToken);
            return new PicturePage(await ForTilesAsync(database, actor, found, cancellationToken), null);
        }

        var images = Matching(database, actor, filter);
        if (after is not null)
        {
            if (GalleryCursor.Parse(after) is not { } cursor)
            {
                return new PicturePage([], null);
            }

            images = filter.OldestFirst
                ? images.Where(image => image.CreatedAt > cursor.CreatedAt || (image.CreatedAt == cursor.CreatedAt && image.Id.CompareTo(cursor.Id) > 0))
                : images.Where(image => image.CreatedAt < cursor.CreatedAt || (image.CreatedAt == cursor.CreatedAt && image.Id.CompareTo(cursor.Id) < 0));
        }

        var rows = await InOrder(images, filter).ToViews().Take(take + 1).ToListAsync(cancellationToken);
        var page = await ForTilesAsync(database, actor, rows.Take(take), cancellationToken);
        return new PicturePage(page, rows.Count > take ? new GalleryCursor(page[^1].CreatedAt, page[^1].Id).ToString() : null);
    }

    public async Task<IReadOnlyList<DateTimeOffset>> TimesAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await InOrder(Matching(database, actor, filter).Where(image => image.CreatedAt <= until), filter).Select(image => image.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PictureKey>> KeysAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await InOrder(Matching(database, actor, filter).Where(image => image.CreatedAt <= until), filter)
            .Select(image => new PictureKey(image.Id, image.PersonId)).ToListAsync(cancellationToken);
    }

    public async Task<int> CountAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Matching(database, actor, filter).CountAsync(image => image.CreatedAt <= until, cancellationToken);
    }

    public async Task<IReadOnlyList<PictureView>> ReadRangeAsync(
        Actor actor, LibraryFilter filter, DateTimeOffset until, int start, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaximumTake);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var images = Matching(database, actor, filter);
        images = filter.OldestFirst ? images.Where(image => image.CreatedAt >= until) : images.Where(image => image.CreatedAt <= until);
        var rows = await InOrder(images, filter).ToViews()
            .Skip(start).Take(take).ToListAsync(cancellationToken);
        return await ForTilesAsync(database, actor, rows, cancellationToken);
    }

    public async Task<bool> IsFavouriteAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Favourites.AnyAsync(mark => mark.PersonId == actor.PersonId && mark.ImageId == imageId, cancellationToken);
    }

    public async Task<bool> MarkAsync(Actor actor, Guid imageId, bool isFavourite, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Pictures.VisibleTo(actor).AnyAsync(image => image.Id == imageId, cancellationToken))
        {
            return false;
        }

        var marks = database.Favourites.Where(mark => mark.PersonId == actor.PersonId && mark.ImageId == imageId);
        if (!isFavourite)
        {
            await marks.ExecuteDeleteAsync(cancellationToken);
        }
        else if (!await marks.AnyAsync(cancellationToken))
        {
            database.Favourites.Add(new Favourite { PersonId = actor.PersonId, ImageId = imageId, At = clock.GetUtcNow() });
            await database.SaveChangesAsync(cancellationToken);
        }

        return true;
    }

    public async Task<int> DeleteAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var (now, ids) = (clock.GetUtcNow(), imageIds.ToList());

        // Deleting frees space, so it must be possible on a full disk.
        return await reserve.WithCapacityAsync(async () =>
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            return await database.Pictures.VisibleTo(actor).Where(image => image.PersonId == actor.PersonId && EF.Parameter(ids).Contains(image.Id))
                .ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, now), cancellationToken);
        });
    }

    public async Task<int> RestoreAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var ids = imageIds.ToList();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.InTrashOf(actor).Where(image => EF.Parameter(ids).Contains(image.Id))
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, (DateTimeOffset?)null), cancellationToken);
    }

    private static IQueryable<Picture> On(GalleryView view, AppDbContext database, Actor actor) => view switch
    {
        GalleryView.Mine => database.Pictures.VisibleTo(actor).Where(image => image.PersonId == actor.PersonId),
        GalleryView.Favourites => Marked(database.Pictures.VisibleTo(actor), database, actor),
        GalleryView.Trash => database.Pictures.InTrashOf(actor),
        _ => database.Pictures.VisibleTo(actor),
    };

    private static IQueryable<Picture> Marked(IQueryable<Picture> images, AppDbContext database, Actor actor)
    {
        var personId = actor.PersonId;
        return images.Where(image => database.Favourites.Any(mark => mark.PersonId == personId && mark.ImageId == image.Id));
    }

    // Applies all criteria except the words.
    private static IQueryable<Picture> Placed(AppDbContext database, Actor actor, LibraryFilter filter)
    {
        var images = On(filter.GalleryView, database, actor);
        if (filter.Board is { } boardId)
        {
            images = images.Where(image => database.Boards.VisibleTo(actor).Any(board => board.Id == boardId)
                && database.BoardPictures.Any(place => place.BoardId == boardId && place.ImageId == image.Id));
        }

        if (filter.Kind is { } kind)
        {
            images = images.Where(image => image.Kind == kind);
        }

        if (filter.Maker is { } maker)
        {
            images = images.Where(image => image.PersonId == maker);
        }

        // Npgsql accepts only UTC timestamps.
        if (filter.From?.ToUniversalTime() is { } from)
        {
            images = images.Where(image => image.CreatedAt >= from);
        }

        if (filter.Before?.ToUniversalTime() is { } before)
        {
            images = images.Where(image => image.CreatedAt < before);
        }

        return filter.MarkedOnly ? Marked(images, database, actor) : images;
    }

    private static IOrderedQueryable<Picture> InOrder(IQueryable<Picture> images, LibraryFilter filter) => filter.OldestFirst
        ? images.OrderBy(image => image.CreatedAt).ThenBy(image => image.Id)
        : images.OrderByDescending(image => image.CreatedAt).ThenByDescending(image => image.Id);

    private static IQueryable<Picture> Matching(AppDbContext database, Actor actor, LibraryFilter filter)
    {
        var images = Placed(database, actor, filter);
        foreach (var term in SearchTexts.TermsOf(filter.Words))
        {
            images = images.Where(image => image.SearchText!.Contains(term));
        }

        return images;
    }

    private async Task<IEnumerable<PictureView>> ByMeaningAsync(
        IQueryable<Picture> images, Actor actor, LibraryFilter filter, int take, CancellationToken cancellationToken)
    {
        var closest = filter.Like is { } like
            ? await embeddings.LikeAsync(actor, like, cancellationToken)
            : await embeddings.LikeAsync(filter.Words!, cancellationToken);

        // A narrow filter may match only distant pictures, so search in growing batches, nearest first.
        var found = new List<Guid>();
        for (var (start, length) = (0, MaximumTake); start < closest.Count && found.Count < take; start += length, length *= Growth)
        {
            var part = closest.Skip(start).Take(length).ToList();
            var matching = await images.Where(image => EF.Parameter(part).Contains(image.Id)).Select(image => image.Id).ToHashSetAsync(cancellationToken);
            found.AddRange(part.Where(matching.Contains));
        }

        var chosen = found.Take(take).ToList();
        var views = await images.Where(image => chosen.Contains(image.Id)).ToViews().ToDictionaryAsync(picture => picture.Id, cancellationToken);
        return chosen.Where(views.ContainsKey).Select(id => views[id]);
    }

    private static async Task<IReadOnlyList<PictureView>> ForTilesAsync(AppDbContext database, Actor actor, IEnumerable<PictureView> pictures, CancellationToken cancellationToken)
    {
        var rows = pictures.ToList();
        var ids = rows.ConvertAll(picture => picture.Id);
        var marked = await database.Favourites.Where(mark => mark.PersonId == actor.PersonId && ids.Contains(mark.ImageId))
            .Select(mark => mark.ImageId).ToHashSetAsync(cancellationToken);
        var others = rows.Select(picture => picture.PersonId).OfType<Guid>().Where(id => id != actor.PersonId).Distinct().ToList();
        var names = others.Count == 0 ? [] : await database.People.Where(person => others.Contains(person.Id))
            .ToDictionaryAsync(person => person.Id, person => person.DisplayName, cancellationToken);
        return rows.ConvertAll(picture => picture with
        {
            IsFavourite = marked.Contains(picture.Id),
            Maker = picture.PersonId is { } maker ? names.GetValueOrDefault(maker) : null,
        });
    }
}
