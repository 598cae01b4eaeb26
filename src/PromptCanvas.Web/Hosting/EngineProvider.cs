using System.Collections.Concurrent;

using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Engines;

namespace PromptCanvas.Web.Hosting;

/// <summary>One engine for each model of the library, made when first asked for.</summary>
internal sealed class EngineProvider(IModelLibrary library, Func<UnClipModel, IImageEngine> create) : IEngineProvider, IDisposable
{
    private readonly ConcurrentDictionary<string, IImageEngine> engines = new(StringComparer.Ordinal);
    private readonly Lock opening = new();

    public string DefaultModel => library.DefaultName;

    public IReadOnlyList<string> Models => library.List();

    public IImageEngine Get(string modelName)
    {
        if (engines.TryGetValue(modelName, out var engine))
        {
            return engine;
        }

        // A model that cannot be opened is tried again on the next call.
        lock (opening)
        {
            return engines.GetOrAdd(modelName, name => create(library.Open(name)));
        }
    }

    public void Dispose()
    {
        foreach (var engine in engines.Values.OfType<IDisposable>())
        {
            engine.Dispose();
        }
    }
}
