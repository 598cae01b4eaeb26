using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Cli.Output;

/// <summary>Shows progress and writes pictures, for every command that makes pictures.</summary>
internal sealed class PictureRun(PictureWriter writer, uint seed, bool announceSeed)
{
    /// <summary>Checks before any work that the folder is writable, then prints the seed if it was chosen at random.</summary>
    /// <exception cref="BadInputException">The folder is not writable.</exception>
    public void Prepare()
    {
        writer.Prepare();
        if (announceSeed)
        {
            Console.Error.WriteLine($"seed {seed}");
        }
    }

    /// <summary>Writes pictures and output lines as they arrive.</summary>
    /// <param name="events">The engine's events.</param>
    /// <param name="count">The number of requested pictures.</param>
    /// <param name="plan">How parts are painted into a picture; null if pictures are generated as a whole.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(IAsyncEnumerable<GenerationEvent> events, int count, EditPlan? plan = null)
    {
        var failed = 0;
        using var bar = new ProgressBar(count);
        await foreach (var value in events.ConfigureAwait(false))
        {
            switch (value)
            {
                case StepCompleted step:
                    bar.Report(step.ImageIndex, step.Progress, StageNames.Of(step.Stage));
                    writer.WritePreview(step);
                    break;
                case ImageCompleted picture:
                    bar.Clear();
                    writer.Write(picture, plan);
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
}
