using PromptCanvas.Data.Identity;

namespace PromptCanvas.Generation.Settings;

/// <summary>Settings that administrators change while the studio runs. They are kept in the database; every process that uses it follows within seconds.</summary>
public interface IStoredSettings
{
    /// <summary>All settings that may change.</summary>
    IReadOnlyList<RuntimeSetting> All { get; }

    /// <summary>Stored values that this version does not accept, by key. They have no effect.</summary>
    IReadOnlyDictionary<string, string> Rejected { get; }

    /// <summary>Whether the environment or the command line sets the value, so that a stored value would have no effect.</summary>
    bool IsLocked(string key);

    /// <summary>Whether the value in effect is the stored one.</summary>
    bool IsStored(string key);

    /// <summary>Stores values and audits each change, all or none. They apply in this process when the method returns.</summary>
    /// <param name="changes">Values by key; null = remove the stored value, so that the settings file or the default applies.</param>
    Task<Result> SaveAsync(AuditActor actor, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken);
}
