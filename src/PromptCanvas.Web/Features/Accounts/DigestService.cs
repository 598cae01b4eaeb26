using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Sends the digests that are due. Several processes may run it; each turn is claimed by one of them.</summary>
internal sealed class DigestService(Digests digests, DigestLetter letters, Mailer mailer, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const int MostFailures = 3;

    /// <summary>Interval between checks for due digests.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Retry delay of a digest that could not be sent.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromHours(1);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!mailer.IsOn)
        {
            return;
        }

        while (true)
        {
            await SendDueAsync(stoppingToken);
            Worked();
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    /// <summary>Sends the due digests. Ends early if the mail server refuses everything.</summary>
    internal async Task SendDueAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        foreach (var turn in await digests.DueAsync(stoppingToken))
        {
            failures = await TrySendAsync(turn, stoppingToken) ? 0 : failures + 1;
            if (failures == MostFailures)
            {
                return;
            }
        }
    }

    private async Task<bool> TrySendAsync(DigestTurn turn, CancellationToken stoppingToken)
    {
        // Read before the turn is taken, so that a database fault does not lose it.
        var language = await letters.LanguageOfAsync(turn, stoppingToken);
        if (await digests.TakeAsync(turn, stoppingToken) is not { Count: > 0 } notices || await mailer.SendAsync(letters.Write(turn, notices, language), stoppingToken))
        {
            return true;
        }

        // Not cancellable: the mail was not sent, and a stop must not lose it.
        await digests.ReturnAsync(turn, RetryDelay, CancellationToken.None);
        return false;
    }
}
