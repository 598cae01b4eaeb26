using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Output;

/// <summary>Shows and writes what an engine makes, for every command that makes pictures.</summary>
internal sealed class PictureRun(PictureWriter writer, uint seed, bool announceSeed)
{
    /// <summary>Before any work: can the folder be written to; then says the seed where it was chosen.</summary>
    /// <exception cref="BadInputException">Nothing can be written there.</exception>
    public void Prepare()
    {
        writer.Prepare();
        if (announceSeed)
        {
            Console.Error.WriteLine($"seed {seed}");
        }
    }

    /// <summary>Writes pictures and lines as they come.</summary>
    /// <param name="events">What the engine says.</param>
    /// <param name="count">How many pictures were asked for.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(IAsyncEnumerable<GenerationEvent> events, int count)
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
                    writer.Write(picture);
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
