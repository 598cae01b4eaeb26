using System.Globalization;
using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>Describes a run's progress: "Position 2 · about 20 s · 2 of 4 done".</summary>
internal static class RunStatus
{
    private const string Separator = " · ";

    /// <param name="etaSeconds">Estimated seconds until the whole job is done; null when unknown.</param>
    public static string Describe(Run run, double? etaSeconds, IStringLocalizer<Texts> texts) => run.Job switch
    {
        null => texts["RunSending"],
        { State: JobState.Queued } job => Join(texts["RunPosition", job.Position ?? 1], Eta(etaSeconds, texts)),
        { State: JobState.Running } job => Join(Running(job, texts), Eta(etaSeconds, texts), DoneOf(job, texts), Refunded(job, texts)),
        { State: JobState.Done } job => Join(DoneOf(job, texts, onlyIfFewer: true) ?? texts["RunDone"].Value, Refunded(job, texts)),
        { State: JobState.Cancelled } job => Join(texts["RunStopped"], DoneOf(job, texts), Refunded(job, texts)),
        { } job => Join(texts["RunFailedShort"], Refunded(job, texts)),
    };

    /// <summary>The same without the seconds, because screen readers would announce every change.</summary>
    public static string Announce(Run run, IStringLocalizer<Texts> texts) => Describe(run, null, texts);

    /// <summary>Why the run is waiting; null when it is running or next in the queue.</summary>
    public static string? WhyItWaits(Run run, IStringLocalizer<Texts> texts) =>
        run.Job is { State: JobState.Queued, Why: { } why } && (why.Position > 1 || why.Alone || why.PauseReason is not null || why.RestsUntil is not null)
            ? texts.Explain(why)
            : null;

    private static string? Running(JobView job, IStringLocalizer<Texts> texts) =>
        job.Images.Any(picture => picture.State == JobPictureState.Done) ? null : texts["RunRunning"].Value;

    private static string? DoneOf(JobView job, IStringLocalizer<Texts> texts, bool onlyIfFewer = false)
    {
        var done = job.Images.Count(picture => picture.State == JobPictureState.Done);
        return done == (onlyIfFewer ? job.Images.Count : 0) ? null : texts["RunDoneOf", done, job.Images.Count].Value;
    }

    private static string? Refunded(JobView job, IStringLocalizer<Texts> texts) => job.Refunded switch
    {
        0 => null,
        1 => texts["RunRefundedOne"].Value,
        var credits => texts["RunRefunded", credits.ToString("0.##", CultureInfo.CurrentCulture)].Value,
    };

    private static string? Eta(double? seconds, IStringLocalizer<Texts> texts) => seconds switch
    {
        null => null,
        < 3 => texts["EtaMoments"].Value,
        < 20 => texts["EtaSeconds", Math.Round(seconds.Value)].Value,
        < 90 => texts["EtaSeconds", Math.Round(seconds.Value / 5) * 5].Value,
        _ => texts["EtaMinutes", Math.Round(seconds.Value / 60)].Value,
    };

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var said = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            if (part is not null)
            {
                said.Add(part);
            }
        }

        return string.Join(Separator, said);
    }
}
