using System.Net;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Mvc.Testing.Handlers;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A browser without scripts: opens a page, fills in a form and submits it.</summary>
internal static partial class PageForms
{
    /// <summary>An anonymous browser that keeps cookies and does not follow redirects.</summary>
    public static HttpClient Browser(this Studio studio, string? cookie = null)
    {
        _ = studio.Administrator;
        return studio.Stranger(cookie);
    }

    /// <summary>The same for a studio that may have no administrator.</summary>
    public static HttpClient Stranger(this Studio studio, string? cookie = null) => Browser(studio.Server.BaseAddress, studio.Server.CreateHandler(), cookie);

    /// <summary>The same for a server in another process.</summary>
    public static HttpClient Browser(Uri address, string? cookie) => Browser(address, new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }, cookie);

    /// <summary>Submits the form <paramref name="form"/> of a page with the page's antiforgery token.</summary>
    public static async Task<HttpResponseMessage> SendFormAsync(this HttpClient browser, string path, string form, params (string Name, string Value)[] fields) =>
        await browser.SendFormOrNothingAsync(path, form, fields) ?? throw new InvalidOperationException($"{path} has no form.");

    /// <summary>The same when the page may no longer have that form.</summary>
    public static async Task<HttpResponseMessage?> SendFormOrNothingAsync(this HttpClient browser, string path, string form, params (string Name, string Value)[] fields)
    {
        var page = await browser.GetStringAsync(path, TestContext.Current.CancellationToken);
        return Token().Match(page) is { Success: true } token
            ? await browser.PostFieldsAsync(path, [("_handler", form), ("__RequestVerificationToken", WebUtility.HtmlDecode(token.Groups[1].Value)), .. fields])
            : null;
    }

    /// <summary>The antiforgery token of a page's first form.</summary>
    public static string TokenOf(string page) => WebUtility.HtmlDecode(Token().Match(page).Groups[1].Value);

    /// <summary>Posts as the page's script does, with the antiforgery token in the header.</summary>
    public static async Task<HttpResponseMessage> PostWithTokenAsync(this HttpClient browser, string page, string path)
    {
        var token = Token().Match(await browser.GetStringAsync(page, TestContext.Current.CancellationToken));
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("RequestVerificationToken", WebUtility.HtmlDecode(token.Groups[1].Value));
        return await browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> PostFieldsAsync(this HttpClient browser, string path, params (string Name, string Value)[] fields) =>
        browser.PostAsync(
            path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))), TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient browser, string email, string password) =>
        browser.SendFormAsync("/sign-in", "sign-in", ("Form.Email", email), ("Form.Password", password));

    public static async Task<string> TextAsync(this HttpResponseMessage response) =>
        WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    private static HttpClient Browser(Uri address, HttpMessageHandler line, string? cookie)
    {
        var jar = new CookieContainerHandler { InnerHandler = line };
        if (cookie is not null)
        {
            jar.Container.SetCookies(address, cookie);
        }

        return new HttpClient(jar) { BaseAddress = address };
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
