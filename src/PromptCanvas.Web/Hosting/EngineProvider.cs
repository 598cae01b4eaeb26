using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Hosting;

/// <summary>One engine per model of the library, created on first use.</summary>
/// <param name="create">Creates the engine from the model, one instance per device.</param>
/// <param name="capacity">Capacity of each engine; null = the default.</param>
internal sealed class EngineProvider(IModelLibrary library, Func<IReadOnlyList<UnClipModel>, IImageEngine> create, EngineCapacity? capacity = null)
    : IEngineProvider, IDisposable
{
    private readonly Dictionary<string, (UnClipModel Model, IImageEngine Engine)> engines = new(StringComparer.Ordinal);
    private readonly List<IImageEngine> retired = [];
    private readonly Lock opening = new();
    private volatile IReadOnlyList<(string Name, UnClipModel Model)> opened = [];

    public bool RunsHere { get; init; } = true;

    public string Device => library.Device;

    /// <summary>Whether a network's weights are in memory.</summary>
    public Func<INetwork, bool> IsLoaded { get; init; } = _ => true;

    /// <remarks>Waits for no model that is being opened.</remarks>
    public IReadOnlyList<string> Loaded => [.. opened.Where(known => known.Model.Networks.Any(IsLoaded)).Select(known => known.Name)];

    public string DefaultModel => library.DefaultName;

    public EngineCapacity Capacity { get; } = capacity ?? EngineCapacity.Of(new EngineOptions(), engines: 1);

    public IReadOnlyList<string> Models => library.List();

    public IImageEngine Get(string modelName)
    {
        lock (opening)
        {
            // The library returns the same model until its files change. If a model cannot be opened, the next call tries again.
            var models = library.OpenForEngines(modelName);
            var model = models[0];
            if (engines.TryGetValue(modelName, out var held))
            {
                if (ReferenceEquals(held.Model, model))
                {
                    return held.Engine;
                }

                // Running pictures finish on the engine that started them.
                retired.Add(held.Engine);
            }

            var engine = create(models);
            engines[modelName] = (model, engine);
            opened = [.. engines.Select(pair => (pair.Key, pair.Value.Model))];
            return engine;
        }
    }

    public ModelVocabulary? WordsOf(string modelName)
    {
        var model = library.Open(modelName);
        return new ModelVocabulary(model.Tokenizer, model.Captions);
    }

    public void Dispose()
    {
        foreach (var engine in engines.Values.Select(held => held.Engine).Concat(retired).OfType<IDisposable>())
        {
            engine.Dispose();
        }
    }
}
