using System.Diagnostics.CodeAnalysis;

namespace PromptCanvas.Data.Results;

/// <summary>An expected failure: invalid input, not found, no capacity. Never a fault.</summary>
/// <param name="Message">One sentence for the person who asked: the problem and its remedy.</param>
public abstract record Refusal(string Message);

/// <summary>The requested object does not exist, or this person may not see it.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record NotFound(string Message) : Refusal(Message);

/// <summary>The object exists, but this person may not do this.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Forbidden(string Message) : Refusal(Message);

/// <summary>The administrators' rules forbid the request; nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked: the rule and the remedy.</param>
public sealed record PolicyViolation(string Message) : Refusal(Message);

/// <summary>The upload exceeds the size limit.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record TooLarge(string Message) : Refusal(Message);

/// <summary>A field is invalid.</summary>
/// <param name="Field">The field, in camelCase as the API names it.</param>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record InvalidInput(string Field, string Message) : Refusal(Message);

/// <summary>The idempotency key was already used for a different request.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Conflict(string Message) : Refusal(Message);

/// <summary>Not possible in the present state of the thing; later, or after another act, it may be.</summary>
public sealed record WrongState(string Message) : Refusal(Message);

/// <summary>The installation cannot do this now: a model is missing or damaged, or the disk or database is unusable.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Unavailable(string Message) : Refusal(Message);

/// <summary>The model exists but cannot be opened; only an administrator can repair it.</summary>
/// <param name="Message">One sentence for the person who asked: the model's name, nothing of the server.</param>
public sealed record ModelUnavailable(string Message) : Refusal(Message)
{
    /// <summary>The refusal for a model.</summary>
    public static ModelUnavailable Of(string model) => new($"The model \"{model}\" cannot be opened. Ask an administrator: the Models page and the log show the reason.");
}

/// <summary>The disk or the person's disk quota is full; nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record StorageFull(string Message) : Refusal(Message);

/// <summary>Not enough credits; nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked: credits left and when they are renewed.</param>
/// <param name="Needed">Cost of the request in credits.</param>
/// <param name="Left">Credits left.</param>
/// <param name="ResetsAt">When they are renewed; null = never.</param>
public sealed record QuotaExceeded(string Message, decimal Needed, decimal Left, DateTimeOffset? ResetsAt) : Refusal(Message);

/// <summary>The person has the maximum number of queued jobs.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Limit">Maximum number of queued jobs.</param>
public sealed record TooManyJobs(string Message, int Limit) : Refusal(Message);

/// <summary>The person has the maximum number of uploads that wait to be decoded; nothing was stored.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record TooManyUploads(string Message) : Refusal(Message);

/// <summary>The person, or the studio, sends the maximum number of downloads.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record TooManyDownloads(string Message) : Refusal(Message);

/// <summary>The person has used up the free compute time; nothing was computed.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Wait">When some of it is free again.</param>
public sealed record ComputeSpent(string Message, TimeSpan Wait) : Refusal(Message);

/// <summary>The estimated wait exceeds the caller's limit; nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
/// <param name="Excess">By how much.</param>
public sealed record QueueTooLong(string Message, TimeSpan Excess) : Refusal(Message);

/// <summary>The request alone takes longer than the caller waits; nothing was written or charged.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record RequestTooLong(string Message) : Refusal(Message);

/// <summary>Success, or a refusal.</summary>
public readonly struct Result
{
    private Result(Refusal? refusal) => Refusal = refusal;

    /// <summary>Success.</summary>
    public static Result Done => default;

    /// <summary>Why it was refused; null on success.</summary>
    public Refusal? Refusal { get; }

    /// <summary>A refusal; success without one.</summary>
    public static implicit operator Result(Refusal? refusal) => new(refusal);

    /// <summary>For checks in order: <c>first &amp;&amp; second</c> is the first refusal, and checks after it do not run.</summary>
    public static Result operator &(Result first, Result second) => first.Refusal is null ? second : first;

    public static bool operator true(Result result) => result.Refusal is null;

    public static bool operator false(Result result) => result.Refusal is not null;
}

/// <summary>A value or a refusal.</summary>
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

    /// <summary>Why it was refused; null on success.</summary>
    public Refusal? Refusal => refusal;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);

    /// <summary>The same without the value.</summary>
    public static implicit operator Result(Result<T> result) => result.refusal;

    /// <summary>Whether the result is a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="refusal">The refusal otherwise.</param>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = this.value;
        refusal = this.refusal;
        return refusal is null;
    }
}
