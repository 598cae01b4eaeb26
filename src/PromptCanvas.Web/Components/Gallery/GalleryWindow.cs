using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>The pictures that one browser tab has loaded, in the order of the filter; the viewer steps through them.</summary>
public sealed class GalleryWindow(ILibrary library, IPictureTimeline timeline, IJobQueries jobs, ICurrentActor actor, TimeProvider clock)
{
    private const int PageSize = 24;

    // Maximum range that the library reads at once.
    private const int LargestRange = 200;
    private readonly Dictionary<int, PictureView> placed = [];
    private readonly Dictionary<Guid, int> places = [];
    private readonly Dictionary<Guid, Guid?> owners = [];
    private readonly List<Action> readers = [];
    private readonly List<PictureView> pictures = [];
    private string? next;
    private DateTimeOffset? pinnedAt;

    public IReadOnlyList<PictureView> Pictures => pictures;

    public bool IsLoaded { get; private set; }

    /// <summary>The active filter.</summary>
    public LibraryFilter Filter { get; private set; } = LibraryFilter.Everything;

    public bool HasMore => next is not null;

    /// <summary>When each picture was made, in the order of the wall, as of the last <see cref="PinAsync"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Times { get; private set; } = [];

    /// <summary>Number of pictures at that time.</summary>
    public int Count => Times.Count;

