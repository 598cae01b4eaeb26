using System.Globalization;

namespace PromptCanvas.Generation.Queue;

/// <summary>Why a job stands where it stands.</summary>
public sealed record QueueExplanation
{
    /// <summary>1 = next.</summary>
    public required int Position { get; init; }

    /// <summary>Jobs that wait, this one among them.</summary>
    public required int Waiting { get; init; }

    /// <summary>Jobs of the same person that go before.</summary>
    public required int OwnAhead { get; init; }

    /// <summary>Other people with jobs that go before.</summary>
    public required int PeopleAhead { get; init; }

    /// <summary>It waits for everything that somebody looks at.</summary>
    public bool Background { get; init; }

    /// <summary>An administrator moved it to the front.</summary>
    public bool Expedited { get; init; }

    /// <summary>It was on the engine when the studio died, so it runs first and alone.</summary>
    public bool Alone { get; init; }

    /// <summary>Its pictures could not be written; it rests until then.</summary>
    public DateTimeOffset? RestsUntil { get; init; }

    /// <summary>The queue is paused: why.</summary>
    public string? PauseReason { get; init; }

    /// <summary>The whole in words.</summary>
    public string Sentence
    {
        get
        {
            if (PauseReason is not null)
            {
                return $"The queue is paused: {PauseReason}";
            }

            if (RestsUntil is not null)
            {
                return "The disk could not take its pictures; it is tried again in a moment.";
            }

            if (Alone)
            {
                return "The studio stopped while it made this, so it is tried again first and alone.";
            }

            return Position == 1 ? "Next: it starts as soon as the engine has room." : $"{Ordinal(Position)} of {Text(Waiting)}. {Ahead}{Reason}";
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
        (true, _, _) => "; it runs in the background, after everything that somebody waits for.",
        (_, true, _) => "; an administrator moved it to the front.",
        (_, _, > 0) => "; people take turns.",
        _ => ".",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Ordinal(int number) => Text(number) + ((number % 100) is >= 11 and <= 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });
}
