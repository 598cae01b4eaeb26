namespace PromptCanvas.Diffusion.Networks;

/// <summary>A network that a model's folder does not have. Requests that need it are refused before it would run.</summary>
/// <param name="name">The component's folder name.</param>
/// <param name="reason">Why it is absent and the remedy, in one sentence.</param>
public sealed class AbsentNetwork(string name, string reason) : INetwork
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    /// <exception cref="ModelException">Always.</exception>
    public IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken) =>
        throw new ModelException(reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds nothing.
    }
}
