using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Options that follow the configuration. A change to an invalid value, such as a typing error in the settings file of a running studio, is
/// logged and otherwise ignored.</summary>
internal sealed class LastValidOptions<TOptions> : IOptionsMonitor<TOptions>, IDisposable
    where TOptions : class
{
    private readonly IOptionsFactory<TOptions> factory;
    private readonly ILogger<LastValidOptions<TOptions>> logger;
    private readonly List<IDisposable> subscriptions;
    private readonly Lock gate = new();
    private TOptions? current;

    public LastValidOptions(IOptionsFactory<TOptions> factory, IEnumerable<IOptionsChangeTokenSource<TOptions>> sources, ILogger<LastValidOptions<TOptions>> logger)
    {
        this.factory = factory;
        this.logger = logger;
        subscriptions = [.. sources.Select(source => ChangeToken.OnChange(source.GetChangeToken, Follow))];
    }

    /// <exception cref="OptionsValidationException">The first values are invalid; the studio does not start with them.</exception>
    public TOptions CurrentValue
    {
        get
        {
            lock (gate)
            {
                return current ??= factory.Create(Options.DefaultName);
            }
        }
    }

    /// <exception cref="OptionsValidationException">The first values are invalid.</exception>
    public TOptions Get(string? name) => CurrentValue;

    /// <exception cref="NotSupportedException">Always: the studio reads options when it needs them.</exception>
    public IDisposable OnChange(Action<TOptions, string?> listener) =>
        throw new NotSupportedException($"Read {nameof(CurrentValue)} each time the options are needed.");

    public void Dispose() => subscriptions.ForEach(subscription => subscription.Dispose());

    private void Follow()
    {
        lock (gate)
        {
            if (current is null)
            {
                return;
            }

            try
            {
                current = factory.Create(Options.DefaultName);
            }
            catch (Exception fault) when (fault is OptionsValidationException or InvalidOperationException)
            {
                logger.LogWarning("A changed setting is invalid and has no effect: {Reason}", fault.Message);
            }
        }
    }
}
