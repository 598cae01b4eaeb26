using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data.Bias;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Cli.Bias;

/// <summary>Draws an audit's pictures and measures them.</summary>
internal sealed class BiasRun(ModelSession session, BiasPlan plan, BiasFolder folder, FileSigning signing)
{
    private readonly BiasMeasuring measuring = new(session.Engine, plan);

    /// <summary>Draws what is missing.</summary>
    /// <param name="report">Is told after each picture how many are there.</param>
    /// <param name="cancellationToken">Ends the run; what is drawn is kept.</param>
    public async Task DrawAsync(Action<int> report, CancellationToken cancellationToken)
    {
        var there = 0;
        foreach (var batch in BiasBatch.Of(plan))
        {
            int[] missing = [.. Enumerable.Range(0, batch.Count).Where(index => !File.Exists(folder.PictureOf(plan, batch.Prompt, batch.First + index)))];
            there += batch.Count - missing.Length;
            if (missing.Length == 0)
            {
                continue;
            }

            await foreach (var value in session.Engine.GenerateAsync(RequestOf(batch) with { ImageIndices = missing }, cancellationToken).ConfigureAwait(false))
            {
                if (value is ImageCompleted picture)
                {
                    folder.Save(folder.PictureOf(plan, batch.Prompt, batch.First + picture.ImageIndex), PictureWriter.Encode(picture, plan.Prompts[batch.Prompt], signing));
                    report(++there);
                }
            }
        }
    }

    /// <summary>Measures what is drawn.</summary>
    /// <param name="labels">Labelled examples; empty = shares are not corrected.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The report and the thumbnails of its examples.</returns>
    public async Task<(BiasReport Report, IReadOnlyDictionary<Guid, byte[]> Pictures)> MeasureAsync(
        IReadOnlyList<BiasLabel> labels, CancellationToken cancellationToken)
    {
        var readings = new List<BiasReading>();
        var paths = new Dictionary<Guid, string>();
        foreach (var (prompt, picture) in BiasBatch.Of(plan).SelectMany(batch => Enumerable.Range(batch.First, batch.Count).Select(picture => (batch.Prompt, picture))))
        {
            var (id, path) = (Guid.NewGuid(), folder.PictureOf(plan, prompt, picture));
            paths[id] = path;
            readings.Add(new BiasReading
            {
                AuditId = Guid.Empty,
                PromptIndex = prompt,
                PictureIndex = picture,
                ImageId = id,
                Probabilities = File.Exists(path) ? await MeasureAsync(prompt, path, cancellationToken).ConfigureAwait(false) : [],
            });
        }

        var calibration = labels.Count == 0 ? null : await measuring.CalibrateAsync(labels, cancellationToken).ConfigureAwait(false);
        var report = BiasReport.Of(plan, calibration, readings);
        var shown = report.Sections.SelectMany(section => section.Findings).SelectMany(finding => finding.Examples).SelectMany(ids => ids).Distinct();
        return (report, shown.ToDictionary(id => id, id => Thumbnailer.Encode(PictureInput.Picture(paths[id])).Bytes.ToArray()));
    }

    private async Task<byte[]> MeasureAsync(int prompt, string path, CancellationToken cancellationToken)
    {
        var embedding = (await measuring.EmbedAsync([SourcePictures.Read(path)], cancellationToken).ConfigureAwait(false))[0];
        return BiasMeasuring.Pack(await measuring.MeasureAsync(prompt, embedding, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Embeds the drawn shapes, for the attributes that they suit.</summary>
    public Task<IReadOnlyList<BiasLabel>> RenderedLabelsAsync(CancellationToken cancellationToken) => measuring.RenderedLabelsAsync(cancellationToken);

    /// <summary>Embeds labelled pictures of a folder: <c>ATTRIBUTE/VALUE/*</c>, with the names of the plan.</summary>
    public async Task<IReadOnlyList<BiasLabel>> FolderLabelsAsync(DirectoryInfo examples, CancellationToken cancellationToken)
    {
        var labels = new List<BiasLabel>();
        foreach (var (index, attribute) in plan.Attributes.Index())
        {
            foreach (var (place, value) in attribute.Values.Index())
            {
                var named = new DirectoryInfo(Path.Combine(examples.FullName, attribute.Name, value.Name));
                foreach (var file in named.Exists ? named.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal) : Enumerable.Empty<FileInfo>())
                {
                    var embedding = (await measuring.EmbedAsync([SourcePictures.Read(file.FullName)], cancellationToken).ConfigureAwait(false))[0];
                    labels.Add(new BiasLabel(index, place, embedding));
                }
            }
        }

        return labels;
    }

    /// <summary>The request of a batch.</summary>
    public GenerationRequest RequestOf(BiasBatch batch) => new()
    {
        Prompt = plan.Prompts[batch.Prompt],
        Seed = unchecked(plan.Seed + (uint)batch.First),
        Count = batch.Count,
        Size = plan.Size,
        Overrides = plan.Overrides,
        PreviewsWanted = _ => false,
    };
}
