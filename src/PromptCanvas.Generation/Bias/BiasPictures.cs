using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Series;

namespace PromptCanvas.Generation.Bias;

/// <summary>Has an audit's pictures drawn, and measures those that are finished.</summary>
internal sealed class BiasPictures(IDbContextFactory<AppDbContext> databases, SeriesJobs seriesJobs, SeriesPictures store)
{
    // One is drawn while the next waits; more would only crowd the person's queue.
    private const int OpenJobs = 2;

    public async Task<SeriesStep> MoveOnAsync(BiasAudit audit, BiasPlan plan, Actor owner, BiasMeasuring measuring, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var settled = await database.BiasReadings.Where(reading => reading.AuditId == audit.Id)
            .Select(reading => new { reading.PromptIndex, reading.PictureIndex }).ToListAsync(cancellationToken);
        var known = settled.Select(reading => (reading.PromptIndex, reading.PictureIndex)).ToHashSet();
        var next = BiasBatch.Of(plan).Where(batch => Enumerable.Range(batch.First, batch.Count).Any(picture => !known.Contains((batch.Prompt, picture)))).Take(OpenJobs).ToList();
        var keys = next.ConvertAll(batch => batch.KeyOf(audit.KeyPrefix));
        var jobs = await seriesJobs.FindAsync(owner.PersonId, keys, cancellationToken);
        foreach (var batch in next)
        {
            if (jobs.TryGetValue(batch.KeyOf(audit.KeyPrefix), out var job))
            {
                await MeasureAsync(audit.Id, batch, job, known, measuring, cancellationToken);
            }
            else if ((await seriesJobs.SubmitAsync(audit, batch.ToJob(audit.KeyPrefix, owner, plan), owner, cancellationToken)).Refusal is { } refusal)
            {
                return SeriesStep.NotAccepted(refusal);
            }
        }

        return new SeriesStep(known.Count == plan.Pictures);
    }

    private async Task MeasureAsync(
        Guid auditId, BiasBatch batch, Job job, HashSet<(int Prompt, int Picture)> known, BiasMeasuring measuring, CancellationToken cancellationToken)
    {
        var over = job.Images.Where(picture => picture.State is not (JobPictureState.Queued or JobPictureState.Running) && !known.Contains((batch.Prompt, batch.First + picture.ImageIndex))).ToList();
        if (over.Count == 0)
        {
            return;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = await store.ReadAsync([.. over.Select(picture => picture.ImageId).OfType<Guid>()], cancellationToken);
        foreach (var picture in over)
        {
            var probabilities = picture.ImageId is { } id && pictures.TryGetValue(id, out var drawn) ? await MeasureAsync(batch.Prompt, drawn, measuring, cancellationToken) : [];
            database.BiasReadings.Add(new BiasReading
            {
                AuditId = auditId,
                PromptIndex = batch.Prompt,
                PictureIndex = batch.First + picture.ImageIndex,
                ImageId = probabilities.Length > 0 ? picture.ImageId : null,
                Probabilities = probabilities,
            });
            known.Add((batch.Prompt, batch.First + picture.ImageIndex));
        }

        await database.SaveChangesAsync(cancellationToken);
    }

    private static async Task<byte[]> MeasureAsync(int prompt, SourcePicture picture, BiasMeasuring measuring, CancellationToken cancellationToken)
    {
        var embedding = (await measuring.EmbedAsync([picture], cancellationToken))[0];
        return BiasMeasuring.Pack(await measuring.MeasureAsync(prompt, embedding, cancellationToken));
    }
}
