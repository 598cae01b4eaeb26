using System.Text.RegularExpressions;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Some slices have static pages: a handler on one does nothing unless its component has a render mode.</summary>
public sealed partial class StaticPageTests
{
    [Fact]
    public void Handlers_InSlicesOfStaticPages_AreInComponentsWithARenderMode()
    {
        var pages = Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText);
        var islands = pages.Values.SelectMany(page => Island().Matches(page).Select(match => match.Groups[1].Value)).ToHashSet();
        var slices = pages.Where(page => Path.GetFileName(page.Key) == "_Imports.razor" && page.Value.Contains("ExcludeFromInteractiveRouting", StringComparison.Ordinal))
            .Select(page => Path.GetDirectoryName(page.Key)! + Path.DirectorySeparatorChar).ToList();
        var live = pages.Where(page => slices.Exists(slice => page.Key.StartsWith(slice, StringComparison.Ordinal)) && Handler().IsMatch(page.Value))
            .Select(page => Path.GetFileNameWithoutExtension(page.Key)).ToList();

        Assert.Contains("ModelAdding", live);
        Assert.Empty(live.Except(islands));
    }

    [GeneratedRegex("""<(\w+)\b[^>]*@rendermode=""")]
    private static partial Regex Island();

    // A form with a name is posted; its handler runs on a static page.
    [GeneratedRegex("""@onclick=|@bind=|@bind:event=|@oninput=|@onchange=""")]
    private static partial Regex Handler();
}
