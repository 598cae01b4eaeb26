using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>restore FILE.zip</c>: puts a backup in place of what is there, while the studio runs.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE.zip") { Description = "A file that backup wrote." };
        var data = Installation.Option();
        var command = new Command("restore", "Puts a backup in place of the database and adds its pictures, while the studio runs; what was made since is gone from the studio.") { file, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var installation = Installation.Open(parsed.GetValue(data));
            installation.RequireSqlite("restore");
            var files = await Archive.LoadAsync(installation, parsed.GetRequiredValue(file).FullName, cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"The database is restored, with {files} files that were missing; its unfinished jobs wait again.").ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }
}
