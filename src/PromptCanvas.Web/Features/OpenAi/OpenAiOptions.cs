using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Section <c>OpenAi</c>.</summary>
internal sealed record OpenAiOptions
{
    public const string Section = "OpenAi";

    /// <summary>The model of clients that name none.</summary>
    public const string DefaultName = "dall-e-2";

    /// <summary>The longest wait for a response; a request whose forecast is longer is refused at once. OpenAI's clients time out after 600 seconds.</summary>
    /// <value>570 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(570);

    /// <summary>How long the job of a client that disconnected waits for the client's retry; then it is cancelled. 0 = not at all.</summary>
    /// <value>30 seconds</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for clients that are known to retry: they send x-stainless-retry-count or an Idempotency-Key.</summary>
    /// <value>2 minutes</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan GracePeriodOfRetries { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>OpenAI's names for models, each with a model of this installation; empty = the default one. A name whose model is not installed is unknown.</summary>
    /// <value>The names of OpenAI's image models, all for the default model.</value>
    public Dictionary<string, string> Aliases { get; init; } = new(StringComparer.Ordinal)
    {
        [DefaultName] = "",
        ["dall-e-3"] = "",
        ["gpt-image-1"] = "",
        ["gpt-image-1-mini"] = "",
        ["gpt-image-1.5"] = "",
        ["gpt-image-2"] = "",
        ["chatgpt-image-latest"] = "",
    };

    /// <summary>Whether pages of other sites may call <c>/v1</c> with a key (CORS).</summary>
    /// <value>true</value>
    public bool CrossOrigin { get; init; } = true;

    /// <summary>Lifetime of the picture URLs in responses.</summary>
    /// <value>60 minutes</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AddressLife { get; init; } = TimeSpan.FromMinutes(60);
}
