using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Web.Features.Verify;

/// <summary>What was found out about a file, in words.</summary>
public sealed partial class VerifyVerdict
{
    private Verdict verdict;

    private enum Verdict
    {
        Ours,
        Theirs,
        Changed,
        Unsure,
        Unsigned,
    }

    /// <summary>Name of the file.</summary>
    [Parameter, EditorRequired]
    public required string File { get; set; }

    [Parameter, EditorRequired]
    public required VerifiedPicture Verified { get; set; }

    protected override void OnParametersSet() => verdict = Verified switch
    {
        { Manifest: null } => Verdict.Unsigned,
        { Manifest.IsIntact: false } => Verdict.Changed,
        { Manifest.IsIntact: null } => Verdict.Unsure,
        { IsOurs: true } => Verdict.Ours,
        _ => Verdict.Theirs,
    };

    private static string IconOf(Verdict verdict) => verdict switch
    {
        Verdict.Ours => Icons.Material.Rounded.VerifiedUser,
        Verdict.Theirs => Icons.Material.Rounded.Shield,
        Verdict.Changed => Icons.Material.Rounded.GppBad,
        _ => Icons.Material.Rounded.GppMaybe,
    };

    private string TitleOf(Verdict verdict) => verdict switch
    {
        Verdict.Ours => T["VerifyOurs"],
        Verdict.Theirs => T["VerifyTheirs"],
        Verdict.Changed => T["VerifyChanged"],
        Verdict.Unsure => T["VerifyUnsure"],
        _ => T["VerifyUnsigned"],
    };

    private string TextOf(Verdict verdict) => verdict switch
    {
        Verdict.Ours => T["VerifyOursText"],
        Verdict.Theirs => T["VerifyTheirsText"],
        Verdict.Changed => Verified.IsOurs ? T["VerifyChangedOursText"] : T["VerifyChangedText"],
        Verdict.Unsure => T["VerifyUnsureText"],
        _ => T["VerifyUnsignedText"],
    };

    private IEnumerable<(string Name, string? Value)> Story(ManifestReport manifest)
    {
        foreach (var action in manifest.Actions)
        {
            yield return (NameOf(action), string.Join(" · ", new[] { SourceOf(action), DayOf(action) }.OfType<string>()));
        }

        foreach (var ingredient in manifest.Ingredients)
        {
            yield return (ingredient.Relationship == "parentOf" ? T["VerifyParent"] : T["VerifyInput"], ingredient.Title ?? ingredient.InstanceId);
        }

        if (manifest.Recipe is { } recipe)
        {
            yield return (T["Model"], recipe.Model);
            yield return (T["VerifyPrompt"], recipe.Prompt);
            yield return (T["Seed"], recipe.Seed?.ToString(CultureInfo.InvariantCulture));
        }
    }

    private string NameOf(StoryAction action) => action.Name switch
    {
        "c2pa.created" => T["VerifyCreated"],
        "c2pa.opened" => T["VerifyOpened"],
        "c2pa.edited" => T["VerifyEdited"],
        "c2pa.resized" => T["VerifyResized"],
        "c2pa.converted" => T["VerifyConverted"],
        _ => action.Name,
    };

    private string? SourceOf(StoryAction action) => action.SourceType switch
    {
        "trainedAlgorithmicMedia" => T["VerifyByModel"],
        "compositeWithTrainedAlgorithmicMedia" => T["VerifyPartlyByModel"],
        _ => action.SourceType ?? action.Agent,
    };

    private static string? DayOf(StoryAction action) =>
        DateTimeOffset.TryParse(action.When, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? DayOf(at) : null;

    private static string DayOf(DateTimeOffset at) => at.ToString("d", CultureInfo.CurrentCulture);

    private string OutcomeOf(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => T["VerifyPassed"],
        CheckOutcome.Failed => T["VerifyFailed"],
        CheckOutcome.Unsupported => T["VerifyUnsupported"],
        _ => T["VerifyNote"],
    };
}
