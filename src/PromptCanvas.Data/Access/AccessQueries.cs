using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Sharing;

namespace PromptCanvas.Data.Access;

/// <summary>Who may see what: the only place that says so. What one may not see does not exist for one.</summary>
public static class AccessQueries
{
    /// <summary>A person's own jobs. What was asked before there were accounts belongs to nobody.</summary>
    public static IQueryable<Job> VisibleTo(this IQueryable<Job> jobs, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return jobs.Where(job => job.PersonId == personId);
    }

    /// <summary>What the team shares, and a person's own; not what was taken down or lies in the trash. An administrator is a person like any other here.</summary>
    public static IQueryable<GeneratedImage> VisibleTo(this IQueryable<GeneratedImage> images, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return images.Where(image => image.TakenDownAt == null && image.DeletedAt == null && (image.Visibility == Visibilities.Team || image.PersonId == personId));
    }

    /// <summary>What the team shares, and a person's own. The pictures on it are another question.</summary>
    public static IQueryable<Board> VisibleTo(this IQueryable<Board> boards, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return boards.Where(board => board.Visibility == Visibilities.Team || board.PersonId == personId);
    }

    /// <summary>What a link shows: its picture, or those of its board, as far as they are the link's owner's own and there.</summary>
    public static IQueryable<GeneratedImage> BehindLink(this IQueryable<GeneratedImage> images, ShareLink link, IQueryable<BoardPicture> onBoards)
    {
        ArgumentNullException.ThrowIfNull(link);
        var (personId, imageId, boardId) = (link.PersonId, link.ImageId, link.BoardId);
        return images.Where(image => image.TakenDownAt == null && image.DeletedAt == null && image.PersonId == personId
            && (image.Id == imageId || onBoards.Any(place => place.BoardId == boardId && place.ImageId == image.Id)));
    }

    /// <summary>What a person has put into the trash.</summary>
    public static IQueryable<GeneratedImage> InTrashOf(this IQueryable<GeneratedImage> images, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return images.Where(image => image.TakenDownAt == null && image.DeletedAt != null && image.ContentHash != "" && image.PersonId == personId);
    }

    /// <summary>A person's own.</summary>
    public static IQueryable<Upload> VisibleTo(this IQueryable<Upload> uploads, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return uploads.Where(upload => upload.PersonId == personId);
    }
}
