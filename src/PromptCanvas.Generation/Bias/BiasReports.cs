using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Bias;

namespace PromptCanvas.Generation.Bias;

/// <summary>Reports of audits. They are kept until another picture is settled, because everyone who watches an audit asks every few seconds.</summary>
internal sealed class BiasReports
{
    // A report is a few kilobytes.
    private const int MostKept = 50;

    private readonly ConcurrentDictionary<Guid, Kept> reports = new();

    /// <summary>How many reports were computed.</summary>
    internal int Computed { get; private set; }

    public async Task<BiasReport> OfAsync(AppDbContext database, BiasAudit audit, BiasPlan plan, CancellationToken cancellationToken)
    {
        var settled = await database.BiasReadings.CountAsync(reading => reading.AuditId == audit.Id, cancellationToken);
        var isCalibrated = audit.Calibration is not null;
        if (reports.TryGetValue(audit.Id, out var kept) && kept.Settled == settled && kept.IsCalibrated == isCalibrated)
        {
            return kept.Report;
        }

        var readings = await database.BiasReadings.AsNoTracking().Where(reading => reading.AuditId == audit.Id)
            .OrderBy(reading => reading.PromptIndex).ThenBy(reading => reading.PictureIndex).ToListAsync(cancellationToken);
        var report = BiasReport.Of(plan, BiasCalibration.Read(audit.Calibration), readings);
        Computed++;
        if (reports.Count >= MostKept)
        {
            reports.Clear();
        }

        reports[audit.Id] = new Kept(readings.Count, isCalibrated, report);
        return report;
    }

    private sealed record Kept(int Settled, bool IsCalibrated, BiasReport Report);
}
