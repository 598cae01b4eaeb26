using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Section <c>OpenAi</c>.</summary>
internal sealed record OpenAiOptions
{
    public const string Section = "OpenAi";

    /// <summary>The longest wait for a response; a request whose forecast is longer is refused at once. OpenAI's clients time out after 600 seconds.</summary>
    /// <value>570 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(570);

    /// <summary>Whether pages of other sites may call <c>/v1</c> with a key (CORS).</summary>
    /// <value>true</value>
    public bool CrossOrigin { get; init; } = true;

    /// <summary>Lifetime of the picture URLs in responses.</summary>
    /// <value>60 minutes</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AddressLife { get; init; } = TimeSpan.FromMinutes(60);
}
