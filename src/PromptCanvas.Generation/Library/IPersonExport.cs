using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Exports a person's data.</summary>
public interface IPersonExport
{
    /// <summary>Writes a zip: <c>account.json</c>, and the files of all pictures that the person made and has not deleted.</summary>
    Task WriteAsync(Actor actor, Stream output, CancellationToken cancellationToken);
}
