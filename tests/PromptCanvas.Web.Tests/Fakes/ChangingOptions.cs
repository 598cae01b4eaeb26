using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Options that a test changes while they are used.</summary>
internal sealed class ChangingOptions<TOptions>(TOptions first) : IOptionsMonitor<TOptions>
{
    public TOptions CurrentValue { get; set; } = first;

    public TOptions Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<TOptions, string?> listener) => null;
}
