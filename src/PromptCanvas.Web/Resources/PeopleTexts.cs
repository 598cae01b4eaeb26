using Microsoft.Extensions.Localization;

using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Resources;

/// <summary>Display names of values that the database stores as keywords.</summary>
internal static class PeopleTexts
{
    public static string Role(this IStringLocalizer<Texts> texts, string? role) => role switch
    {
        PersonRoles.Administrator => texts["RoleAdministrator"],
        PersonRoles.Member => texts["RoleMember"],
        PersonRoles.Viewer => texts["RoleViewer"],
        _ => "",
    };

    public static string Period(this IStringLocalizer<Texts> texts, QuotaPeriod period) => period switch
    {
        QuotaPeriod.Month => texts["PeriodMonth"],
        QuotaPeriod.Week => texts["PeriodWeek"],
        QuotaPeriod.Day => texts["PeriodDay"],
        _ => texts["PeriodNone"],
    };

    public static string Scope(this IStringLocalizer<Texts> texts, string scope) => scope switch
    {
        ApiScopes.Generate => texts["ScopeGenerate"],
        ApiScopes.Edit => texts["ScopeEdit"],
        ApiScopes.Vary => texts["ScopeVary"],
        ApiScopes.Read => texts["ScopeRead"],
        _ => scope,
    };

    /// <summary>A notice in one line without quotations.</summary>
    public static string NoticeText(this IStringLocalizer<Texts> texts, Notice notice) => notice.Kind switch
    {
        NoticeKinds.Opened => texts["NoticeOpened", notice.By],
        NoticeKinds.TakenDown => texts["NoticeTakenDown", notice.By],
        NoticeKinds.PutBack => texts["NoticePutBack", notice.By],
        NoticeKinds.CreditsAsked => texts["CreditRequestOf", notice.By, notice.Amount ?? 0],
        NoticeKinds.CreditsGranted => texts["NoticeCredits", notice.By, notice.Amount ?? 0],
        NoticeKinds.Commented => texts["NoticeComment", notice.By],
        NoticeKinds.Remixed => texts["NoticeRemix", notice.By],
        NoticeKinds.Mentioned => texts["NoticeMention", notice.By],
        NoticeKinds.ReportDecided => texts["NoticeReport"],
        _ => notice.Kind,
    };
}
