using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The names under which clients find this installation's models: OpenAI's, from the settings, and those of the folders.</summary>
internal sealed class ModelNames(IEngineProvider engines, IOptions<OpenAiOptions> options)
{
    /// <summary>Every name; the installation's own after OpenAI's first.</summary>
    public IEnumerable<string> All => options.Value.Aliases.Where(alias => IsInstalled(alias.Value)).Select(alias => alias.Key).Union(engines.Models).OrderBy(name => name != OpenAiOptions.DefaultName);

    public bool Exists(string name) => TryFind(name, out _);

    /// <param name="name">Null or empty = the default.</param>
    /// <param name="model">A model of this installation; null = the default.</param>
    public bool TryFind(string? name, out string? model)
    {
        model = null;
        if (string.IsNullOrEmpty(name))
        {
            return true;
        }

        if (engines.Models.Contains(name, StringComparer.Ordinal))
        {
            model = name;
            return true;
        }

        if (!options.Value.Aliases.TryGetValue(name, out var target) || !IsInstalled(target))
        {
            return false;
        }

        model = target.Length > 0 ? target : null;
        return true;
    }

    private bool IsInstalled(string model) => model.Length == 0 || engines.Models.Contains(model, StringComparer.Ordinal);
}
