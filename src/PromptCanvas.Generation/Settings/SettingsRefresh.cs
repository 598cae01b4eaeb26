using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Settings;

/// <summary>Follows settings that another process of the same database stored.</summary>
internal sealed class SettingsRefresh(StoredSettings settings, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    /// <summary>The longest time until a change applies in every process. One small query each.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await settings.ReadAsync(stoppingToken);
            Worked();
        }
    }
}
