namespace PromptCanvas.Data;

/// <summary>Word between the processes on one database that something was queued. It may be lost: whoever waits for it looks from time to time too.</summary>
public interface IDatabaseNews
{
    /// <summary>Whether this database carries any.</summary>
    bool IsCarried { get; }

    /// <summary>Tells everybody who listens, this process included.</summary>
    /// <exception cref="System.Data.Common.DbException">The database cannot be reached.</exception>
    Task TellAsync(CancellationToken cancellationToken);

    /// <summary>Listens until cancelled.</summary>
    /// <param name="heard">Called once when the line stands, for what was missed, and then at each word.</param>
    /// <exception cref="System.Data.Common.DbException">The line broke.</exception>
    Task ListenAsync(Action heard, CancellationToken cancellationToken);
}
