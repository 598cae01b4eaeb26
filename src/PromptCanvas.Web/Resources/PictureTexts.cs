using Microsoft.Extensions.Localization;

using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Web.Resources;

/// <summary>Names of pictures and of the ways they were made.</summary>
internal static class PictureTexts
{
    /// <summary>The keys of each kind's texts: the title without a prompt, what was done in a word, the verb between a picture and its source.</summary>
    private static readonly Dictionary<string, (string? Title, string MadeBy, string How)> Keys = new()
    {
        [JobKinds.Generate] = (null, "MadeByGenerate", "HowGenerate"),
        [JobKinds.Edit] = (null, "MadeByEdit", "HowEdit"),
        [JobKinds.Erase] = ("KindErase", "MadeByErase", "HowErase"),
        [JobKinds.Extend] = ("KindExtend", "MadeByExtend", "HowExtend"),
        [JobKinds.Vary] = ("KindVary", "MadeByVary", "HowVary"),
        [JobKinds.Blend] = ("KindBlend", "MadeByBlend", "HowBlend"),
        [JobKinds.TextDifference] = ("KindTextDifference", "MadeByTextDifference", "HowChange"),
    };

    /// <summary>The prompt, or how the picture was made where it has none.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string Title(this IStringLocalizer<Texts> texts, string prompt, string? kind) =>
        prompt.Length > 0 ? prompt : texts[(kind is not null && Keys.TryGetValue(kind, out var keys) ? keys.Title : null) ?? "KindUnknown"];

    /// <summary>What was done, in a word.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string MadeBy(this IStringLocalizer<Texts> texts, string kind) =>
        texts[Keys.TryGetValue(kind, out var keys) ? keys.MadeBy : "KindUnknown"];

    /// <summary>How a picture was made from the one it stands under in a family tree.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string MadeFrom(this IStringLocalizer<Texts> texts, string kind) =>
        texts[Keys.TryGetValue(kind, out var keys) ? keys.How : "HowChange"];
}
