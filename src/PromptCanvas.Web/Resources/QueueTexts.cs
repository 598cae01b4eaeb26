using Microsoft.Extensions.Localization;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Resources;

/// <summary>Why a job has its place in the queue.</summary>
internal static class QueueTexts
{
    public static string Explain(this IStringLocalizer<Texts> texts, QueueExplanation why) => why switch
    {
        { PauseReason: { } reason } => texts["WaitPaused", texts.Say(reason)!],
        { NoWorker: true } => texts["WaitNoWorker"],
        { RestsUntil: not null } => texts["WaitRests"],
        { Alone: true } => texts["WaitAlone"],
        { Position: 1 } => texts["WaitNext"],
        _ => string.Join(' ', Place(texts, why)),
    };

    private static IEnumerable<string> Place(IStringLocalizer<Texts> texts, QueueExplanation why)
    {
        yield return texts["WaitPlace", why.Position, why.Waiting];
        var others = why.Position - 1 - why.OwnAhead;
        if (why.OwnAhead > 0)
        {
            yield return why.OwnAhead == 1 ? texts["WaitOwnOne"] : texts["WaitOwn", why.OwnAhead];
        }

        if (others > 0)
        {
            yield return others == 1 ? texts["WaitOthersOne"] : texts["WaitOthers", others];
        }

        if (why.Background)
        {
            yield return texts["WaitBackground"];
        }
        else if (why.Expedited)
        {
            yield return texts["WaitExpedited"];
        }
        else if (why.PeopleAhead > 0)
        {
            yield return texts["WaitTurns"];
        }
    }
}
