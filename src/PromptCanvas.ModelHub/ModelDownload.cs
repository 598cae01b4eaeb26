using System.Text.Json;

namespace PromptCanvas.ModelHub;

/// <summary>Downloads a model into the models folder: looked up first, fetched into a hidden folder beside it, moved into place when it is whole and checked.</summary>
public sealed class ModelDownload(HubClient hub, string modelsFolder)
{
    private const string DefaultRevision = "main";
    private static readonly string[] PipelineClasses = ["UnCLIPPipeline", "StableUnCLIPPipeline", "StableUnCLIPImg2ImgPipeline"];

    // For indices, logs and other writers of the same disk.
    private const long Reserve = 1L << 30;

    private const double Gigabyte = 1e9;

    /// <summary>Free bytes of the disk that holds a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Checks a complete folder before it becomes a model; gives the fault in a sentence, or null.</summary>
    public Func<string, string?> Check { get; init; } = _ => null;

    /// <summary>Looks up what a model consists of, or finds the plan of an interrupted download of it.</summary>
    /// <exception cref="ModelHubException">There is no such model, it cannot be used here, or it is there already.</exception>
    public async Task<ModelPlan> PlanAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var known = KnownModels.Find(request.Model);
        if (KnownModels.WholeOf(request.Model) is { } whole)
        {
            throw new ModelHubException($"{request.Model} is only a part of a model: download {whole} instead.");
        }

        var workplace = new Workplace(modelsFolder, request.Name ?? known.Name);
        workplace.ThrowIfInstalled();
        if (workplace.ReadPlan() is { } kept && kept.Request == request && kept.Hub == hub.Settings.Address.AbsoluteUri)
        {
            return kept;
        }

        var parts = new List<PlannedPart>();
        foreach (var part in known.Parts)
        {
            parts.Add(await PlanAsync(part, request, known.Index is null, cancellationToken).ConfigureAwait(false));
        }

        return new ModelPlan(workplace.Name, hub.Settings.Address.AbsoluteUri, request, parts, known.Index);
    }

    /// <summary>Fetches what is missing of a plan and puts the model in its place.</summary>
    /// <param name="report">Called a few times a second, from any thread.</param>
    /// <returns>The model's folder.</returns>
    /// <exception cref="ModelHubException">It cannot be finished; what is there is kept, and another call goes on.</exception>
    public async Task<string> RunAsync(ModelPlan plan, Action<DownloadProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(report);
        var workplace = new Workplace(modelsFolder, plan.Name);
        workplace.ThrowIfInstalled();
        try
        {
            using (workplace.Enter())
            {
                workplace.Begin(plan);
                ThrowIfDiskIsSmall(plan, workplace);
                await FetchAsync(plan, workplace, report, cancellationToken).ConfigureAwait(false);
                return workplace.Finish(plan, Check);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelHubException($"{modelsFolder} cannot be written: {fault.Message}", fault);
        }
        finally
        {
            workplace.DeleteEmpty();
        }
    }

    /// <summary>The downloads that were begun and not finished.</summary>
    public static IReadOnlyList<ModelPlan> Unfinished(string modelsFolder) => Workplace.Unfinished(modelsFolder);

    /// <summary>Deletes what was fetched of an unfinished download.</summary>
    /// <exception cref="ModelHubException">It is still running, or there is none.</exception>
    public static void Discard(string modelsFolder, string name) => new Workplace(modelsFolder, name).Discard();

    private async Task<PlannedPart> PlanAsync(KnownPart part, ModelRequest request, bool standsAlone, CancellationToken cancellationToken)
    {
        var repository = part.Repository;
        var found = await hub.DescribeAsync(repository, request.Revision ?? DefaultRevision, cancellationToken).ConfigureAwait(false);
        if (!found.Files.Any(file => file.Path == NeededFiles.Index))
        {
            throw new ModelHubException($"{repository} has no {NeededFiles.Index}: it is no model in the diffusers layout. {Supported()}");
        }

        try
        {
            using var index = JsonDocument.Parse(await hub.ReadTextAsync(found, NeededFiles.Index, cancellationToken).ConfigureAwait(false));
            var kind = index.RootElement.TryGetProperty("_class_name", out var name) ? name.GetString() : null;
            return standsAlone && !PipelineClasses.Contains(kind)
                ? throw new ModelHubException($"{repository} is a {kind ?? "pipeline without a name"}, which the engine does not run. {Supported()}")
                : new PlannedPart(
                    repository, found.Commit, part.Folder, found.Licence, found.LicenceAddress, FilesOf(found, part, index.RootElement, request.Half), part.Places);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ModelHubException($"{repository}: its {NeededFiles.Index} is damaged. Choose another revision.", fault);
        }
    }

    private static IReadOnlyList<HubFile> FilesOf(HubRepository found, KnownPart part, JsonElement index, bool half)
    {
        var components = NeededFiles.Components(index);
        return NeededFiles.Choose(found, [.. components.Where(component => part.Places?.ContainsKey(component) ?? true)], part.Places is null, half);
    }

    private static string Supported() => $"It runs {string.Join(", ", KnownModels.Names)}, and other models of the classes {string.Join(", ", PipelineClasses)}.";

    private void ThrowIfDiskIsSmall(ModelPlan plan, Workplace workplace)
    {
        var missing = plan.Bytes - workplace.Files(plan).Sum(file => FileDownload.BytesOf(file.File, file.Path, hub.Settings.PartBytes));
        var free = FreeBytes(modelsFolder);
        if (missing > 0 && free < missing + Reserve)
        {
            throw new ModelHubException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{plan.Name} needs {(missing + Reserve) / Gigabyte:0.0} GB more on the disk of {modelsFolder}, which has {free / Gigabyte:0.0} GB free: free {(missing + Reserve - free) / Gigabyte:0.0} GB, or set Models:Folder to a larger disk."));
        }
    }

    /// <summary>Small files first: what is wrong with a repository shows before gigabytes are fetched.</summary>
    private async Task FetchAsync(ModelPlan plan, Workplace workplace, Action<DownloadProgress> report, CancellationToken cancellationToken)
    {
        using var connections = new SemaphoreSlim(hub.Settings.Connections);
        var meter = new ProgressMeter(plan.Bytes, hub.Settings.Clock, report);
        await Parallel.ForEachAsync(
            workplace.Files(plan).OrderBy(file => file.File.Size),
            new ParallelOptions { MaxDegreeOfParallelism = hub.Settings.Connections, CancellationToken = cancellationToken },
            async (file, cancelled) => await new FileDownload(hub, file.Part, connections, meter).RunAsync(file.File, file.Path, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
        meter.Report();
    }
}
