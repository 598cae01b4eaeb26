using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>storage move --to s3|files</c>: copies pictures to the other kind of store.</summary>
internal static class StorageCommand
{
    private const string ToS3 = "s3";
    private const string ToFiles = "files";

    public static Command Create()
    {
        var data = Installation.Option();
        var to = new Option<string>("--to") { Description = "s3: the bucket of the settings Storage:S3:…; files: the data folder.", Required = true };
        to.AcceptOnlyFromAmong(ToS3, ToFiles);
        var move = new Command(
            "move", "Copies pictures, thumbnails, uploads and checkpoints between the data folder and the bucket, and checks every copy. An interrupted move goes on where it stopped.") { to, data };
        move.SetAction((parsed, cancellationToken) => MoveAsync(parsed.GetValue(data), parsed.GetRequiredValue(to) == ToS3, cancellationToken));
        return new Command("storage", "Where the studio's pictures are.") { move };
    }

    private static async Task<int> MoveAsync(string? data, bool toBucket, CancellationToken cancellationToken)
    {
        using var installation = Installation.Open(data);
        var bucket = installation.OpenBucket();
        if (await bucket.RefusalAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            throw new BadInputException(refusal);
        }

        IObjectStore folder = new FolderObjects(installation.Folder.Root, flushes: true);
        var damaged = await new StorageMove(toBucket ? folder : bucket, toBucket ? bucket : folder, Console.Out.WriteLineAsync).RunAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in damaged)
        {
            await Console.Error.WriteLineAsync($"{name} is damaged and was not copied; restore it from a backup.").ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync(
            $"To switch: stop the studio, run this command once more, set Storage:Provider to {(toBucket ? "S3" : "Files")} for all of its processes, and start them.").ConfigureAwait(false);
        return damaged.Count == 0 ? ExitCodes.Success : ExitCodes.Fault;
    }
}
