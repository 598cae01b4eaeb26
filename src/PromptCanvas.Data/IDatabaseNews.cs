namespace PromptCanvas.Data;

/// <summary>Notifications between the processes of one database that a job was queued. Delivery is best effort, so listeners must also poll.</summary>
public interface IDatabaseNews
{
    /// <summary>Whether this database supports notifications.</summary>
    bool IsCarried { get; }

    /// <summary>Notifies all listeners, including those in this process.</summary>
    /// <exception cref="System.Data.Common.DbException">The database cannot be reached.</exception>
    Task TellAsync(CancellationToken cancellationToken);

    /// <summary>Listens until cancelled.</summary>
    /// <param name="heard">Called once when the connection is established, because notifications may have been missed, and then for each notification.</param>
    /// <exception cref="System.Data.Common.DbException">The connection broke.</exception>
    Task ListenAsync(Action heard, CancellationToken cancellationToken);
}
