using Microsoft.Extensions.Localization;

using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Web.Resources;

/// <summary>Display names of pictures.</summary>
internal static class PictureTexts
{
    /// <summary>The prompt; without one, a description of the operation.</summary>
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

    /// <summary>The operation in one word.</summary>
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
