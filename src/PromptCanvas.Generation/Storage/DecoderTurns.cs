namespace PromptCanvas.Generation.Storage;

/// <summary>Shares the decoders among people: a limited number at once; waiting people take turns, one picture each.</summary>
internal sealed class DecoderTurns(int atOnce)
{
    private readonly Lock changing = new();
    private readonly Dictionary<Guid, Queue<Turn>> waiting = [];

    // The order of the next turns; each person is in it once.
    private readonly LinkedList<Guid> people = new();
    private readonly Dictionary<Guid, int> running = [];
    private int free = atOnce;

    /// <summary>Waits for a decoder.</summary>
    /// <param name="personId">The person whose picture is decoded; <see cref="Guid.Empty"/> for the studio's own work.</param>
    /// <param name="mostWaiting">How many of this person's pictures may wait while another one of theirs is decoded; null = any number.</param>
    /// <returns>Dispose of it to release the decoder; null if too many are waiting.</returns>
    public async Task<IDisposable?> EnterAsync(Guid personId, int? mostWaiting, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, personId);
        lock (changing)
        {
            if (mostWaiting is { } most && CountOf(personId) > most)
            {
                return null;
            }

            Add(turn);
            Next();
        }

        // An abandoned turn stays in the queue and is skipped when it is reached.
        await using var registration = cancellationToken.Register(() => turn.Begun.TrySetCanceled(cancellationToken));
        await turn.Begun.Task;
        return turn;
    }

    private int CountOf(Guid personId) =>
        running.GetValueOrDefault(personId) + (waiting.TryGetValue(personId, out var turns) ? turns.Count(turn => !turn.Begun.Task.IsCanceled) : 0);

    private void Add(Turn turn)
    {
        if (!waiting.TryGetValue(turn.PersonId, out var turns))
        {
            waiting[turn.PersonId] = turns = new Queue<Turn>();
            people.AddLast(turn.PersonId);
        }

        turns.Enqueue(turn);
    }

    private void Next()
    {
        while (free > 0 && people.First is { } first)
        {
            var turns = waiting[first.Value];
            var turn = turns.Dequeue();
            people.RemoveFirst();
            if (turns.Count == 0)
            {
                waiting.Remove(first.Value);
            }
            else
            {
                people.AddLast(first);
            }

            // False for an abandoned turn.
            if (turn.Begun.TrySetResult())
            {
                free--;
                running[turn.PersonId] = running.GetValueOrDefault(turn.PersonId) + 1;
            }
        }
    }

    private void End(Turn turn)
    {
        lock (changing)
        {
            if (turn.IsOver)
            {
                return;
            }

            turn.IsOver = true;
            free++;
            if (--running[turn.PersonId] == 0)
            {
                running.Remove(turn.PersonId);
            }

            Next();
        }
    }

    private sealed class Turn(DecoderTurns turns, Guid personId) : IDisposable
    {
        public Guid PersonId => personId;

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsOver { get; set; }

        public void Dispose() => turns.End(this);
    }
}
