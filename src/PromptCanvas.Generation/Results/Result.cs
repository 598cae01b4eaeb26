using System.Diagnostics.CodeAnalysis;

namespace PromptCanvas.Generation.Results;

/// <summary>Why something expected did not happen: bad input, no such thing, no room. Never a fault.</summary>
/// <param name="Message">One sentence for the person who asked: what is wrong and what to do.</param>
public abstract record Refusal(string Message);

/// <summary>What was asked for does not exist, or not for this person.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record NotFound(string Message) : Refusal(Message);

/// <summary>It exists, and this person may not do it.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Forbidden(string Message) : Refusal(Message);

/// <summary>The administrators' rules do not allow it: nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked: which rule, and what to do.</param>
public sealed record PolicyViolation(string Message) : Refusal(Message);

/// <summary>What was sent is larger than we read.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record TooLarge(string Message) : Refusal(Message);

/// <summary>A field cannot be accepted as it is.</summary>
/// <param name="Field">The field, in camelCase as the API names it.</param>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record InvalidInput(string Field, string Message) : Refusal(Message);

/// <summary>The same idempotency key came with another request.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Conflict(string Message) : Refusal(Message);

/// <summary>The installation cannot do it now: a model is missing or damaged, the disk or database cannot be used.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Unavailable(string Message) : Refusal(Message);

/// <summary>The disk is full, or the person's share of it: nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record StorageFull(string Message) : Refusal(Message);

/// <summary>Not enough credits: nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked: how many are left and when there are more.</param>
/// <param name="Needed">Credits that the request costs.</param>
/// <param name="Left">Credits that are left.</param>
/// <param name="ResetsAt">When they are renewed; null = never.</param>
public sealed record QuotaExceeded(string Message, int Needed, int Left, DateTimeOffset? ResetsAt) : Refusal(Message);

/// <summary>The person has as many jobs waiting as allowed.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Limit">Jobs that may wait at the same time.</param>
public sealed record TooManyJobs(string Message, int Limit) : Refusal(Message);

/// <summary>The queue is longer than whoever asks waits: nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Excess">How much longer.</param>
public sealed record QueueTooLong(string Message, TimeSpan Excess) : Refusal(Message);

/// <summary>A value, or why there is none.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
{
    private readonly T? value;
    private readonly Refusal? refusal;

    private Result(T? value, Refusal? refusal)
    {
        this.value = value;
        this.refusal = refusal;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);

    /// <summary>Whether there is a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="refusal">Why there is none.</param>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = this.value;
        refusal = this.refusal;
        return refusal is null;
    }
}
