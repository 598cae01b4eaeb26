using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Web.Features.Operations;

/// <inheritdoc/>
/// <param name="needs">What a model needs, by model name.</param>
/// <param name="isLoaded">Whether a network's weights are in memory.</param>
internal sealed class ModelInspection(
    IModelLibrary library, Func<string, NeedsFacts> needs, Func<INetwork, bool> isLoaded) : IModelInspection
{
    public string Device => library.Device;

    public IReadOnlyList<ModelFacts> Inspect() => [.. library.List().Select(Inspect)];

    private ModelFacts Inspect(string name)
    {
        var isDefault = name == library.DefaultName;
        try
        {
            // Opening a model validates it: tensor names and shapes are read from every file.
            var model = library.Open(name);
            return new ModelFacts(
                name, isDefault, null, model.Recipe.Sizes, [.. model.Networks.Select(network => new NetworkFacts(network.Name, isLoaded(network)))], needs(name));
        }
        catch (ModelException fault)
        {
            return new ModelFacts(name, isDefault, fault.Message, [], [], null);
        }
    }
}
