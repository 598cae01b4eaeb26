using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Data;

/// <summary>Consistency rules of the queue, the ledger and the pictures, used by the tests and by <c>promptcanvas doctor</c>.</summary>
public static class Invariants
{
    private const int Examples = 5;

    // Lease recovery runs every ten seconds, so a job without a live worker for a minute indicates a defect.
    private static readonly TimeSpan LostFor = TimeSpan.FromMinutes(1);

    /// <summary>One sentence with examples per broken rule; empty if all rules hold.</summary>
    /// <param name="workersRun">Whether a worker is active, so that running jobs must have live leases.</param>
    public static async Task<IReadOnlyList<string>> BrokenAsync(AppDbContext database, CancellationToken cancellationToken, bool workersRun = false)
    {
        ArgumentNullException.ThrowIfNull(database);
        var broken = new List<string>();
        var dialect = QueueDialect.Of(database);
        await using var transaction = await database.Database.BeginTransactionAsync(dialect.Snapshot, cancellationToken);
        foreach (var (rule, sql) in Rules(dialect, workersRun))
        {
            await using var command = database.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = sql;
            var found = new List<string>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                found.Add(rows.GetValue(0).ToString()!);
            }

            if (found.Count > 0)
            {
                broken.Add($"{rule}: {found.Count} ({string.Join(", ", found.Take(Examples))}{(found.Count > Examples ? ", …" : "")}).");
            }
        }

