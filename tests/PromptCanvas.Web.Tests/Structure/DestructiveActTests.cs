using System.Text.RegularExpressions;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>What cannot be undone asks first, by name; what asks nothing can be undone.</summary>
public sealed partial class DestructiveActTests
{
    // Each moves pictures to the trash and offers "Undo", except the last: a corner of a blend is not stored yet.
    private static readonly string[] Undoable =
        ["ChangeEditor.razor TrashAsync", "EditCandidates.razor OnDiscard", "GallerySelection.razor DeleteAsync", "ViewerVerbs.razor OnDelete", "CornerList.razor OnRemove"];

    [Fact]
    public void Buttons_ThatDestroy_AskByName_OrCanBeUndone()
    {
        var acts = Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor", SearchOption.AllDirectories).SelectMany(ActsOf).ToList();

        Assert.True(acts.Count > 12, "The pattern no longer finds the acts.");
        Assert.Equal(Undoable.Order(StringComparer.Ordinal), acts.Where(act => !act.Asks).Select(act => act.Name).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Name, bool Asks)> ActsOf(string file)
    {
        var page = File.ReadAllText(file);
        foreach (Match act in Destructive().Matches(page))
        {
            // A form's question is on its button.
            var isForm = act.Groups["event"].Value == "@onsubmit";
            var from = isForm ? page.IndexOf("<button", act.Index, StringComparison.Ordinal) : page.LastIndexOf('<', act.Index);
            var to = page.IndexOf("</", act.Index, StringComparison.Ordinal);
            var buttons = isForm ? page[from..page.IndexOf("</form>", act.Index, StringComparison.Ordinal)] : page[from..to];
            yield return ($"{Path.GetFileName(file)} {act.Groups["handler"].Value}", buttons.Contains("data-confirm=\"@", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex("""(?<event>@onclick|@onsubmit|OnClick)="[^"]*?\b(?<handler>(?:On)?(?:Delete|Remove|Revoke|Purge|Trash|Discard|CancelInvitation)\w*)""")]
    private static partial Regex Destructive();
}
