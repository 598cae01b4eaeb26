using System.Reflection;
using Microsoft.JSInterop;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Scripts call methods of components by name, with exactly as many values as those take: a call with one too many is refused like one with too few.</summary>
public sealed class ScriptCallTests
{
    private const string Call = "invokeMethodAsync(";
    private const string Opening = "([{";
    private const string Closing = ")]}";
    private const string Quotes = "'\"`";

    [Fact]
    public void EveryCall_PassesWhatEveryMethodOfItsNameTakes()
    {
        var taken = StudioAssemblies.Web.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<JSInvokableAttribute>() is not null)
            .Select(method => $"{method.Name} with {method.GetParameters().Length}").Distinct().Order(StringComparer.Ordinal);
        var passed = Directory.GetFiles(Path.Combine(Studio.RepoRoot, "wwwroot", "js"), "*.js", SearchOption.AllDirectories)
            .SelectMany(file => CallsIn(File.ReadAllText(file))).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(taken, passed);
    }

    private static IEnumerable<string> CallsIn(string script)
    {
        for (var at = script.IndexOf(Call, StringComparison.Ordinal); at >= 0; at = script.IndexOf(Call, at + 1, StringComparison.Ordinal))
        {
            var arguments = script[(at + Call.Length)..];
            yield return $"{arguments.Split('\'')[1]} with {CommasIn(arguments)}";
        }
    }

    /// <summary>The number of commas up to the closing parenthesis, without those inside of other brackets and of strings.</summary>
    private static int CommasIn(string arguments)
    {
        var (depth, commas, quote) = (0, 0, '\0');
        foreach (var letter in arguments)
        {
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
            }
            else if (Quotes.Contains(letter, StringComparison.Ordinal))
            {
                quote = letter;
            }
            else if (Opening.Contains(letter, StringComparison.Ordinal))
            {
                depth++;
            }
            else if (Closing.Contains(letter, StringComparison.Ordinal) && depth-- == 0)
            {
                break;
            }
            else if (letter == ',' && depth == 0)
            {
                commas++;
            }
        }

        return commas;
    }
}
