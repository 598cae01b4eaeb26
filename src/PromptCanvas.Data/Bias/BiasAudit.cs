using PromptCanvas.Data.Series;

namespace PromptCanvas.Data.Bias;

/// <summary>A bias audit: pictures of neutral prompts, sorted by what they show.</summary>
public sealed class BiasAudit : JobSeries
{
    /// <summary>How the labelled examples were read, as JSON; null = none, or not yet.</summary>
    public string? Calibration { get; set; }

    public override string KeyPrefix => $"bias-{Id:N}-";
}
