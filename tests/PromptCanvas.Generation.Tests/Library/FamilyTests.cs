using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

/// <summary>Three generations of pictures: my grandparent; two parents (mine, and another person's private one); a child of both; and another person's private child.</summary>
public sealed class FamilyTests : IAsyncDisposable
{
    private static readonly Actor Me = Studio.Somebody;
    private static readonly Actor You = new(new Guid("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d002"), PersonRoles.Member);

    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;
    private int keys;

    public FamilyTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IFamily Families => studio.Get<IFamily>();

    [Fact]
    public async Task Find_AChildOfTwo_ShowsBothAndOneGenerationMore()
    {
        await studio.PrepareAsync();
        var grandmother = await AddAsync(Me, Visibilities.Team);
        var mother = await AddAsync(Me, Visibilities.Team, grandmother);
        var hidden = await AddAsync(You, Visibilities.Private);
        var child = await AddAsync(You, Visibilities.Team, mother, hidden);

        var family = await Families.FindAsync(Me, child, Cancellation);

        Assert.Equal([(FamilyNodeKind.Picture, (Guid?)mother), (FamilyNodeKind.Private, null)], family!.Parents.Select(parent => (parent.Kind, parent.Id)));
        Assert.Null(family.Parents[1].Picture);
        Assert.Equal(grandmother, Assert.Single(family.Parents[0].Parents).Id);
        Assert.Equal([child], family.Siblings.Select(sibling => sibling.Id!.Value));
        Assert.Equal(hidden, (await Families.FindAsync(You, child, Cancellation))!.Parents[1].Id);
    }

    [Fact]
    public async Task Find_WithChildren_ShowsTheVisibleAndCountsOtherPeoplesRemixes()
    {
        await studio.PrepareAsync();
        var picture = await AddAsync(Me, Visibilities.Team);
        var own = await AddAsync(Me, Visibilities.Team, picture);
        var remix = await AddAsync(You, Visibilities.Team, picture);
        await AddAsync(You, Visibilities.Private, picture);

        var family = await Families.FindAsync(Me, picture, Cancellation);

        // Other people's private pictures are not revealed, not even that they exist.
        Assert.Equal([own, remix], family!.Children.Select(child => child.Id!.Value));
        Assert.Equal((1, 1), (family.Remixes, family.RemixPeople));
    }

    [Fact]
    public async Task Find_APrivateLinkBetweenVisiblePictures_IsABlankNode()
    {
        await studio.PrepareAsync();
        var picture = await AddAsync(Me, Visibilities.Team);
        var hidden = await AddAsync(You, Visibilities.Private, picture);
        var grandchild = await AddAsync(You, Visibilities.Team, hidden);

        Assert.Equal(new FamilyNode(FamilyNodeKind.Private, null), Assert.Single((await Families.FindAsync(Me, picture, Cancellation))!.Children));
        Assert.Equal(new FamilyNode(FamilyNodeKind.Private, null), Assert.Single((await Families.FindAsync(Me, grandchild, Cancellation))!.Parents));
        Assert.Null(await Families.FindAsync(Me, hidden, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private async Task<Guid> AddAsync(Actor owner, string visibility, params Guid[] parents)
    {
        var job = await studio.SubmitAsync(TestRequests.Fox($"key {++keys}"));
        await using var database = studio.OpenDatabase();
        var image = new Picture
        {
            Id = Guid.NewGuid(),
            JobId = job,
            ImageIndex = 0,
            Kind = parents.Length == 0 ? JobKinds.Generate : JobKinds.Blend,
            PersonId = owner.PersonId,
            Visibility = visibility,
            ContentHash = "content",
            ThumbnailHash = "thumbnail",
            Width = 64,
            Height = 64,
            Seed = 1,
            Prompt = "a fox",
            Model = "starter",
            Recipe = "{}",
            Timings = "{}",
            CreatedAt = studio.Clock.GetUtcNow().AddSeconds(keys),
            ImageEmbedding = [],
        };
        database.Pictures.Add(image);
        for (var slot = 0; slot < parents.Length; slot++)
        {
            database.JobInputs.Add(new JobInput { JobId = job, Slot = slot, Role = JobInputRoles.Blended, ImageId = parents[slot], ContentHash = "content" });
        }

        await database.SaveChangesAsync(Cancellation);
        return image.Id;
    }
}
