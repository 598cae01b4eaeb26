using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>The result of one check.</summary>
/// <param name="Area">folder, database, ledger, pictures, models.</param>
/// <param name="Fault">The fault and its remedy; null when the check passed.</param>
/// <param name="Well">The finding when the check passed.</param>
/// <param name="Warning">A fault that should be repaired although the studio works; null = none.</param>
internal sealed record Finding(string Area, string? Fault, string Well = "", string? Warning = null);

/// <summary>Checks database, ledger and pictures without changing anything; the studio may be running.</summary>
internal static class DoctorChecks
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
            var findings = new List<Finding> { new("folder", null, "private", installation.Folder.Exposure()), schema };
            findings.AddRange(broken.Select(rule => new Finding("ledger", rule + " Back up the data folder before you repair anything.")));
            if (broken.Count == 0)
            {
                var lines = await database.Ledger.CountAsync(cancellationToken).ConfigureAwait(false);
                var jobs = await database.Jobs.CountAsync(cancellationToken).ConfigureAwait(false);
                findings.Add(new Finding("ledger", null, Text($"{jobs} jobs and {lines} ledger lines agree")));
            }

            findings.Add(await PicturesAsync(database, installation, full, cancellationToken).ConfigureAwait(false));
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
                return new Finding("database", $"The file is damaged ({integrity[0]}): restore a backup.");
            }
        }

        var schema = await database.CheckSchemaAsync(cancellationToken).ConfigureAwait(false);
        return schema.State switch
        {
            SchemaState.Newer => new Finding("database", $"It is from a newer version ({schema.Migration}): use that version's programs."),
            SchemaState.Outdated => new Finding("database", $"It is from an older version (without {schema.Migration}): start the studio once to migrate it."),
            SchemaState.Unsupported => new Finding("database", UnsupportedSchemaException.Explain(schema.Migration)),
            _ => new Finding("database", null, $"{provider}, intact and up to date"),
        };
    }

    private static async Task<Finding> PicturesAsync(AppDbContext database, Installation installation, bool full, CancellationToken cancellationToken)
    {
        var (store, place) = installation.UsesBucket
            ? (installation.OpenBucket(), "")
            : (new FolderObjects(installation.Folder.Root), installation.Folder.Root + Path.DirectorySeparatorChar);
        var pictures = await database.Pictures.AsNoTracking()
            .Where(picture => picture.ContentHash != "")
            .Select(picture => new { picture.Id, picture.ContentHash, picture.ThumbnailHash }).ToListAsync(cancellationToken).ConfigureAwait(false);

        // One listing: a question for each file would take hours over a network.
        var there = await store.ListAsync(ObjectNames.Pictures, cancellationToken).Select(stored => stored.Name).ToHashSetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var faults = new List<string>();
        foreach (var picture in pictures)
        {
            foreach (var (kind, hash) in new[] { (BlobKind.Picture, picture.ContentHash), (BlobKind.Thumbnail, picture.ThumbnailHash) })
            {
                var name = ObjectNames.Of(kind, hash);
                if (!there.Contains(name))
                {
                    faults.Add($"{place}{name} is missing");
                }
                else if (full && await HashAsync(store, name, cancellationToken).ConfigureAwait(false) != hash)
                {
                    faults.Add($"{place}{name} has another hash");
                }
            }
        }

        return faults.Count == 0
            ? new Finding("pictures", null, Text($"{pictures.Count} pictures with their {(full ? "unchanged " : "")}files"))
            : new Finding("pictures", Text($"{faults.Count} files are missing or damaged ({string.Join("; ", faults.Take(Examples))}): restore them from a backup."));
    }

    private static async Task<string> HashAsync(IObjectStore store, string name, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await store.ReadAsync(name, content, cancellationToken).ConfigureAwait(false);
        return BlobStore.HashOf(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
