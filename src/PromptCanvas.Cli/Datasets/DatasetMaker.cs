using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Datasets;

/// <summary>Makes a plan's pictures, block by block: all of a block at once, then judged in their order, the refused ones drawn again.</summary>
internal sealed class DatasetMaker(ModelSession session, DatasetPlan plan, DatasetPrompts prompts, DatasetFolder folder, FileSigning signing)
{
    private readonly List<float[]> kept = [];

    private bool HasJudge => session.Model.ImageEncoder is not null;

    /// <summary>Makes what is missing.</summary>
    /// <param name="done">What earlier runs have done.</param>
    /// <param name="report">Is told after each block how many pictures are decided.</param>
    /// <param name="cancellationToken">Ends the run; what is done is kept.</param>
    /// <returns>What became of every picture.</returns>
    public async Task<IReadOnlyList<DatasetEntry>> MakeAsync(IReadOnlyList<DatasetEntry> done, Action<int> report, CancellationToken cancellationToken)
    {
        var entries = done.ToList();
        kept.AddRange(done.Where(entry => entry.File is not null).Select(entry => entry.Embedding).OfType<float[]>());
        while (entries.Count < plan.Count)
        {
            var block = await MakeBlockAsync(entries.Count, Math.Min(DatasetPlan.Block, plan.Count - entries.Count), cancellationToken).ConfigureAwait(false);
            folder.Append(block);
            entries.AddRange(block);
            report(entries.Count);
        }

        return entries;
    }

    private async Task<DatasetEntry[]> MakeBlockAsync(int first, int count, CancellationToken cancellationToken)
    {
        var decided = new DatasetEntry[count];
        var open = Enumerable.Range(first, count).ToList();
        for (var attempt = 0; open.Count > 0; attempt++)
        {
            var made = await Task.WhenAll(open.Select(index => MakeAsync(index, attempt, cancellationToken))).ConfigureAwait(false);
            await JudgeAsync(made, cancellationToken).ConfigureAwait(false);
            foreach (var draw in made)
            {
                decided[draw.Index - first] = Decide(draw, attempt);
            }

            open = attempt < plan.Redraws ? [.. open.Where(index => decided[index - first].File is null)] : [];
        }

        return decided;
    }

    private async Task<Draw> MakeAsync(int index, int attempt, CancellationToken cancellationToken)
    {
        var draw = new Draw(index, prompts.PromptOf(index), plan.SeedOf(index, attempt));
        var request = prompts.Request(prompts.BaseOf(index) ?? draw.Prompt, index, attempt);
        await TakeAsync(draw, session.Engine.GenerateAsync(request, cancellationToken)).ConfigureAwait(false);
        if (draw.Picture is { } drawn && prompts.BoxOf(index, drawn.Image.Width, drawn.Image.Height) is { } box)
        {
            (draw.Base, draw.Picture) = (drawn, null);
            var mask = new DatasetMask(drawn.Image.Width, drawn.Image.Height, box);
            var edit = Read(EditPlan.Edit(new RgbImage(mask.Width, mask.Height, drawn.Image.ToRgbBytes()), mask.ToKeepMask()));
            var painted = request with { Prompt = draw.Prompt, Size = session.Engine.WorkingSizeFor(edit.LargestFrame) };
            await TakeAsync(draw, PictureEditor.EditAsync(session.Engine, edit, painted, cancellationToken)).ConfigureAwait(false);
        }

        return draw;
    }

    private static async Task TakeAsync(Draw draw, IAsyncEnumerable<GenerationEvent> events)
    {
        await foreach (var value in events.ConfigureAwait(false))
        {
            switch (value)
            {
                case ImageCompleted picture:
                    draw.Picture = picture;
                    break;
                case ImageFailed failure:
                    draw.Fault = failure.Reason;
                    break;
            }
        }
    }

    private static EditPlan Read(Result<EditPlan> planned) => planned.TryGet(out var plan, out var refusal) ? plan : throw new BadInputException(refusal.Message);

    private async Task JudgeAsync(Draw[] draws, CancellationToken cancellationToken)
    {
        var made = draws.Where(draw => draw.Picture is not null).ToList();
        if (!HasJudge || made.Count == 0)
        {
            return;
        }

        ConditioningInput[] inputs = [.. made.Select(draw => new TextInput(draw.Prompt)), .. made.Select(draw => new ImageInput(draw.Picture!.Image.ToSource()))];
        var embeddings = await session.Engine.EmbedAsync(inputs, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < made.Count; i++)
        {
            made[i].Embedding = embeddings[made.Count + i];
            made[i].Similarity = EmbeddingSpace.Cosine(embeddings[i], embeddings[made.Count + i]);
        }
    }

    private DatasetEntry Decide(Draw draw, int attempt)
    {
        if (Refusal(draw) is { } refusal)
        {
            return new DatasetEntry(draw.Index, null) { Seed = draw.Seed, Attempt = attempt, Similarity = draw.Similarity, Refusal = refusal };
        }

        var image = draw.Picture!.Image;
        var name = DatasetEntry.FileOf(prompts.SplitOf(draw.Index), draw.Index);
        folder.Save(name, PictureWriter.Encode(draw.Picture, draw.Prompt, signing));
        if (draw.Base is { } source)
        {
            folder.Save(DatasetEntry.BaseFileOf(name), PictureWriter.Encode(source, prompts.BaseOf(draw.Index)!, signing));
        }

        if (draw.Embedding is { } embedding)
        {
            kept.Add(embedding);
        }

        return new DatasetEntry(draw.Index, name)
        {
            Seed = draw.Seed,
            HasBase = draw.Base is not null,
            Attempt = attempt,
            Width = image.Width,
            Height = image.Height,
            Similarity = draw.Similarity,
            Embedding = plan.LeastDistance is null ? null : draw.Embedding,
        };
    }

    private string? Refusal(Draw draw) => draw.Picture is null ? draw.Fault ?? "it was not made" : plan.Refusal(draw.Similarity, draw.Embedding, kept);

    private sealed class Draw(int index, string prompt, uint seed)
    {
        public int Index => index;

        public string Prompt => prompt;

        public uint Seed => seed;

        /// <summary>The picture into which it is painted; null = it is drawn at once.</summary>
        public ImageCompleted? Base { get; set; }

        public ImageCompleted? Picture { get; set; }

        public string? Fault { get; set; }

        public float[]? Embedding { get; set; }

        public double? Similarity { get; set; }
    }
}
