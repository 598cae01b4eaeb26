using Microsoft.Extensions.Localization;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Web.Resources;

/// <summary>Names of pictures and of the kinds of jobs that made them.</summary>
internal static class PictureTexts
{
    private static readonly Dictionary<string, KindTexts> Kinds = new()
    {
        [JobKinds.Generate] = new(null, texts => texts["MadeByGenerate"], texts => texts["HowGenerate"]),
        [JobKinds.Draft] = new(null, texts => texts["MadeByDraft"], texts => texts["HowGenerate"]),
        [JobKinds.Finish] = new(texts => texts["KindFinish"], texts => texts["MadeByFinish"], texts => texts["HowGenerate"]),
        [JobKinds.Edit] = new(null, texts => texts["MadeByEdit"], texts => texts["HowEdit"]),
        [JobKinds.Erase] = new(texts => texts["KindErase"], texts => texts["MadeByErase"], texts => texts["HowErase"]),
        [JobKinds.Extend] = new(texts => texts["KindExtend"], texts => texts["MadeByExtend"], texts => texts["HowExtend"]),
        [JobKinds.Vary] = new(texts => texts["KindVary"], texts => texts["MadeByVary"], texts => texts["HowVary"]),
        [JobKinds.Blend] = new(texts => texts["KindBlend"], texts => texts["MadeByBlend"], texts => texts["HowBlend"]),
        [JobKinds.TextDifference] = new(texts => texts["KindTextDifference"], texts => texts["MadeByTextDifference"], texts => texts["HowChange"]),
    };

    /// <summary>The prompt, or how the picture was made where it has none.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string Title(this IStringLocalizer<Texts> texts, string prompt, string? kind) =>
        prompt.Length > 0 ? prompt
        : kind is not null && Kinds.TryGetValue(kind, out var of) && of.Title is { } title ? title(texts)
        : texts["KindUnknown"];

    /// <summary>The kind of job as one word.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string MadeBy(this IStringLocalizer<Texts> texts, string kind) =>
        Kinds.TryGetValue(kind, out var of) ? of.MadeBy(texts) : texts["KindUnknown"];

    /// <summary>How a picture was made from its parent in a family tree.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static string MadeFrom(this IStringLocalizer<Texts> texts, string kind) =>
        Kinds.TryGetValue(kind, out var of) ? of.MadeFrom(texts) : texts["HowChange"];

    /// <summary>An aspect ratio with its shape.</summary>
    public static string NameOf(this IStringLocalizer<Texts> texts, AspectRatio ratio) =>
        ratio.IsSquare ? texts["AspectSquare", ratio] : ratio.Width > ratio.Height ? texts["AspectLandscape", ratio] : texts["AspectPortrait", ratio];

    /// <param name="Title">The title of a picture without a prompt; null where every picture has one.</param>
    /// <param name="MadeBy">The kind of job as one word.</param>
    /// <param name="MadeFrom">The verb between a picture and its source.</param>
    private sealed record KindTexts(
        Func<IStringLocalizer<Texts>, string>? Title, Func<IStringLocalizer<Texts>, string> MadeBy, Func<IStringLocalizer<Texts>, string> MadeFrom);
}
