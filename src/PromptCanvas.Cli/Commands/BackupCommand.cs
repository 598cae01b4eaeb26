using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>backup FILE.zip</c>: database and pictures, while the studio runs.</summary>
internal static class BackupCommand
{
    private const string Warning =
        "This file holds the database and the keys that sign sessions: anyone who can read it can sign in as anyone. Keep it as safe as the studio itself.";

    private const string BucketNote = "The pictures are in the bucket and not in this file: keep versions of its objects, or copy it after this backup.";

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
            if (installation.UsesBucket)
            {
                await Console.Error.WriteLineAsync(BucketNote).ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync(Warning).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }
}
