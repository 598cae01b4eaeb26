using Microsoft.Extensions.Options;
using PromptCanvas.Cluster;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Memory;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.ModelHub;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Hosting;

// Published: settings and wwwroot are next to the assembly. From source: they are in the repository root, the working directory.
var published = File.Exists(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = published ? AppContext.BaseDirectory : null,
});
if (!published)
{
    builder.WebHost.UseStaticWebAssets();
}

builder.Services.AddCluster(builder.Configuration);
builder.Services.AddSettings<InferenceOptions>(InferenceOptions.Section);
builder.Services.AddSingleton<IModelLibrary>(OpenLibrary);
builder.Services.AddSingleton<IEngineProvider>(services =>
{
    var inference = InferenceOf(services);
    var options = new EngineOptions { MaxBatch = inference.MaxBatch };
    return new EngineProvider(services.GetRequiredService<IModelLibrary>(), models => EngineOn(models, options), EngineCapacity.Of(options, inference.EngineCount))
    {
        RunsHere = RolesOf(services).IsWorker,
        IsLoaded = OnnxModelLibrary.IsLoaded,
    };
});
builder.Services.AddSingleton<IModelInspection>(services => new ModelInspection(
    services.GetRequiredService<IModelLibrary>(), name => NeedsOf(services, name), OnnxModelLibrary.IsLoaded));
builder.Services.AddSingleton<IModelDownloads>(services => new ModelDownloads(
    () => ConnectToHub(services), ModelsFolderOf(services), folder => FaultOf(services, folder), services.GetRequiredService<ILogger<ModelDownloads>>())
{
    Forecast = plan => RolesOf(services).IsWorker ? ForecastOf(plan, InferenceOf(services).Precision) : null,
});
builder.Services.AddHostedService(services => new SpareMemory(
    () => GC.GetTotalAllocatedBytes(), FreeMemory.Return, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<Supervisor>()));

return await builder.RunStudioAsync();

static InferenceOptions InferenceOf(IServiceProvider services) => services.GetRequiredService<IOptions<InferenceOptions>>().Value;

static StudioOptions RolesOf(IServiceProvider services) => services.GetRequiredService<IOptions<StudioOptions>>().Value;

static IImageEngine EngineOn(IReadOnlyList<UnClipModel> models, EngineOptions options) => models.Count == 1
    ? new ImageEngine(models[0], options)
    : new EngineGroup([.. models.Select(model => new ImageEngine(model, options))]);

static string ModelsFolderOf(IServiceProvider services) =>
    Path.Combine(services.GetRequiredService<IHostEnvironment>().ContentRootPath, services.GetRequiredService<IOptions<ModelsOptions>>().Value.Folder);

static NeedsFacts NeedsOf(IServiceProvider services, string name)
{
    var needs = OnnxModelLibrary.Needs(Path.Combine(ModelsFolderOf(services), name), GraphCacheOf(services), InferenceOf(services).Precision);
    return new NeedsFacts(needs.Disk, needs.Memory, needs.Machine, needs.Least, needs.MeasuredFirstStart, needs.MeasuredLaterStart) { LargestPicture = needs.Least + needs.LargestPicture };
}

static NeedsFacts ForecastOf(ModelPlan plan, InferencePrecision precision)
{
    var needs = OnnxModelLibrary.Forecast(plan.Bytes, plan.Networks.Sum(), plan.Networks.DefaultIfEmpty().Max(), precision);
    return new NeedsFacts(needs.Disk, needs.Memory, needs.Machine, needs.Least, null, null);
}

static string GraphCacheOf(IServiceProvider services) => InferenceOf(services).GraphCache is { Length: > 0 } configured
    ? configured
    : Path.Combine(services.GetRequiredService<DataFolder>().Cache, "graphs");

static HubClient ConnectToHub(IServiceProvider services) => new(HubSettings.Of(
    services.GetRequiredService<IOptions<ModelsOptions>>().Value.Hub, SecretSetting.Read(services.GetRequiredService<IConfiguration>(), $"{ModelsOptions.Section}:{nameof(ModelsOptions.HubToken)}")));

static string? FaultOf(IServiceProvider services, string folder)
{
    try
    {
        using var library = new OnnxModelLibrary(ModelsFolderOf(services), "none", InferenceOf(services) with { ExecutionProvider = ProviderNames.Cpu }) { OpensTooLarge = true };
        library.OpenFolder(folder);
        return null;
    }
    catch (ModelException fault)
    {
        return fault.Message;
    }
}

static OnnxModelLibrary OpenLibrary(IServiceProvider services)
{
    var models = services.GetRequiredService<IOptions<ModelsOptions>>().Value;
    var log = services.GetRequiredService<ILogger<OnnxModelLibrary>>();
    var inference = InferenceOf(services);
    var caches = services.GetRequiredService<DataFolder>().Cache;
    return new OnnxModelLibrary(
        ModelsFolderOf(services),
        models.Default,
        inference with { GraphCache = GraphCacheOf(services) },
        notice => log.Log(notice.IsFault ? LogLevel.Warning : LogLevel.Information, "{Notice}", notice.Text))
    {
        // Where no weights are loaded, their bytes are not checked, and they need not fit.
        Records = RolesOf(services).IsWorker ? Path.Combine(caches, "weights") : null,
        OpensTooLarge = !RolesOf(services).IsWorker,
    };
}

/// <summary>The entry point; public so that tests can start it.</summary>
public sealed partial class Program;
