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

        var pictures = Matching(database, actor, filter);
        if (after is not null)
        {
            if (GalleryCursor.Parse(after) is not { } cursor)
            {
                return new PicturePage([], null);
            }

            pictures = filter.OldestFirst
                ? pictures.Where(picture => picture.CreatedAt > cursor.CreatedAt || (picture.CreatedAt == cursor.CreatedAt && picture.Id.CompareTo(cursor.Id) > 0))
                : pictures.Where(picture => picture.CreatedAt < cursor.CreatedAt || (picture.CreatedAt == cursor.CreatedAt && picture.Id.CompareTo(cursor.Id) < 0));
        }

        var rows = await InOrder(pictures, filter).ToViews().Take(take + 1).ToListAsync(cancellationToken);
        var page = await ForTilesAsync(database, actor, rows.Take(take), cancellationToken);
        return new PicturePage(page, rows.Count > take ? new GalleryCursor(page[^1].CreatedAt, page[^1].Id).ToString() : null);
    }

    public async Task<IReadOnlyList<DateTimeOffset>> TimesAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await InOrder(Matching(database, actor, filter).Where(picture => picture.CreatedAt <= until), filter).Select(picture => picture.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PictureKey>> KeysAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await InOrder(Matching(database, actor, filter).Where(picture => picture.CreatedAt <= until), filter)
            .Select(picture => new PictureKey(picture.Id, picture.PersonId)).ToListAsync(cancellationToken);
    }

    public async Task<int> CountAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(filter);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Matching(database, actor, filter).CountAsync(picture => picture.CreatedAt <= until, cancellationToken);
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
        var pictures = Matching(database, actor, filter);
        pictures = filter.OldestFirst ? pictures.Where(picture => picture.CreatedAt >= until) : pictures.Where(picture => picture.CreatedAt <= until);
        var rows = await InOrder(pictures, filter).ToViews()
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
        if (!await database.Pictures.VisibleTo(actor).AnyAsync(picture => picture.Id == imageId, cancellationToken))
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
            return await database.Pictures.VisibleTo(actor).Where(picture => picture.PersonId == actor.PersonId && EF.Parameter(ids).Contains(picture.Id))
                .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.DeletedAt, now), cancellationToken);
        });
    }

    public async Task<int> RestoreAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var ids = imageIds.ToList();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.InTrashOf(actor).Where(picture => EF.Parameter(ids).Contains(picture.Id))
            .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.DeletedAt, (DateTimeOffset?)null), cancellationToken);
    }

    private static IQueryable<Picture> On(GalleryView view, AppDbContext database, Actor actor) => view switch
    {
        GalleryView.Mine => database.Pictures.VisibleTo(actor).Where(picture => picture.PersonId == actor.PersonId),
        GalleryView.Favourites => Marked(database.Pictures.VisibleTo(actor), database, actor),
        GalleryView.Trash => database.Pictures.InTrashOf(actor),
        _ => database.Pictures.VisibleTo(actor),
    };

    private static IQueryable<Picture> Marked(IQueryable<Picture> pictures, AppDbContext database, Actor actor)
    {
        var personId = actor.PersonId;
        return pictures.Where(picture => database.Favourites.Any(mark => mark.PersonId == personId && mark.ImageId == picture.Id));
    }

    // Applies all criteria except the words.
    private static IQueryable<Picture> Placed(AppDbContext database, Actor actor, LibraryFilter filter)
    {
        var pictures = On(filter.GalleryView, database, actor);
        if (filter.Board is { } boardId)
        {
            pictures = pictures.Where(picture => database.Boards.VisibleTo(actor).Any(board => board.Id == boardId)
                && database.BoardPictures.Any(place => place.BoardId == boardId && place.ImageId == picture.Id));
        }

        if (filter.Kind is { } kind)
        {
            pictures = pictures.Where(picture => picture.Kind == kind);
        }

        if (filter.Maker is { } maker)
        {
            pictures = pictures.Where(picture => picture.PersonId == maker);
        }

        // Npgsql accepts only UTC timestamps.
        if (filter.From?.ToUniversalTime() is { } from)
        {
            pictures = pictures.Where(picture => picture.CreatedAt >= from);
        }

        if (filter.Before?.ToUniversalTime() is { } before)
        {
            pictures = pictures.Where(picture => picture.CreatedAt < before);
        }

        if (filter.WithoutSeries)
        {
            pictures = pictures.Where(picture => picture.Tag != SeriesTags.Dataset && picture.Tag != SeriesTags.Bias);
        }

        return filter.MarkedOnly ? Marked(pictures, database, actor) : pictures;
    }

    private static IOrderedQueryable<Picture> InOrder(IQueryable<Picture> pictures, LibraryFilter filter) => filter.OldestFirst
        ? pictures.OrderBy(picture => picture.CreatedAt).ThenBy(picture => picture.Id)
        : pictures.OrderByDescending(picture => picture.CreatedAt).ThenByDescending(picture => picture.Id);

    private static IQueryable<Picture> Matching(AppDbContext database, Actor actor, LibraryFilter filter)
    {
        var pictures = Placed(database, actor, filter);
        foreach (var term in SearchTexts.TermsOf(filter.Words))
        {
            pictures = pictures.Where(picture => picture.SearchText!.Contains(term));
        }

        return pictures;
    }

    private async Task<IEnumerable<PictureView>> ByMeaningAsync(
        IQueryable<Picture> pictures, Actor actor, LibraryFilter filter, int take, CancellationToken cancellationToken)
    {
        var wanted = filter.Like is { } like
            ? await embeddings.FindDirectionAsync(actor, like, cancellationToken)
            : await embeddings.FindDirectionAsync(filter.Words!, cancellationToken);
        if (wanted is null)
        {
            return [];
        }

        // A narrow filter may match only distant pictures, so search among ever more, nearest first.
        // The order among equals may differ between rounds.
        var seen = new HashSet<Guid>();
        var found = new List<Guid>();
        for (var (start, length, isOver) = (0, MaximumTake, false); !isOver && found.Count < take; start += length, length *= Growth)
        {
            var closest = await embeddings.ClosestAsync(wanted, start + length, cancellationToken);
            var part = closest.Select(near => near.Id).Where(id => seen.Add(id) && id != wanted.Except).ToList();
            var matching = await pictures.Where(picture => EF.Parameter(part).Contains(picture.Id)).Select(picture => picture.Id).ToHashSetAsync(cancellationToken);
            found.AddRange(part.Where(matching.Contains));
            isOver = closest.Count < start + length;
        }

        var chosen = found.Take(take).ToList();
        var views = await pictures.Where(picture => chosen.Contains(picture.Id)).ToViews().ToDictionaryAsync(picture => picture.Id, cancellationToken);
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
