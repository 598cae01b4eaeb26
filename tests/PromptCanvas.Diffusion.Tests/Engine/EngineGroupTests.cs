using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class EngineGroupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateAsync_FirstEngineIsBusy_TheNextRequestGoesToTheOther()
    {
        var (first, second) = (new FakeModel(), new FakeModel());
        using var held = new ManualResetEventSlim();
        using var running = new ManualResetEventSlim();
        first.Decoder.BeforeRun = (_, token) =>
        {
            running.Set();
            held.Wait(token);
        };
        using var group = Group(first, second);

        var slow = CollectAsync(group, Request(count: 4));
        Assert.True(running.Wait(Patience, Token));
        await CollectAsync(group, Request(count: 2));
        await CollectAsync(group, Request(count: 1));

        Assert.Empty(first.Decoder.Rows);
        Assert.Equal(2 * FakeModel.DefaultRecipe.Decoder.Steps, second.Decoder.Rows.Count);
        held.Set();
        await slow;
        await AssertNothingBookedAsync(group, first, second);
    }

    [Fact]
    public async Task GenerateAsync_AnyEngine_GivesTheSamePictures()
    {
        var (first, second) = (new FakeModel(), new FakeModel());
        using var alone = new ImageEngine(new FakeModel().Model, new EngineOptions());
        using var group = Group(first, second);
        using var both = new Barrier(participantCount: 2);
        var (firstWaited, secondWaited) = (0, 0);

        // Neither decoder takes its first step before the other's: each engine makes one of the two.
        first.Decoder.BeforeRun = (_, token) => MeetOnce(ref firstWaited, token);
        second.Decoder.BeforeRun = (_, token) => MeetOnce(ref secondWaited, token);
        var requests = new[] { Request(seed: 7, count: 3), Request(seed: 7, count: 3) };
        var pictures = await Task.WhenAll(requests.Select(request => CompletedAsync(group, request)));

        var expected = (await CompletedAsync(alone, Request(seed: 7, count: 3))).Select(picture => picture.Image.Values);
        Assert.NotEmpty(first.Decoder.Rows);
        Assert.NotEmpty(second.Decoder.Rows);
        Assert.All(pictures, made => Assert.Equal(expected, made.Select(picture => picture.Image.Values)));

        void MeetOnce(ref int waited, CancellationToken token)
        {
            if (Interlocked.Exchange(ref waited, 1) == 0)
            {
                Assert.True(both.SignalAndWait(Patience, token));
            }
        }
    }

    [Fact]
    public async Task GenerateAsync_ReaderLeaves_NothingStaysBooked()
    {
        var (first, second) = (new FakeModel(), new FakeModel());
        using var group = Group(first, second);

        await foreach (var value in group.GenerateAsync(Request(count: 4), Token))
        {
            await CollectAsync(group, Request(count: 1));
            Assert.NotEmpty(second.Decoder.Rows);
            break;
        }

        await AssertNothingBookedAsync(group, first, second);
    }

    [Fact]
    public async Task GenerateAsync_InvalidRequest_ThrowsAtOnce()
    {
        var (first, second) = (new FakeModel(), new FakeModel());
        using var group = Group(first, second);

        Assert.Throws<ArgumentException>(() => group.GenerateAsync(Request(count: 0), Token));
        await AssertNothingBookedAsync(group, first, second);
    }

    /// <summary>Of engines that have nothing to do, the first takes the next request.</summary>
    private static async Task AssertNothingBookedAsync(EngineGroup group, FakeModel first, FakeModel second)
    {
        await CollectAsync(group, Request(count: 1));
        var (before, others) = (first.Decoder.Rows.Count, second.Decoder.Rows.Count);

        await CollectAsync(group, Request(count: 1));

        Assert.True(first.Decoder.Rows.Count > before);
        Assert.Equal(others, second.Decoder.Rows.Count);
    }

    private static EngineGroup Group(params FakeModel[] models) =>
        new([.. models.Select(fake => new ImageEngine(fake.Model, new EngineOptions()))]);
}
