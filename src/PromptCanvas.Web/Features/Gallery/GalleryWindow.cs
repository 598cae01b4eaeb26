using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>The part of the gallery that one tab has loaded, newest first; the viewer walks through it.</summary>
public sealed class GalleryWindow(ILibrary library, IJobQueries jobs, ICurrentViewer viewer)
{
    private const int PageSize = 24;
    private readonly List<PictureView> pictures = [];
    private string? next;

    public IReadOnlyList<PictureView> Pictures => pictures;

    public bool IsLoaded { get; private set; }

    /// <summary>What the window looks onto.</summary>
    public LibraryFilter Filter { get; private set; } = LibraryFilter.Everything;

    public bool HasMore => next is not null;

    /// <summary>Looks onto something else, and forgets what it had loaded.</summary>
    public void LookAt(LibraryFilter filter)
    {
        if (filter != Filter)
        {
            (Filter, IsLoaded, next) = (filter, false, null);
            pictures.Clear();
        }
    }

    /// <summary>Takes pictures out that are no longer there.</summary>
    public void Remove(Guid pictureId) => pictures.RemoveAll(picture => picture.Id == pictureId);

    public async Task<GalleryPage> ReadFirstAsync(CancellationToken cancellationToken) =>
        await library.ReadAsync(await viewer.GetAsync(cancellationToken), Filter, null, PageSize, cancellationToken);

    public void Start(GalleryPage first)
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

        var page = await library.ReadAsync(await viewer.GetAsync(cancellationToken), Filter, after, PageSize, cancellationToken);
        var known = pictures.Select(picture => picture.Id).ToHashSet();
        pictures.AddRange(page.Pictures.Where(picture => !known.Contains(picture.Id)));
        next = page.Next;
    }

    /// <summary>Puts what was made since on top; more than a page of it starts the window anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var first = await ReadFirstAsync(cancellationToken);
        if (Filter.ByMeaning || Filter.Like is not null)
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

    /// <summary>The pictures before and after one, in the gallery's order; its job's other pictures when the gallery has not loaded it.</summary>
    public async Task<(Guid? Newer, Guid? Older)> NeighboursAsync(PictureView picture, CancellationToken cancellationToken)
    {
        var row = pictures.Select(other => other.Id).ToList();
        if (!row.Contains(picture.Id) && await jobs.FindAsync(await viewer.GetAsync(cancellationToken), picture.JobId, cancellationToken) is { } job)
        {
            row = [.. job.Images.Where(image => image.ImageId is not null).Select(image => image.ImageId!.Value)];
        }

        var at = row.IndexOf(picture.Id);
        return (at > 0 ? row[at - 1] : null, at >= 0 && at < row.Count - 1 ? row[at + 1] : null);
    }
}
