using System.Text;
using PromptCanvas.Cluster.Live;

namespace PromptCanvas.Cluster.Tests.Live;

public sealed class OutboxTests
{
    private readonly Outbox outbox = new();

    [Fact]
    public void Put_SamePlaceTwice_KeepsTheNewestOnly()
    {
        Assert.True(outbox.Put("job", "0", Bytes("first")));
        Assert.True(outbox.Put("job", "1", Bytes("other picture")));
        Assert.True(outbox.Put("job", "0", Bytes("second")));

        Assert.Equal(["second", "other picture"], Taken());
    }

    [Fact]
    public void Put_WithoutAPlace_KeepsEveryMessageInOrder()
    {
        outbox.Put("jobs", null, Bytes("queued"));
        outbox.Put("jobs", null, Bytes("running"));

        Assert.Equal(["queued", "running"], Taken());
    }

    [Fact]
    public void Put_SamePlaceAfterItWasTaken_IsSentAgain()
    {
        outbox.Put("job", "0", Bytes("first"));
        Assert.Equal(["first"], Taken());
        outbox.Put("job", "0", Bytes("second"));

        Assert.Equal(["second"], Taken());
    }

    [Fact]
    public void Put_MoreThanMayWait_LosesMessagesAndNoSubscription()
    {
        for (var message = 0; message < Outbox.MostWaiting; message++)
        {
            Assert.True(outbox.Put("jobs", null, Bytes("waits")));
        }

        Assert.False(outbox.Put("jobs", null, Bytes("lost")));
        Assert.False(outbox.Put("job", "0", Bytes("lost")));
        outbox.Put("job", subscribes: true);

        Assert.Equal(Outbox.MostWaiting, Taken().Count(text => text == "waits"));

        // A place that was refused takes the next message.
        Assert.True(outbox.Put("job", "0", Bytes("kept")));
        Assert.Equal(["kept"], Taken());
    }

    [Fact]
    public void Put_SubscriptionThenMessage_LeaveInThatOrder()
    {
        outbox.Put("job", subscribes: true);
        outbox.Put("watch", null, Bytes("job"));

        Assert.True(outbox.TryTake(out var first));
        Assert.True(outbox.TryTake(out var second));
        Assert.Equal(("job", true), (first.Topic, first.Subscribes));
        Assert.Equal(("watch", null), (second.Topic, second.Subscribes));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private List<string> Taken()
    {
        var texts = new List<string>();
        while (outbox.TryTake(out var next))
        {
            texts.Add(Encoding.UTF8.GetString(next.Body.Span));
        }

        return texts;
    }
}
