using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>All that the studio keeps of a person, for them to take along.</summary>
public interface IPersonExport
{
    /// <summary>Writes a zip: <c>account.json</c>, and the files of all pictures that the person made and has not deleted.</summary>
    Task WriteAsync(Actor actor, Stream output, CancellationToken cancellationToken);
}
