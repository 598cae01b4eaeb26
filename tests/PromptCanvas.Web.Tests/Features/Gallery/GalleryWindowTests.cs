using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components.Gallery;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class GalleryWindowTests
{
    private readonly FakeLibrary gallery = new();

    [Fact]
    public async Task LoadMoreAsync_ToTheEnd_HasEveryPictureOnceNewestFirst()
    {
        gallery.Add(60);
        var window = await StartedAsync();
        while (window.HasMore)
        {
            await window.LoadMoreAsync(CancellationToken.None);
        }

        Assert.Equal(gallery.Pictures.Select(picture => picture.Id), window.Pictures.Select(picture => picture.Id));
    }

    [Theory]
    [InlineData(0, 2, 2)]
    [InlineData(10, 3, 13)]
    [InlineData(40, 2, 26)]
    [InlineData(40, 30, 24)]
    public async Task RefreshAsync_WithNewPictures_PutsThemOnTopWithoutAGap(int before, int added, int shown)
    {
        gallery.Add(before);
        var window = await StartedAsync();
        gallery.Add(added);

        await window.RefreshAsync(CancellationToken.None);

        Assert.Equal(gallery.Pictures.Take(shown).Select(picture => picture.Id), window.Pictures.Select(picture => picture.Id));
    }

    [Fact]
    public async Task NeighboursAsync_InTheMiddleAndAtTheEnds_AreTheGallerysOrder()
    {
        gallery.Add(3);
        var window = await StartedAsync();
        var (first, second, third) = (gallery.Pictures[0], gallery.Pictures[1], gallery.Pictures[2]);

        Assert.Equal((null, second.Id), await window.NeighboursAsync(first, CancellationToken.None));
        Assert.Equal((first.Id, third.Id), await window.NeighboursAsync(second, CancellationToken.None));
        Assert.Equal((second.Id, null), await window.NeighboursAsync(third, CancellationToken.None));
    }

    [Fact]
    public async Task NeighboursAsync_AtTheEdgeOfWhatWasRead_ReadsOn()
    {
        gallery.Add(500);
        var window = await StartedAsync();
        await window.PinAsync(CancellationToken.None);
        var middle = await window.ReadRangeAsync(300, 10, CancellationToken.None);

        Assert.Equal(gallery.Pictures.Skip(300).Take(10), middle);
        Assert.Equal((gallery.Pictures[299].Id, gallery.Pictures[301].Id), await window.NeighboursAsync(middle[0], CancellationToken.None));
        Assert.Equal((gallery.Pictures[308].Id, gallery.Pictures[310].Id), await window.NeighboursAsync(middle[9], CancellationToken.None));
    }

    [Fact]
    public async Task NeighboursAsync_OfAPinnedPictureThatIsNotLoaded_AreTheGallerysOrder()
    {
        gallery.Add(500);
        var window = await StartedAsync();
        await window.PinAsync(CancellationToken.None);

        Assert.Equal((gallery.Pictures[399].Id, gallery.Pictures[401].Id), await window.NeighboursAsync(gallery.Pictures[400], CancellationToken.None));
    }

    [Fact]
    public async Task NeighboursAsync_OfAnOrderOldestFirst_AreThatOrder()
    {
        gallery.Add(500);
        gallery.Pictures.Reverse();
        var window = new GalleryWindow(gallery, gallery, gallery, gallery, TimeProvider.System);
        window.LookAt(LibraryFilter.Everything with { OldestFirst = true });
        window.Start(await window.ReadFirstAsync(CancellationToken.None));
        await window.PinAsync(CancellationToken.None);

        Assert.Equal((gallery.Pictures[399].Id, gallery.Pictures[401].Id), await window.NeighboursAsync(gallery.Pictures[400], CancellationToken.None));
    }

    [Fact]
    public async Task Remove_TellsWhatShowsTheGallery()
    {
        gallery.Add(3);
        var window = await StartedAsync();
        var told = 0;
        using var subscription = window.Subscribe(() => told++);

        window.Remove(gallery.Pictures[1].Id);

        Assert.Equal(1, told);
        Assert.Equal([gallery.Pictures[0].Id, gallery.Pictures[2].Id], window.Pictures.Select(picture => picture.Id));
    }

    [Fact]
    public async Task ReadRangeAsync_BeyondTheEnd_GivesWhatThereIs()
    {
        gallery.Add(250);
        var window = await StartedAsync();
        await window.PinAsync(CancellationToken.None);

        Assert.Equal(250, window.Count);
        Assert.Equal(gallery.Pictures, await window.ReadRangeAsync(0, 1000, CancellationToken.None));
        Assert.Empty(await window.ReadRangeAsync(250, 10, CancellationToken.None));
    }

    private async Task<GalleryWindow> StartedAsync()
    {
        var window = new GalleryWindow(gallery, gallery, gallery, gallery, TimeProvider.System);
        window.Start(await window.ReadFirstAsync(CancellationToken.None));
        return window;
    }

    /// <summary>Finished pictures in memory.</summary>
    private sealed class FakeLibrary : ILibrary, IPictureTimeline, IJobQueries, ICurrentActor
    {
        public Task<IReadOnlyList<DateTimeOffset>> TimesAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<DateTimeOffset>>([.. Pictures.Select(picture => picture.CreatedAt)]);

        public Task<IReadOnlyList<PictureKey>> KeysAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PictureKey>>([.. Pictures.Select(picture => new PictureKey(picture.Id, picture.PersonId))]);

        public Task<int> CountAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken) =>
            Task.FromResult(Pictures.Count);

        public Task<IReadOnlyList<PictureView>> ReadRangeAsync(
            Actor actor, LibraryFilter filter, DateTimeOffset until, int start, int take, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PictureView>>([.. Pictures.Where(picture => filter.OldestFirst ? picture.CreatedAt >= until : picture.CreatedAt <= until).Skip(start).Take(take)]);

        public Task<Guid?> FindByKeyAsync(Actor actor, string keyPrefix, TimeSpan maximumAge, CancellationToken cancellationToken) => throw new NotSupportedException();

        public List<PictureView> Pictures { get; } = [];

        public void Add(int count)
        {
            // Pictures of the same job often finish at the same time.
            for (var i = 0; i < count; i++)
            {
                Pictures.Insert(0, new PictureView(Guid.NewGuid(), Guid.NewGuid(), 0, "a cube", 1, "starter", 64, 64, DateTimeOffset.UnixEpoch.AddMinutes(Pictures.Count / 4)));
            }
        }

        public Task<PicturePage> ReadAsync(Actor actor, LibraryFilter filter, string? after, int take, CancellationToken cancellationToken)
        {
            var from = after is null ? 0 : Pictures.FindIndex(picture => picture.Id.ToString() == after) + 1;
            var page = Pictures.Skip(from).Take(take).ToList();
            return Task.FromResult(new PicturePage(page, from + take < Pictures.Count ? page[^1].Id.ToString() : null));
        }

        public Task<bool> IsFavouriteAsync(Actor actor, Guid imageId, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<bool> MarkAsync(Actor actor, Guid imageId, bool isFavourite, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<int> DeleteAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken) => Task.FromResult(0);

        public Task<int> RestoreAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken) => Task.FromResult(0);

        public ValueTask<Actor> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new Actor(Guid.Empty, PersonRoles.Member));

        public async ValueTask<Actor?> FindAsync(CancellationToken cancellationToken) => await GetAsync(cancellationToken);

        public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) => Task.FromResult<JobView?>(null);

        public Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JobView>>([]);

        public Task<JobPage> HistoryAsync(Actor actor, string? after, int take, CancellationToken cancellationToken) => Task.FromResult(new JobPage([], null));

        public Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken) => Task.FromResult<JobView?>(null);

        public Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JobView>>([]);
    }
}
