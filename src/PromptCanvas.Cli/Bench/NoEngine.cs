using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Cli.Bench;

/// <summary>Takes the place of the engine where a benchmark makes no pictures.</summary>
internal sealed class NoEngine : IEngineProvider, IImageEngine
{
    public string DefaultModel => "none";

    public IReadOnlyList<string> Models => ["none"];

    public IImageEngine Get(string modelName) => this;

    public string? Validate(GenerationRequest request) => null;

    public int WorkingSizeFor(int side) => 64;

    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This benchmark makes no pictures.");
}
