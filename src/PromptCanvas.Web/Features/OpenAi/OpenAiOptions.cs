using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Section <c>OpenAi</c>.</summary>
internal sealed record OpenAiOptions
{
    public const string Section = "OpenAi";

    /// <summary>How long a program waits for an answer at most; what would take longer is refused at once. OpenAI's clients wait 600 seconds.</summary>
    /// <value>570 seconds</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(570);

    /// <summary>How long the address of a picture in an answer can be fetched.</summary>
    /// <value>60 minutes</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AddressLife { get; init; } = TimeSpan.FromMinutes(60);
}
