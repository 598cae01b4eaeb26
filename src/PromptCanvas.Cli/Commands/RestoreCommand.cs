using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>restore FILE.zip</c>: replaces the database with a backup's, while the studio runs.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE.zip") { Description = "A file written by backup." };
        var data = Installation.Option();
        var command = new Command("restore", "Replaces the database with a backup's and adds its pictures, while the studio runs. Anything made since the backup disappears from the studio.") { file, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var installation = Installation.Open(parsed.GetValue(data));
            installation.RequireSqlite("restore");
            var files = await Archive.LoadAsync(installation, parsed.GetRequiredValue(file).FullName, cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"Restored the database and {files} missing files. Its unfinished jobs are queued again.").ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }
}
