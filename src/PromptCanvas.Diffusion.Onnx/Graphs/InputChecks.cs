using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Checks what is handed to a network before it runs.</summary>
internal static class InputChecks
{
    /// <param name="network">The network's name, for messages.</param>
    /// <param name="graph">Its operators.</param>
    /// <param name="inputs">What the caller hands over, by name.</param>
    /// <returns>The values of the letters in the inputs' shapes.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown, or has the wrong shape or type.</exception>
    public static Dictionary<string, int> Check(string network, NetworkGraph graph, IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var spec in graph.Inputs)
        {
            if (!inputs.TryGetValue(spec.Name, out var tensor))
            {
                throw new ArgumentException($"{network}: the input '{spec.Name}' is missing; it takes {Names(graph)}.", nameof(inputs));
            }

            spec.Check(network, tensor, symbols);
        }

        if (inputs.Keys.FirstOrDefault(name => graph.Inputs.All(spec => spec.Name != name)) is { } unknown)
        {
            throw new ArgumentException($"{network}: there is no input '{unknown}'; it takes {Names(graph)}.", nameof(inputs));
        }

        return symbols;
    }

    private static string Names(NetworkGraph graph) => string.Join(", ", graph.Inputs.Select(spec => spec.Name));
}
