namespace PromptCanvas.ModelHub;

/// <summary>The hub that models are downloaded from, and how patient the download is.</summary>
/// <param name="Address">Such as <c>https://huggingface.co</c>.</param>
/// <param name="Token">Proves who asks, for repositories that are not open to everyone; null = nobody in particular.</param>
public sealed record HubSettings(Uri Address, string? Token)
{
    /// <summary>The hub of Hugging Face.</summary>
    public const string Default = "https://huggingface.co";

    /// <summary>How long a server may stay silent before the request is repeated.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the first repetition; later ones double.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests at the same time.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Bytes fetched by one request; also what a kill can lose of each connection.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="ModelHubException">The address is none.</exception>
    public static HubSettings Of(string address, string? token) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new HubSettings(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), string.IsNullOrWhiteSpace(token) ? null : token.Trim())
            : throw new ModelHubException($"Models:Hub is '{address}': it must be an address such as {Default}.");
}
