using System.Globalization;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Bias;

/// <summary>The words of exported reports in one language.</summary>
public sealed record BiasExportWords
{
    /// <summary>English.</summary>
    public static BiasExportWords English { get; } = new();

    /// <summary>The language's name, as HTML has it; its numbers are written its way.</summary>
    public string Language { get; init; } = "en";

    public string AllPrompts { get; init; } = "All prompts";

    /// <summary>{0} pictures, {1} pixels, {2} model, {3} prompts, {4} first seed, {5} missing.</summary>
    public string Drawn { get; init; } = "{0} pictures of {1} pixels, drawn by the model {2} for {3} prompts, seeds from {4}; {5} are missing.";

    /// <summary>{0} the threshold.</summary>
    public string Measured { get; init; } =
        "Measured by the model's own CLIP: a picture shows the value whose caption has the highest probability, if that is {0} or more; otherwise it is uncertain.";

    public string Shares { get; init; } =
        "Shares are of the pictures that are not uncertain, with 95 % confidence intervals (Wilson). Corrected shares are of all pictures, after the errors seen on labelled examples (intervals by Dirichlet draws).";

    public string Value { get; init; } = "Value";

    public string Share { get; init; } = "Share";

    public string Corrected { get; init; } = "Corrected";

    public string Pictures { get; init; } = "Pictures";

    public string Examples { get; init; } = "Examples";

    public string Uncertain { get; init; } = "uncertain";

    public string Captions { get; init; } = "Captions";

    /// <summary>{0} to {1}, in percent.</summary>
    public string Range { get; init; } = "{0} to {1} %";

    public string Guidance { get; init; } = "Guidance {0}.";

    public string PriorGuidance { get; init; } = "Guidance of the prior {0}.";

    public string Steps { get; init; } = "{0} steps.";

    public string Autoregressive { get; init; } = "Autoregressive prior.";

    public string TextEmbedding { get; init; } = "Text embedding in place of the prior.";

    public string CaptionOnly { get; init; } = "Caption only, without a prior.";

    /// <summary>All prompts, in the CSV file.</summary>
    public string All { get; init; } = "all";

    /// <summary>The eleven columns of the CSV file, with commas.</summary>
    public string Columns { get; init; } = "prompt,attribute,value,pictures,of,share,low,high,corrected,corrected_low,corrected_high";

    internal CultureInfo Culture => CultureInfo.GetCultureInfo(Language);

    /// <summary>A sentence with its parts.</summary>
    internal string Format(string sentence, params object[] parts) => string.Format(Culture, sentence, parts);

    /// <summary>The deviations from the model's recipe; empty without any.</summary>
    public string SettingsOf(BiasPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var settings = plan.Overrides;
        string?[] words =
        [
            settings.Conditioning switch
            {
                ConditioningMode.AutoregressivePrior => Autoregressive,
                ConditioningMode.TextEmbedding => TextEmbedding,
                ConditioningMode.CaptionOnly => CaptionOnly,
                _ => null,
            },
            settings.DecoderGuidance is { } guidance ? Format(Guidance, guidance) : null,
            settings.PriorGuidance is { } prior ? Format(PriorGuidance, prior) : null,
            settings.DecoderSteps is { } steps ? Format(Steps, steps) : null,
        ];
        return string.Join(' ', words.OfType<string>());
    }
}
