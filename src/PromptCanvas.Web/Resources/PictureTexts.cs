using Microsoft.Extensions.Localization;

using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Web.Resources;

/// <summary>What a picture is called.</summary>
internal static class PictureTexts
{
    /// <summary>Its prompt, or how it came about where it has none.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string Title(this IStringLocalizer<Texts> texts, string prompt, string? kind) => prompt.Length > 0
        ? prompt
        : kind switch
        {
            JobKinds.Erase => texts["KindErase"],
            JobKinds.Extend => texts["KindExtend"],
            JobKinds.Vary => texts["KindVary"],
            JobKinds.Blend => texts["KindBlend"],
            JobKinds.TextDifference => texts["KindTextDifference"],
            _ => texts["KindUnknown"],
        };

    /// <summary>What was done, in a word.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string MadeBy(this IStringLocalizer<Texts> texts, string kind) => kind switch
    {
        JobKinds.Generate => texts["MadeByGenerate"],
        JobKinds.Edit => texts["MadeByEdit"],
        JobKinds.Erase => texts["MadeByErase"],
        JobKinds.Extend => texts["MadeByExtend"],
        JobKinds.Vary => texts["MadeByVary"],
        JobKinds.Blend => texts["MadeByBlend"],
        JobKinds.TextDifference => texts["MadeByTextDifference"],
        _ => texts["KindUnknown"],
    };
}
