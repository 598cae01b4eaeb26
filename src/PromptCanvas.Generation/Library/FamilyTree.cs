using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class FamilyTree(IDbContextFactory<AppDbContext> databases, IPictureQueries pictures) : IFamily
{
    /// <summary>Generations above the picture that one read returns; navigate to a parent for more.</summary>
    private const int Generations = 2;

    private const int MostChildren = 60;

    public async Task<Family?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        if (await pictures.FindPictureAsync(actor, imageId, cancellationToken) is not { } picture)
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var reader = new Reader(database, actor, cancellationToken);
        var children = ChildrenOf(database, imageId);
        var remixes = children.VisibleTo(actor).Where(remix => remix.PersonId != picture.PersonId);
        return new Family(
            picture,
            await reader.NameAsync(picture.PersonId),
            await reader.ParentsAsync(picture.JobId, Generations),
            await reader.NodesAsync(database.Pictures.VisibleTo(actor).Where(sibling => sibling.JobId == picture.JobId).OrderBy(sibling => sibling.ImageIndex)),
            await reader.ChildrenAsync(imageId))
        {
            Remixes = await remixes.CountAsync(cancellationToken),
            RemixPeople = await remixes.Select(remix => remix.PersonId).Distinct().CountAsync(cancellationToken),
        };
    }

    private static IQueryable<Picture> ChildrenOf(AppDbContext database, Guid imageId) => database.Pictures.Where(picture =>
        database.JobInputs.Any(input => input.JobId == picture.JobId && input.ImageId == imageId && !JobInputRoles.NoParents.Contains(input.Role)));

    /// <summary>Reads one family, with a cache of names.</summary>
    private sealed class Reader(AppDbContext database, Actor actor, CancellationToken cancellationToken)
    {
        private readonly Dictionary<Guid, string?> names = [];

        public async Task<string?> NameAsync(Guid? personId)
        {
            if (personId is not { } id)
            {
                return null;
            }

            if (!names.TryGetValue(id, out var name))
            {
                name = await database.People.Where(person => person.Id == id).Select(person => person.DisplayName).SingleOrDefaultAsync(cancellationToken);
                names[id] = name;
            }

            return name;
        }

        public async Task<IReadOnlyList<FamilyNode>> ParentsAsync(Guid jobId, int generations)
        {
            if (generations == 0)
            {
                return [];
            }

            var inputs = await database.JobInputs.AsNoTracking().Where(input => input.JobId == jobId && !JobInputRoles.NoParents.Contains(input.Role))
                .OrderBy(input => input.Slot).ToListAsync(cancellationToken);
            var parents = new List<FamilyNode>();
            foreach (var input in inputs)
            {
                parents.Add(await ParentAsync(input, generations));
            }

            return parents;
        }

        public async Task<IReadOnlyList<FamilyNode>> NodesAsync(IQueryable<Picture> pictures)
        {
            var views = await pictures.Take(MostChildren).ToViews().ToListAsync(cancellationToken);
            var nodes = new List<FamilyNode>();
            foreach (var view in views)
            {
                nodes.Add(await NodeAsync(view));
            }

            return nodes;
        }

        // A hidden child appears as a gap only if the actor may see a picture made from it. Otherwise the gap would reveal private activity.
        public async Task<IReadOnlyList<FamilyNode>> ChildrenAsync(Guid imageId)
        {
            var children = ChildrenOf(database, imageId);
            var visible = await NodesAsync(children.VisibleTo(actor).OrderBy(child => child.CreatedAt).ThenBy(child => child.ImageIndex));
            var seen = database.Pictures.VisibleTo(actor);
            var hidden = await children.Where(child => !seen.Any(known => known.Id == child.Id)
                    && seen.Any(grandchild => database.JobInputs.Any(input =>
                        input.JobId == grandchild.JobId && input.ImageId == child.Id && !JobInputRoles.NoParents.Contains(input.Role))))
                .CountAsync(cancellationToken);
            return [.. visible, .. Enumerable.Repeat(new FamilyNode(FamilyNodeKind.Private, null), hidden)];
        }

        private async Task<FamilyNode> ParentAsync(JobInput input, int generations)
        {
            if (input.UploadId is { } upload)
            {
                var isOwn = await database.Uploads.VisibleTo(actor).AnyAsync(row => row.Id == upload, cancellationToken);
                return isOwn ? new FamilyNode(FamilyNodeKind.Upload, upload) : new FamilyNode(FamilyNodeKind.Private, null);
            }

            if (input.ImageId is not { } id)
            {
                return new FamilyNode(FamilyNodeKind.Gone, null);
            }

            var view = await database.Pictures.VisibleTo(actor).Where(picture => picture.Id == id).ToViews().SingleOrDefaultAsync(cancellationToken);
            return view is null
                ? new FamilyNode(FamilyNodeKind.Private, null)
                : await NodeAsync(view) with { Parents = await ParentsAsync(view.JobId, generations - 1) };
        }

        private async Task<FamilyNode> NodeAsync(PictureView view) => new(FamilyNodeKind.Picture, view.Id)
        {
            Picture = view,
            Person = await NameAsync(view.PersonId),
            ChildCount = await ChildrenOf(database, view.Id).VisibleTo(actor).CountAsync(cancellationToken),
        };
    }
}
