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
}