    /// <summary>Pins the positions of all current pictures, so that newer pictures do not shift them.</summary>
    public async Task PinAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var times = await timeline.TimesAsync(await actor.GetAsync(cancellationToken), Filter, now, cancellationToken);
        pinnedAt = now;
        placed.Clear();
        places.Clear();
        Times = times;
    }

    /// <summary>All pictures in the order of the page, as of the last <see cref="PinAsync"/>; those that were read where the order is by similarity.</summary>
    public async Task<IReadOnlyList<Guid>> KeysAsync(CancellationToken cancellationToken)
    {
        if (Filter.IsByLikeness)
        {
            return [.. pictures.Select(picture => picture.Id)];
        }

        var keys = await timeline.KeysAsync(await actor.GetAsync(cancellationToken), Filter, pinnedAt ?? clock.GetUtcNow(), cancellationToken);
        foreach (var key in keys)
        {
            owners[key.Id] = key.PersonId;
        }

        return [.. keys.Select(key => key.Id)];
    }

    /// <summary>The current number of pictures.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken) =>
        await timeline.CountAsync(await actor.GetAsync(cancellationToken), Filter, clock.GetUtcNow(), cancellationToken);

    /// <summary>The pictures from a pinned position on.</summary>
    public async Task<IReadOnlyList<PictureView>> ReadRangeAsync(int start, int take, CancellationToken cancellationToken)
    {
        var found = new List<PictureView>();
        for (var at = start; at < Math.Min(start + take, Count); at += LargestRange)
        {
            // Seek by the timestamp at that position, which the database finds by index at any depth.
            var equals = 0;
            while (equals < at && Times[at - equals - 1] == Times[at])
            {
                equals++;
            }

            found.AddRange(await timeline.ReadRangeAsync(
                await actor.GetAsync(cancellationToken), Filter, Times[at], equals, Math.Min(LargestRange, start + take - at), cancellationToken));
        }

        for (var index = 0; index < found.Count; index++)
        {
            placed[start + index] = found[index];
            places[found[index].Id] = start + index;
        }

        return found;
    }

    /// <summary>Changes the filter and discards the loaded pictures.</summary>
    public void LookAt(LibraryFilter filter)
    {
        if (filter != Filter)
        {
            (Filter, IsLoaded, next, pinnedAt) = (filter, false, null, null);
            pictures.Clear();
            placed.Clear();
            places.Clear();
            owners.Clear();
            Times = [];
        }
    }

    /// <summary>Calls back when the viewer has moved a picture to the trash or restored it, until disposed; the subscriber reloads what it shows.</summary>
    public IDisposable Subscribe(Action onChanged)
    {
        readers.Add(onChanged);
        return new Subscription(readers, onChanged);
    }

    /// <summary>Call after a picture was moved to the trash or restored: it no longer belongs where it was loaded.</summary>
    public void Remove(Guid pictureId)
    {
        pictures.RemoveAll(picture => picture.Id == pictureId);
        foreach (var onChanged in readers.ToList())
        {
            onChanged();
        }
    }

    public async Task<PicturePage> ReadFirstAsync(CancellationToken cancellationToken) =>
        await library.ReadAsync(await actor.GetAsync(cancellationToken), Filter, null, PageSize, cancellationToken);

    public void Start(PicturePage first)
    {
        pictures.Clear();
        pictures.AddRange(first.Pictures);
        next = first.Next;
        IsLoaded = true;
    }

    public async Task LoadMoreAsync(CancellationToken cancellationToken)
    {
        if (next is not { } after)
        {
            return;
        }

        var page = await library.ReadAsync(await actor.GetAsync(cancellationToken), Filter, after, PageSize, cancellationToken);
        var known = pictures.Select(picture => picture.Id).ToHashSet();
        pictures.AddRange(page.Pictures.Where(picture => !known.Contains(picture.Id)));
        next = page.Next;
    }

    /// <summary>Adds newer pictures at the top; if they fill more than a page, reloads from the top.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var first = await ReadFirstAsync(cancellationToken);
        if (Filter.ByMeaning || Filter.Like is not null || Filter.OldestFirst)
        {
            Start(first);
            return;
        }

        var known = pictures.Select(picture => picture.Id).ToHashSet();
        var added = first.Pictures.Where(picture => !known.Contains(picture.Id)).ToList();
        if (added.Count == first.Pictures.Count && known.Count > 0)
        {
            Start(first);
            return;
        }

        pictures.InsertRange(0, added);
        if (known.Count == 0)
        {
            next = first.Next;
        }
    }

    /// <summary>The previous and next picture in gallery order; within the job when the gallery has not loaded the picture.</summary>
    public async Task<(Guid? Newer, Guid? Older)> NeighboursAsync(PictureView picture, CancellationToken cancellationToken)
    {
        if (await PlaceOfAsync(picture, cancellationToken) is { } place)
        {
            return (await IdAtAsync(place - 1, cancellationToken), await IdAtAsync(place + 1, cancellationToken));
        }

        var row = pictures.Select(other => other.Id).ToList();
        if (!row.Contains(picture.Id) && await jobs.FindAsync(await actor.GetAsync(cancellationToken), picture.JobId, cancellationToken) is { } job)
        {
            row = [.. job.Images.Where(made => made.ImageId is not null).Select(made => made.ImageId!.Value)];
        }

        return Neighbours(row, picture.Id);
    }

    /// <summary>The pictures before and after one in an order; null at the ends.</summary>
    internal static (Guid? Before, Guid? After) Neighbours(IReadOnlyList<Guid> order, Guid id)
    {
        var at = order.ToList().IndexOf(id);
        return (at > 0 ? order[at - 1] : null, at >= 0 && at < order.Count - 1 ? order[at + 1] : null);
    }

    /// <summary>The owner of a picture that this tab has loaded; null if it is unknown.</summary>
    public Guid? OwnerOf(Guid id) =>
        (pictures.Find(picture => picture.Id == id) ?? (places.TryGetValue(id, out var place) ? placed.GetValueOrDefault(place) : null))?.PersonId ?? owners.GetValueOrDefault(id);

    // A pinned position that is not loaded is found by the picture's timestamp; null if the gallery does not hold the picture.
    private async Task<int?> PlaceOfAsync(PictureView picture, CancellationToken cancellationToken)
    {
        if (places.TryGetValue(picture.Id, out var known))
        {
            return known;
        }

        var (first, count) = PlacesAt(picture.CreatedAt);
        if (count > 0)
        {
            await ReadRangeAsync(first, count, cancellationToken);
        }

        return places.TryGetValue(picture.Id, out var found) ? found : null;
    }

    // Binary search for the positions that share a timestamp; Times are in the order of the filter.
    private (int First, int Count) PlacesAt(DateTimeOffset time)
    {
        var (low, high) = (0, Times.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = (Filter.OldestFirst ? Times[middle] < time : Times[middle] > time) ? (middle + 1, high) : (low, middle);
        }

        var count = 0;
        while (low + count < Times.Count && Times[low + count] == time)
        {
            count++;
        }

        return (low, count);
    }

    private async Task<Guid?> IdAtAsync(int place, CancellationToken cancellationToken)
    {
        if (place < 0 || place >= Count)
        {
            return null;
        }

        return placed.TryGetValue(place, out var known) ? known.Id
            : await ReadRangeAsync(place, 1, cancellationToken) is [var read] ? read.Id : null;
    }

    private sealed class Subscription(List<Action> readers, Action onChanged) : IDisposable
    {
        public void Dispose() => readers.Remove(onChanged);
    }
}
