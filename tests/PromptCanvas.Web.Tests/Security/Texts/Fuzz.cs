using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Helpers of the fuzz tests.</summary>
internal static partial class Fuzz
{
    // The boundary inside the pages' layout shows a fault in a page that otherwise succeeded.
    private const string Boundary = "Something went wrong";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A path of the pattern, with ids of existing objects, and the text in place of text parameters.</summary>
    public static string PathOf(this Cast cast, string pattern, string text) => Parameter().Replace(pattern, match => match.Groups[1].Value.ToUpperInvariant() switch
    {
        "JOBID" => $"{cast.Job}",
        "PERSONID" => $"{cast.People["owner"]!.Id}",
        "BOARDID" => $"{cast.Board}",
        "IMAGEID" => $"{cast.TeamPicture}",
        "TOKEN" => cast.LockedLink,
        "INDEX" => "0",
        "ID" => $"{(pattern.Contains("/jobs/", StringComparison.Ordinal) ? cast.Job : pattern.Contains("/uploads/", StringComparison.Ordinal) ? cast.Upload : cast.TeamPicture)}",

        // The test server cannot be asked for a path with NUL; Kestrel refuses it itself.
        _ => Uri.EscapeDataString(text.Replace("\0", "", StringComparison.Ordinal)),
    });

    /// <summary>Sends the request; a server error, in the status or on the page, fails the test.</summary>
    public static async Task AssertNoFaultAsync(HttpClient client, HttpRequestMessage request, string sent)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var isPage = response.Content.Headers.ContentType?.MediaType == "text/html";
        if ((int)response.StatusCode >= 500 || (isPage && (await response.TextAsync()).Contains(Boundary, StringComparison.Ordinal)))
        {
            var escaped = NastyTexts.Json(sent);
            Assert.Fail($"{request.Method} {request.RequestUri} with {escaped[..Math.Min(escaped.Length, 200)]} → {(int)response.StatusCode}");
        }
    }

    public static async Task AssertAliveAsync(this Cast cast)
    {
        using var client = cast.Studio.ClientOf(null);
        using var response = await client.GetAsync("/health/ready", Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
