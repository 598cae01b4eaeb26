using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Sharing;
using PromptCanvas.Data.Styles;

namespace PromptCanvas.Data.Access;

/// <summary>Access rules: the only place that decides about access. Objects that an actor may not see are treated as nonexistent.</summary>
public static class AccessQueries
{
    /// <summary>The actor's own jobs. Jobs from before the installation had accounts have no owner.</summary>
    public static IQueryable<Job> VisibleTo(this IQueryable<Job> jobs, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return jobs.Where(job => job.PersonId == personId);
    }

    /// <summary>The actor's own pictures and those shared with the team, except taken-down and deleted ones, and drafts. Administrators have no extra access here.</summary>
    public static IQueryable<Picture> VisibleTo(this IQueryable<Picture> pictures, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return pictures.Where(picture => picture.TakenDownAt == null && picture.DeletedAt == null && picture.Kind != JobKinds.Draft && (picture.Visibility == Visibilities.Team || picture.PersonId == personId));
    }

    /// <summary>The actor's own drafts that have not expired. Only Create shows them: they are pictures when they are finished.</summary>
    public static IQueryable<Picture> DraftsOf(this IQueryable<Picture> pictures, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return pictures.Where(picture => picture.Kind == JobKinds.Draft && picture.DeletedAt == null && picture.TakenDownAt == null && picture.PersonId == personId);
    }

    /// <summary>The actor's own boards and those shared with the team. Access to the pictures on them is checked separately.</summary>
    public static IQueryable<Board> VisibleTo(this IQueryable<Board> boards, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return boards.Where(board => board.Visibility == Visibilities.Team || board.PersonId == personId);
    }

    /// <summary>The actor's own styles, those of boards that the actor may see, and those that are shared with the team and belong to no board.</summary>
    public static IQueryable<Style> VisibleTo(this IQueryable<Style> styles, Actor actor, IQueryable<Board> boards)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        var seen = boards.VisibleTo(actor);
        return styles.Where(style => style.PersonId == personId
            || (style.BoardId == null ? style.Visibility == Visibilities.Team : seen.Any(board => board.Id == style.BoardId)));
    }

    /// <summary>The pictures that a link shows: its picture, or those of its board that belong to the link's owner and are neither deleted nor taken down.</summary>
    public static IQueryable<Picture> BehindLink(this IQueryable<Picture> pictures, ShareLink link, IQueryable<BoardPicture> onBoards)
    {
        ArgumentNullException.ThrowIfNull(link);
        var (personId, imageId, boardId) = (link.PersonId, link.ImageId, link.BoardId);
        return pictures.Where(picture => picture.TakenDownAt == null && picture.DeletedAt == null && picture.PersonId == personId
            && (picture.Id == imageId || onBoards.Any(place => place.BoardId == boardId && place.ImageId == picture.Id)));
    }

    /// <summary>The pictures that a person may see without signing in, by an address signed for them: as in <see cref="VisibleTo(IQueryable{Picture}, Actor)"/>,
    /// while neither that person nor the picture's owner is suspended.</summary>
    public static IQueryable<Picture> BehindAddress(this IQueryable<Picture> pictures, Actor actor, IQueryable<Person> people)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return pictures.VisibleTo(actor).Where(picture => people.Any(person => person.Id == personId && person.SuspendedAt == null)
            && !people.Any(person => person.Id == picture.PersonId && person.SuspendedAt != null));
    }

    /// <summary>The pictures in the actor's trash.</summary>
    public static IQueryable<Picture> InTrashOf(this IQueryable<Picture> pictures, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return pictures.Where(picture => picture.TakenDownAt == null && picture.DeletedAt != null && picture.Kind != JobKinds.Draft && picture.ContentHash != "" && picture.PersonId == personId);
    }

    /// <summary>The actor's own uploads.</summary>
    public static IQueryable<Upload> VisibleTo(this IQueryable<Upload> uploads, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var personId = actor.PersonId;
        return uploads.Where(upload => upload.PersonId == personId);
    }
}
