using System.Text;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Texts that programs trip over: forty fixed ones, and random ones from a seed.</summary>
internal static class NastyTexts
{
    private const int Seed = 16;
    private const int Randoms = 12;
    private const int LongestRandom = 24;

    // Plane borders, surrogates, noncharacters, controls, marks, letters that change their length when their case or form changes.
    private static readonly int[] Points =
    [
        0x0, 0x1, 0x7, 0x8, 0x9, 0xA, 0xB, 0xD, 0x1B, 0x1F, 0x20, 0x22, 0x25, 0x26, 0x27, 0x2B, 0x2F, 0x3C, 0x5C, 0x61, 0x7F, 0x85, 0xA0, 0xAD, 0xC4, 0xDF, 0x130, 0x131, 0x301, 0x308, 0x338,
        0x34F, 0x5D0, 0x640, 0x1100, 0x1161, 0x11A8, 0x1E9E, 0x200B, 0x200D, 0x200E, 0x2028, 0x2029, 0x202E, 0x2066, 0x20DD, 0x212B, 0x2126, 0x3000, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000,
        0xFB01, 0xFDD0, 0xFDEF, 0xFDFA, 0xFE0F, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1D15E, 0x1F600, 0x1FFFE, 0xE0001, 0x10FFFD, 0x10FFFE, 0x10FFFF,
    ];

    /// <summary>Forty texts; no two test the same.</summary>
    public static IReadOnlyList<string> Fixed { get; } =
    [
        // Not text.
        "\uFFFE", "a\uFFFEb", "\uFFFF", "\uFDD0", "\uFDEF", "\U0001FFFE", "\U0010FFFF", "\uD800", "\uDC00", "a\uDFFF\uD800b",
        "\0", "a\0b", "\u0001", "\u0007bell", "\u0008\u007F", "\u001B[31mred", "\u001F", "\u000B\u000C",

        // Text.
        "\r\n", "one\r\ntwo\rthree\nfour", "\t", "\u0085\u2028\u2029", "\uFEFF", "\uFFFD", "\u202Eevil\u202C", "\u200B\u200D\u00AD",
        "e\u0301", "\u212B\u2126", "\u1100\u1161\u11A8", "\uFDFA\uFDFA\uFDFA", "Z\u0351\u036B\u0343\u0321\u032B\u0352\u034E\u0346",
        "\u0130\u0131\u1E9E\uFB01", "\U0001F469\u200D\U0001F469\u200D\U0001F467", "\U0001D15E\U0010FFFD", "%00%FF%zz%", "'; DROP TABLE \"Jobs\"; --",
        "../../etc/passwd\\..\\", "(a+)+$ [ ( * \\", new string('\u0301', 300), new string('\u00E4', 5000),
    ];

    /// <summary>The fixed texts, and those of the seed.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Fixed, .. Random()];

    /// <summary>A JSON string in which everything but ASCII letters and digits is escaped, so that it can hold halves of surrogate pairs.</summary>
    public static string Json(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var letter in text)
        {
            json.Append(char.IsAsciiLetterOrDigit(letter) ? letter.ToString() : $"\\u{(int)letter:x4}");
        }

        return json.Append('"').ToString();
    }

    private static IEnumerable<string> Random()
    {
        var random = new Random(Seed);
        for (var text = 0; text < Randoms; text++)
        {
            var letters = new StringBuilder();
            for (var left = random.Next(1, LongestRandom); left > 0; left--)
            {
                var point = Points[random.Next(Points.Length)];
                letters.Append(point < 0x10000 ? ((char)point).ToString() : char.ConvertFromUtf32(point));
            }

            yield return letters.ToString();
        }
    }
}