        return broken;
    }

    /// <summary>Each query returns the rows that violate its rule. The SQL is valid for both databases.</summary>
    private static IEnumerable<(string Rule, string Sql)> Rules(QueueDialect dialect, bool workersRun)
    {
        yield return ("Jobs without the requested number of pictures", """
            SELECT j."Id" FROM "Jobs" j WHERE j."Count" <> (SELECT COUNT(*) FROM "JobImages" i WHERE i."JobId" = j."Id")
            """);
        yield return ("Jobs with a wrong count of finished pictures", """
            SELECT j."Id" FROM "Jobs" j
            WHERE j."CompletedImages" <> (SELECT COUNT(*) FROM "JobImages" i WHERE i."JobId" = j."Id" AND i."State" = 'done')
            """);
        yield return ("Finished jobs with open pictures", """
            SELECT DISTINCT j."Id" FROM "Jobs" j JOIN "JobImages" i ON i."JobId" = j."Id"
            WHERE j."State" NOT IN ('queued', 'running') AND i."State" IN ('queued', 'running')
            """);
        yield return ("Queued jobs with running pictures", """
            SELECT DISTINCT j."Id" FROM "Jobs" j JOIN "JobImages" i ON i."JobId" = j."Id"
            WHERE j."State" = 'queued' AND i."State" = 'running'
            """);
        yield return ("Jobs that are done without a picture, or failed or were rejected with one", """
            SELECT j."Id" FROM "Jobs" j
            WHERE (j."State" = 'done' AND j."CompletedImages" = 0) OR (j."State" IN ('failed', 'rejected') AND j."CompletedImages" > 0)
            """);
        yield return ("Pictures that are done without a result", """
            SELECT i."JobId" FROM "JobImages" i LEFT JOIN "Images" r ON r."JobId" = i."JobId" AND r."ImageIndex" = i."ImageIndex" AND r."Id" = i."ImageId"
            WHERE i."State" = 'done' AND r."Id" IS NULL
            """);
        yield return ("Results of pictures that are not done", """
            SELECT r."Id" FROM "Images" r LEFT JOIN "JobImages" i ON r."JobId" = i."JobId" AND r."ImageIndex" = i."ImageIndex"
            WHERE i."State" IS NULL OR i."State" <> 'done'
            """);
        yield return ("Small pictures of pictures that are over", """
            SELECT d."JobId" FROM "DecodedPictures" d JOIN "JobImages" i ON i."JobId" = d."JobId" AND i."ImageIndex" = d."ImageIndex"
            WHERE i."State" NOT IN ('queued', 'running')
            """);
        yield return ("Pictures of people that were not charged exactly once", """
            SELECT i."JobId" FROM "JobImages" i JOIN "Jobs" j ON j."Id" = i."JobId"
            WHERE j."PersonId" IS NOT NULL AND 1 <> (
                SELECT COUNT(*) FROM "Ledger" l WHERE l."JobId" = i."JobId" AND l."ImageIndex" = i."ImageIndex" AND l."Kind" = 'charge')
            """);
        yield return ("Charged pictures of jobs without an owner", """
            SELECT l."JobId" FROM "Ledger" l JOIN "Jobs" j ON j."Id" = l."JobId" WHERE j."PersonId" IS NULL
            """);
        yield return ("Delivered pictures that were not settled, or were given back", """
            SELECT i."JobId" FROM "JobImages" i JOIN "Ledger" c ON c."JobId" = i."JobId" AND c."ImageIndex" = i."ImageIndex" AND c."Kind" = 'charge'
            LEFT JOIN "Ledger" a ON a."JobId" = i."JobId" AND a."ImageIndex" = i."ImageIndex" AND a."Kind" IN ('settle', 'refund')
            WHERE i."State" = 'done' AND (a."Kind" IS NULL OR a."Kind" <> 'settle')
            """);
        yield return ("Failed, cancelled and rejected pictures that were not given back exactly once", """
            SELECT i."JobId" FROM "JobImages" i JOIN "Ledger" c ON c."JobId" = i."JobId" AND c."ImageIndex" = i."ImageIndex" AND c."Kind" = 'charge'
            LEFT JOIN "Ledger" a ON a."JobId" = i."JobId" AND a."ImageIndex" = i."ImageIndex" AND a."Kind" IN ('settle', 'refund')
            WHERE i."State" IN ('failed', 'cancelled', 'rejected') AND (a."Kind" IS NULL OR a."Kind" <> 'refund' OR a."Amount" <> -c."Amount")
            """);
        yield return ("Open pictures that were settled or given back", """
            SELECT i."JobId" FROM "JobImages" i JOIN "Ledger" a ON a."JobId" = i."JobId" AND a."ImageIndex" = i."ImageIndex" AND a."Kind" IN ('settle', 'refund')
            WHERE i."State" IN ('queued', 'running')
            """);
        yield return ("Charges of deleted jobs that were neither settled nor given back", """
            SELECT l."Id" FROM "Ledger" l LEFT JOIN "Jobs" j ON j."Id" = l."JobId"
            WHERE l."Kind" = 'charge' AND j."Id" IS NULL AND NOT EXISTS (
                SELECT 1 FROM "Ledger" a WHERE a."JobId" = l."JobId" AND a."ImageIndex" = l."ImageIndex" AND a."Kind" IN ('settle', 'refund'))
            """);
        yield return ("Quotas that are not the sum of their ledger", """
            SELECT q."PersonId" FROM "Quotas" q
            WHERE q."Used" <> (SELECT COALESCE(-SUM(l."Amount"), 0) FROM "Ledger" l
                    WHERE l."PersonId" = q."PersonId" AND l."Period" = q."Period" AND l."Kind" IN ('charge', 'refund'))
                OR q."Cap" <> (SELECT COALESCE(SUM(l."Amount"), 0) FROM "Ledger" l
                    WHERE l."PersonId" = q."PersonId" AND l."Period" = q."Period" AND l."Kind" IN ('grant', 'carry', 'topup'))
                OR q."Used" < 0 OR q."Used" > q."Cap"
            """);
        yield return ("Ledger lines without a quota", """
            SELECT l."Id" FROM "Ledger" l LEFT JOIN "Quotas" q ON q."PersonId" = l."PersonId" AND q."Period" = l."Period" WHERE q."Period" IS NULL
            """);
        if (workersRun)
        {
            yield return ("Running jobs without a live worker", $"""
                SELECT "Id" FROM "Jobs" WHERE "State" = 'running' AND ("LeaseUntil" IS NULL OR "LeaseUntil" < {dialect.Now(-LostFor)})
                """);
        }
    }
}
