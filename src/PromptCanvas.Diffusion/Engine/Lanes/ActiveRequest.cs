using System.Threading.Channels;
using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Origins;

namespace PromptCanvas.Diffusion.Engine.Lanes;

/// <summary>A request in the engine: its plan, its texts, its remaining pictures, and the channel to its reader.</summary>
internal sealed class ActiveRequest
{
    // Not marked as having a single reader: only the general channel knows how many events are unread.
    private readonly Channel<GenerationEvent> events = Channel.CreateUnbounded<GenerationEvent>();

    private readonly CancellationTokenSource abandoned;
    private int unfinished;
    private int unprepared;

    public ActiveRequest(GenerationRequest request, StagePlan plan, long arrival, CancellationToken cancellationToken)
    {
        Request = request;
        Plan = plan;
        Arrival = arrival;
        abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Cancelled = abandoned.Token;
        Waiting = new Queue<int>(request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)]);
        unfinished = Waiting.Count;
        Origin = request.Origin is null ? null : OriginPlans.Create(request.Origin);
        PriorSamples = StageIndices.FirstOf(request) == StageIndices.Prior ? plan.PriorCandidates : 0;
    }

    public GenerationRequest Request { get; }

    public StagePlan Plan { get; }

    /// <summary>The order of arrival in the engine.</summary>
    public long Arrival { get; }

    /// <summary>Cancelled by its owner, or no longer read.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>Pictures that are not lanes yet, by index.</summary>
    public Queue<int> Waiting { get; }

    /// <summary>How the request's origin becomes its pictures' embeddings; null where the prompt does.</summary>
    public OriginPlan? Origin { get; }

    public bool OriginHasBegun { get; private set; }

    /// <summary>Preparations that must finish before the pictures and have no lane yet.</summary>
    public Queue<Preparation> Preparations { get; } = new();

    /// <summary>How many pictures are inverted before the first picture is drawn.</summary>
    public int Inversions { get; private set; }

    /// <summary>How many samples of the prior one picture waits for: its own, or those made for all pictures.</summary>
    public int PriorSamples { get; private set; }

    /// <summary>Work done so far for all pictures together, in the units of a lane's.</summary>
    public double PreparationWork { get; set; }

    /// <summary>Whether a lane of this request could start now.</summary>
    public bool HasNextLane => Preparations.Count > 0 || (unprepared == 0 && Waiting.Count > 0);

    /// <summary>Set when the texts have been encoded.</summary>
    public TextConditioning? Texts { get; set; }

    /// <summary>The image embedding of the known picture if that is the conditioning; set with the first picture.</summary>
    public float[]? KnownEmbedding { get; set; }

    /// <summary>The known part of the picture, for the stages that have used it.</summary>
    public Dictionary<GenerationStage, KnownPixels> Known { get; } = [];

    /// <summary>The prior, the decoder, and the upsamplers the size needs.</summary>
    public int StageCount => 2 + Plan.SuperResolution.Length;

    /// <summary>Whether any of its pictures has had a preview.</summary>
    public bool HasPreview { get; set; }

    public bool IsOver { get; private set; }

    public ChannelReader<GenerationEvent> Events => events.Reader;

    /// <summary>Whether a copy of the predicted picture is worth making.</summary>
    /// <param name="imageIndex">Whose.</param>
    /// <param name="maxUnread">How many unread events the reader may leave before it is spared pictures.</param>
    public bool WantsPreview(int imageIndex, int maxUnread) =>
        events.Reader.Count < maxUnread && (Request.PreviewsWanted is null || Request.PreviewsWanted(imageIndex));

    public void Emit(GenerationEvent value) => events.Writer.TryWrite(value);

    /// <summary>Queues the preparations that must finish before the pictures.</summary>
    public void Begin(IEnumerable<Preparation> preparations)
    {
        OriginHasBegun = true;
        foreach (var preparation in preparations)
        {
            Preparations.Enqueue(preparation);
            unprepared++;
            Inversions += preparation is InversionPreparation ? 1 : 0;
            PriorSamples += preparation is EmbeddingPreparation ? Plan.PriorCandidates : 0;
        }
    }

    /// <summary>The pictures that cannot be made when a lane is lost: its own, or all of them when they needed it.</summary>
    public List<int> Lose(Lane lane)
    {
        if (lane.Preparation is null)
        {
            return [lane.ImageIndex];
        }

        List<int> lost = [.. Waiting];
        Waiting.Clear();
        Preparations.Clear();
        return lost;
    }

    /// <summary>Takes back a picture that has run nothing; it is the next one again.</summary>
    public void PutBack(Lane lane)
    {
        int[] others = [.. Waiting];
        Waiting.Clear();
        Waiting.Enqueue(lane.ImageIndex);
        foreach (var index in others)
        {
            Waiting.Enqueue(index);
        }
    }

    /// <summary>Removes cancelled pictures from the waiting list.</summary>
    public List<int> TakeUnwanted()
    {
        if (Request.PictureWanted is not { } wanted || Waiting.All(wanted))
        {
            return [];
        }

        List<int> all = [.. Waiting];
        Waiting.Clear();
        foreach (var index in all.Where(wanted))
        {
            Waiting.Enqueue(index);
        }

        return [.. all.Except(Waiting)];
    }

    /// <summary>A picture's image embedding with the request's style.</summary>
    /// <param name="embedding">What the prompt or the origin gave.</param>
    public float[] Styled(float[] embedding) => Request.Overrides.Style?.AddTo(embedding) ?? embedding;

    /// <summary>How a picture is made, for its metadata.</summary>
    public EffectiveRecipe Describe(string model, int imageIndex)
    {
        var recipe = Plan.Describe(model) with
        {
            NegativePrompt = Request.NegativePrompt,
            Style = Request.Overrides.Style?.Use,
        };
        return Origin?.Describe(recipe, imageIndex, Request.Count) ?? recipe;
    }

    /// <summary>Stores the result of a preparation; after the last one the pictures may start.</summary>
    public void FinishPreparation(Lane lane)
    {
        var result = lane.Preparation is InversionPreparation ? lane.State.Noisy.ToArray() : lane.ImageEmbedding;
        Origin!.Accept(lane.Preparation!, result);
        unprepared--;
    }

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
    /// <param name="fault">The exception for the reader; null = a normal end.</param>
    public void Complete(Exception? fault)
    {
        IsOver = true;
        events.Writer.TryComplete(fault);
    }

    /// <summary>The reader has gone: the rest of the request is dropped within a step.</summary>
    public void Abandon()
    {
        abandoned.Cancel();
        abandoned.Dispose();
    }
}
