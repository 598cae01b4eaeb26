using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests;

/// <summary>Builds the engine's request for an operation: the same when a request is checked and when it runs.</summary>
internal sealed class EngineRequestBuilder(StoredPictures pictures)
{
    /// <summary>Decodes the operation's pictures.</summary>
    /// <param name="request">Everything that does not depend on the operation.</param>
    /// <param name="operation">What the job does.</param>
    /// <param name="hashes">The operation's pictures, by slot.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="PictureFormatException">A picture is missing from the store or damaged there.</exception>
    public Task<Result<EngineRequest>> PrepareAsync(
        GenerationRequest request, JobOperation operation, IReadOnlyList<string> hashes, CancellationToken cancellationToken) =>
        operation.PrepareAsync(request, new OperationInputs(pictures, hashes), cancellationToken);
}
