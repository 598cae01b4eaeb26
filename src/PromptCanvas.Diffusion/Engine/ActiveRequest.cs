using System.Threading.Channels;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A request inside the engine: its plan, its texts, what is left of it, and the way back to its reader.</summary>
internal sealed class ActiveRequest
{
    // Not marked as having a single reader: only the general channel knows how many events are unread.
    private readonly Channel<GenerationEvent> events = Channel.CreateUnbounded<GenerationEvent>();

    private readonly CancellationTokenSource abandoned;
    private int unfinished;

    public ActiveRequest(GenerationRequest request, StagePlan plan, long arrival, CancellationToken cancellationToken)
    {
        Request = request;
        Plan = plan;
        Arrival = arrival;
        abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Cancelled = abandoned.Token;
        Waiting = new Queue<int>(request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)]);
        unfinished = Waiting.Count;
    }

    public GenerationRequest Request { get; }

    public StagePlan Plan { get; }

    /// <summary>The order of arrival in the engine.</summary>
    public long Arrival { get; }

    /// <summary>Cancelled by its owner, or no longer read.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>Pictures that are not lanes yet, by index.</summary>
    public Queue<int> Waiting { get; }

    /// <summary>Set when the texts have been encoded.</summary>
    public TextConditioning? Texts { get; set; }

    /// <summary>The prior, the decoder, and the upsamplers the size needs.</summary>
    public int StageCount => 2 + Plan.SuperResolution.Length;

    /// <summary>Whether somebody could have seen any of its pictures already.</summary>
    public bool HasPreview { get; set; }

    public bool IsOver { get; private set; }

    public ChannelReader<GenerationEvent> Events => events.Reader;

    /// <summary>Whether a copy of the predicted picture is worth making.</summary>
    /// <param name="maxUnread">How many unread events the reader may leave before it is spared pictures.</param>
    public bool WantsPreview(int maxUnread) =>
        events.Reader.Count < maxUnread && (Request.PreviewsWanted is null || Request.PreviewsWanted());

    public void Emit(GenerationEvent value) => events.Writer.TryWrite(value);

    /// <summary>Tells that a picture has its last event; ends the stream after the last picture.</summary>
    public void FinishPicture(GenerationEvent value)
    {
        Emit(value);
        unfinished--;
        if (unfinished == 0)
        {
            Complete(null);
        }
    }

    /// <summary>Ends the stream.</summary>
    /// <param name="fault">What the reader shall see; null = a normal end.</param>
    public void Complete(Exception? fault)
    {
        IsOver = true;
        events.Writer.TryComplete(fault);
    }

    /// <summary>The reader has gone: whatever is left of the request is dropped within a step.</summary>
    public void Abandon()
    {
        abandoned.Cancel();
        abandoned.Dispose();
    }
}
