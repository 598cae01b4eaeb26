using Microsoft.ML.OnnxRuntime;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A network as it is built from its checkpoint.</summary>
/// <param name="Name">The component's folder name.</param>
/// <param name="Model">The ONNX model with its weights in the checkpoint.</param>
/// <param name="Folder">The checkpoint's folder.</param>
/// <param name="Identities">Fingerprints of the checkpoint's files.</param>
/// <param name="WeightBytes">Size of the weights in the precision of the computation.</param>
/// <param name="FromCheckpoint">Creates a session from the checkpoint with the options given.</param>
internal sealed record GraphSource(
    string Name,
    byte[] Model,
    string Folder,
    IReadOnlyList<string> Identities,
    long WeightBytes,
    Func<SessionOptions, InferenceSession> FromCheckpoint)
{
    /// <summary>Whether the blocks its matrix products read can be mapped from a file.</summary>
    public bool CanBePacked { get; init; }

    /// <summary>
    /// Writes the weights to an empty folder in the form the network computes with, and creates sessions from there: the runtime would hold them in
    /// both forms. Null where the checkpoint has that form.
    /// </summary>
    public Func<string, Func<SessionOptions, InferenceSession>>? Convert { get; init; }
}
