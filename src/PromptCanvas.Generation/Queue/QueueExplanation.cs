using System.Globalization;

namespace PromptCanvas.Generation.Queue;

/// <summary>Why a job has its position in the queue.</summary>
public sealed record QueueExplanation
{
    /// <summary>1 = next.</summary>
    public required int Position { get; init; }

    /// <summary>Queued jobs, including this one.</summary>
    public required int Waiting { get; init; }

    /// <summary>Jobs of the same person ahead.</summary>
    public required int OwnAhead { get; init; }

    /// <summary>Other people with jobs ahead.</summary>
    public required int PeopleAhead { get; init; }

    /// <summary>The job runs after all jobs that people wait for.</summary>
    public bool Background { get; init; }

    /// <summary>An administrator moved it to the front.</summary>
    public bool Expedited { get; init; }

    /// <summary>The job was running when the studio crashed, so it runs first and alone.</summary>
    public bool Alone { get; init; }

    /// <summary>When the job is due again, after its pictures could not be written.</summary>
    public DateTimeOffset? RestsUntil { get; init; }

    /// <summary>No worker that takes jobs has the job's model.</summary>
    public bool NoWorker { get; init; }

    /// <summary>Why the queue is paused; null if it is not.</summary>
    public string? PauseReason { get; init; }

    /// <summary>The explanation as text.</summary>
    public string Sentence
    {
        get
        {
            if (PauseReason is not null)
            {
                return $"The queue is paused: {PauseReason}";
            }

            if (NoWorker)
            {
                return "No machine that makes pictures with this model is available; it waits for one.";
            }

            if (RestsUntil is not null)
            {
                return "Its pictures could not be written to disk; it is retried in a moment.";
            }

            if (Alone)
            {
                return "The studio stopped while this was running, so it is retried first and alone.";
            }

            return Position == 1 ? "Next: it starts as soon as the engine has capacity." : $"{Ordinal(Position)} of {Text(Waiting)}. {Ahead}{Reason}";
        }
    }

    private string Ahead
    {
        get
        {
            var others = Position - 1 - OwnAhead;
            var own = OwnAhead == 1 ? "1 request of yours" : $"{Text(OwnAhead)} requests of yours";
            var theirs = (others == 1 ? "1" : Text(others)) + (PeopleAhead == 1 ? " of 1 other person" : $" of {Text(PeopleAhead)} other people");
            return (OwnAhead, others) switch
            {
                (0, 1) => "1 request of 1 other person goes first",
                (0, _) => $"{Text(others)} requests of {(PeopleAhead == 1 ? "1 other person" : $"{Text(PeopleAhead)} other people")} go first",
                (1, 0) => "1 request of yours goes first",
                (_, 0) => $"{own} go first",
                _ => $"{own} and {theirs} go first",
            };
        }
    }

    private string Reason => (Background, Expedited, PeopleAhead) switch
    {
        (true, _, _) => "; it runs in the background, after all requests that people are waiting for.",
        (_, true, _) => "; an administrator moved it to the front.",
        (_, _, > 0) => "; people take turns.",
        _ => ".",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Ordinal(int number) => Text(number) + ((number % 100) is >= 11 and <= 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });
}
