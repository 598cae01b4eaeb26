using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Upkeep;

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">database, ledger, pictures, models.</param>
/// <param name="Fault">What is wrong and what to do; null when all is well.</param>
/// <param name="Well">What was found when all is well.</param>
internal sealed record Finding(string Area, string? Fault, string Well = "");

/// <summary>Looks at database, ledger and pictures, while the studio runs or not; changes nothing.</summary>
internal static class Examination
{
    private const int Examples = 5;

    public static async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, bool full, CancellationToken cancellationToken)
    {
        var database = installation.OpenDatabase();
        await using (database.ConfigureAwait(false))
        {
            var schema = await SchemaAsync(database, installation.Choice.Provider, cancellationToken).ConfigureAwait(false);
            if (schema.Fault is not null)
            {
                return [schema];
            }

            var broken = await Invariants.BrokenAsync(database, cancellationToken, DataFolderLock.IsHeld(installation.Folder)).ConfigureAwait(false);
            var findings = new List<Finding> { schema };
            findings.AddRange(broken.Select(rule => new Finding("ledger", rule + " Keep a backup of the data folder before you mend anything.")));
            if (broken.Count == 0)
            {
                var lines = await database.Ledger.CountAsync(cancellationToken).ConfigureAwait(false);
                var jobs = await database.Jobs.CountAsync(cancellationToken).ConfigureAwait(false);
                findings.Add(new Finding("ledger", null, Text($"{jobs} jobs and {lines} ledger lines agree")));
            }

            findings.Add(await PicturesAsync(database, installation.Folder, full, cancellationToken).ConfigureAwait(false));
            return findings;
        }
    }

    private static async Task<Finding> SchemaAsync(AppDbContext database, DatabaseProvider provider, CancellationToken cancellationToken)
    {
        if (provider == DatabaseProvider.Sqlite)
        {
            var integrity = await database.Database.SqlQueryRaw<string>("PRAGMA integrity_check").ToListAsync(cancellationToken).ConfigureAwait(false);
            if (integrity is not ["ok"])
            {
                return new Finding("database", $"The file is damaged ({integrity[0]}); restore a backup.");
            }
        }

        var schema = await database.CheckSchemaAsync(cancellationToken).ConfigureAwait(false);
        return schema.State switch
        {
            SchemaState.Newer => new Finding("database", $"It is of a newer version ({schema.Migration}); use that version's programs."),
            SchemaState.Outdated => new Finding("database", $"It is of an older version (without {schema.Migration}); start the studio once, which brings it up to date."),
            SchemaState.Unsupported => new Finding("database", UnsupportedSchemaException.Explain(schema.Migration)),
            _ => new Finding("database", null, $"{provider}, intact and up to date"),
        };
    }

    private static async Task<Finding> PicturesAsync(AppDbContext database, DataFolder folder, bool full, CancellationToken cancellationToken)
    {
        var pictures = await database.Images.AsNoTracking()
            .Where(image => image.ContentHash != "")
            .Select(image => new { image.Id, image.ContentHash, image.ThumbnailHash }).ToListAsync(cancellationToken).ConfigureAwait(false);
        var faults = new List<string>();
        foreach (var picture in pictures)
        {
            foreach (var (file, hash) in new[] { (folder.PictureFile(picture.ContentHash), picture.ContentHash), (folder.ThumbnailFile(picture.ThumbnailHash), picture.ThumbnailHash) })
            {
                if (!File.Exists(file))
                {
                    faults.Add($"{file} is missing");
                }
                else if (full && await HashAsync(file, cancellationToken).ConfigureAwait(false) != hash)
                {
                    faults.Add($"{file} was changed");
                }
            }
        }

        return faults.Count == 0
            ? new Finding("pictures", null, Text($"{pictures.Count} pictures with their {(full ? "right " : "")}files"))
            : new Finding("pictures", Text($"{faults.Count} files are not what they should be ({string.Join("; ", faults.Take(Examples))}); restore them from a backup."));
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
