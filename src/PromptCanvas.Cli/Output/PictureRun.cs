using PromptCanvas.Cli.Commands;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Output;

/// <summary>An engine for one command: makes requests, shows how far they are, and writes the pictures.</summary>
internal sealed class PictureRun : IDisposable
{
    private readonly OnnxModelLibrary library = ModelOptions.OpenLibrary();
    private readonly bool announceSeed;

    /// <param name="modelName">A model's name or folder; null = the default.</param>
    /// <param name="announceSeed">Whether the seed was chosen for the person, and must be told.</param>
    public PictureRun(string? modelName, bool announceSeed)
    {
        this.announceSeed = announceSeed;
        Model = ModelOptions.Open(library, modelName);
        Engine = new ImageEngine(Model, new EngineOptions());
    }

    public UnClipModel Model { get; }

    public ImageEngine Engine { get; }

    /// <summary>Refuses what cannot be made, and says what will differ from what was asked.</summary>
    /// <exception cref="BadInputException">The request cannot be made, or the folder not written to.</exception>
    public async Task PrepareAsync(GenerationRequest request, PictureWriter writer)
    {
        if (Engine.Validate(request) is { } problem)
        {
            throw new BadInputException(problem);
        }

        writer.Prepare();
        if (announceSeed)
        {
            await Console.Error.WriteLineAsync($"seed {request.Seed}").ConfigureAwait(false);
        }

        if (Engine.MadeSizeFor(request.Size) < request.Size)
        {
            await Console.Error.WriteLineAsync($"{Model.Name} makes {Engine.MadeSizeFor(request.Size)} pixels; the pictures are enlarged to {request.Size}.").ConfigureAwait(false);
        }
    }

    /// <summary>Makes a request's pictures and writes them.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(GenerationRequest request, PictureWriter writer, CancellationToken cancellationToken)
    {
        await PrepareAsync(request, writer).ConfigureAwait(false);
        return await MakeAsync(request, writer.WritePreview, writer.Write, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a prepared request's pictures.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> MakeAsync(
        GenerationRequest request, Action<StepCompleted> stepped, Action<ImageCompleted> completed, CancellationToken cancellationToken)
    {
        var failed = 0;
        using var bar = new ProgressBar(request.Count);
        await foreach (var value in Engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            switch (value)
            {
                case StepCompleted step:
                    bar.Report(step.ImageIndex, step.Progress, StageNames.Of(step.Stage));
                    stepped(step);
                    break;
                case ImageCompleted picture:
                    bar.Clear();
                    completed(picture);
                    break;
                case ImageFailed failure:
                    bar.Clear();
                    failed++;
                    await Console.Error.WriteLineAsync($"Picture {failure.ImageIndex} (seed {failure.Seed}): {failure.Reason}").ConfigureAwait(false);
                    break;
            }
        }

        return failed == 0 ? ExitCodes.Success : ExitCodes.Fault;
    }

    public void Dispose()
    {
        Engine.Dispose();
        library.Dispose();
    }
}
