namespace PromptCanvas.Generation.Library;

/// <summary>The tags of pictures and jobs that no person asked for one by one.</summary>
internal static class SeriesTags
{
    public const string Bias = "bias";

    public const string Dataset = "dataset";
}
