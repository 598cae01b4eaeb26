using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>backup FILE.zip</c>: database and pictures, while the studio runs.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE.zip") { Description = "A new file." };
        var data = Installation.Option();
        var command = new Command("backup", "Saves database, pictures and keys to one file while the studio runs. Protect the file like the studio itself.") { file, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var installation = Installation.Open(parsed.GetValue(data));
            installation.RequireSqlite("backup");
            var files = await Archive.SaveAsync(installation, parsed.GetRequiredValue(file).FullName, cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"Saved the database and {files} files to {parsed.GetRequiredValue(file).FullName}.").ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }
}
