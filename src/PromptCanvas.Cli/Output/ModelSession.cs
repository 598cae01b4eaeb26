using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Cli.Output;

/// <summary>A model on an engine for one command.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly OnnxModelLibrary library = ModelOptions.OpenLibrary();

    /// <param name="modelName">A model's name or folder; null = the default.</param>
    /// <param name="profile">One of the model's profiles; null = its own defaults.</param>
    public ModelSession(string? modelName, string? profile = null)
    {
        Model = ModelOptions.WithProfile(ModelOptions.Open(library, modelName), profile);
        Engine = new ImageEngine(Model, new EngineOptions());
    }

    public UnClipModel Model { get; }

    public ImageEngine Engine { get; }

    /// <summary>Refuses invalid requests, and prints how the result will differ from the request.</summary>
    /// <exception cref="BadInputException">The request is invalid, or the folder is not writable.</exception>
    public async Task PrepareAsync(GenerationRequest request, PictureRun run)
    {
        if (Engine.Validate(request) is { } problem)
        {
            throw new BadInputException(problem);
        }

        run.Prepare();
        if (Engine.MadeSizeFor(request.Size) < request.Size)
        {
            await Console.Error.WriteLineAsync($"{Model.Name} makes {Engine.MadeSizeFor(request.Size)} pixels; the pictures are enlarged to {request.Size}.").ConfigureAwait(false);
        }
    }

    /// <summary>Makes a request's pictures and writes them.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(GenerationRequest request, PictureRun run, CancellationToken cancellationToken)
    {
        if (!request.Aspect.IsSquare && Engine.MakesSquaresOnly && request.Origin is null)
        {
            return await ComposeAsync(request, run, cancellationToken).ConfigureAwait(false);
        }

        await PrepareAsync(request, run).ConfigureAwait(false);
        return await run.WriteAsync(Engine.GenerateAsync(request, cancellationToken), request.Count).ConfigureAwait(false);
    }

    // A model that makes squares only composes other pictures of several squares.
    private async Task<int> ComposeAsync(GenerationRequest request, PictureRun run, CancellationToken cancellationToken)
    {
        var plan = EditPlan.Compose(request.Size, request.Aspect);
        var squares = request with { Aspect = AspectRatio.Square, Size = Engine.WorkingSizeFor(plan.LargestFrame) };
        if (PictureEditor.Validate(Engine, plan, squares) is { } problem)
        {
            throw new BadInputException(problem);
        }

        await PrepareAsync(squares, run).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"{Model.Name} makes squares: each picture is composed of {plan.Frames.Count}.").ConfigureAwait(false);
        return await run.WriteAsync(PictureEditor.EditAsync(Engine, plan, squares, cancellationToken), request.Count).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Engine.Dispose();
        library.Dispose();
    }
}
