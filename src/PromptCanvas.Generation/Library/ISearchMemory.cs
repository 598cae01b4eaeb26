namespace PromptCanvas.Generation.Library;

/// <summary>What the search by meaning holds in this process.</summary>
/// <param name="Pictures">0 before the first search.</param>
public sealed record SearchMemory(int Pictures, long Bytes);

public interface ISearchMemory
{
    SearchMemory Memory { get; }
}
