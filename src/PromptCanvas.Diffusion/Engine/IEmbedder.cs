namespace PromptCanvas.Diffusion.Engine;

/// <summary>Embeds pictures and texts with a model's CLIP.</summary>
public interface IEmbedder
{
    /// <summary>Validates inputs before any work.</summary>
    /// <param name="inputs">Pictures and phrases.</param>
    /// <returns>One sentence with the fault and its remedy; null when they can be embedded.</returns>
    string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs);

    /// <summary>Embeds pictures and phrases. The engine's thread does it between the steps of pictures in the making, several at once.</summary>
    /// <param name="inputs">Valid pictures and phrases.</param>
    /// <param name="cancellationToken">Drops the remaining work within one step.</param>
    /// <returns>For each input its CLIP embedding, E values, not normalised.</returns>
    /// <exception cref="ArgumentException">The inputs are not valid.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the engine stopped.</exception>
    /// <exception cref="ModelException">The model's weights cannot be loaded.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken);
}
