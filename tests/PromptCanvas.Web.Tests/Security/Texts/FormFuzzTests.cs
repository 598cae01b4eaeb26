using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Texts;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Nasty texts in every bound field of every form. The forms change people and their sessions, so each has a person of its own.</summary>
public sealed partial class FormFuzzTests(Cast cast) : IClassFixture<Cast>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forms_WithNastyTexts_NeverFail()
    {
        var posted = new HashSet<FormField>();
        foreach (var form in await FormsAsync())
        {
            posted.UnionWith(form.Fields);
            var (browser, token) = await OpenAsync(form.Path, form.Role is { } role ? (await NewPersonAsync(role)).Cookie : null);
            foreach (var text in NastyTexts.All)
            {
                await PostAsync(browser, form, token, text, form.Fields);

                // Invalid text is refused before any field is validated.
                foreach (var field in form.Fields.Count > 1 && TextRules.FirstInvalid(text) is null ? form.Fields : [])
                {
                    await PostAsync(browser, form, token, text, [field]);
                }
            }
        }

        Assert.Empty(TextInputs.FormFields().Except(posted));
        await cast.AssertAliveAsync();
    }

    /// <summary>The forms that pages show, and those that they show only in some states, which are sent to them all the same.</summary>
    private async Task<IReadOnlyList<Form>> FormsAsync()
    {
        var forms = new Dictionary<string, Form>();
        var fields = TextInputs.FormFields();
        var pages = TextInputs.Pages(cast.Studio.Services).ToList();
        foreach (var role in (string?[])[PersonRoles.Administrator, PersonRoles.Member, null])
        {
            var cookie = role is null ? null : (await NewPersonAsync(role)).Cookie;
            foreach (var (pattern, component) in pages)
            {
                // The safety page shows one of its forms only with a preview, and the account page one only where mail is configured.
                var path = cast.PathOf(pattern, "x") + (pattern == "/admin/safety" ? "?close=a+cube" : "");
                using var browser = cast.Studio.Browser(cookie);
                using var answer = await browser.GetAsync(path, Cancellation);
                var shown = Handler().Matches(await answer.Content.ReadAsStringAsync(Cancellation)).Select(match => match.Groups[1].Value).ToList();
                var hidden = fields.Where(field => field.Component == component || (pattern == "/account" && field.Component == typeof(DigestChoice))).Select(field => field.Form).OfType<string>();
                foreach (var handler in shown.Concat(hidden).Distinct())
                {
                    // Forms of rows are named after the row, and take the fields of their page or of a part of it.
                    var own = fields.Where(field => field.Form == handler || (field.Form is null && !fields.Any(other => other.Form == handler)
                        && (field.Component == component || !pages.Exists(other => other.Component == field.Component)))).ToList();
                    if (own.Count > 0 && (shown.Contains(handler) || !forms.ContainsKey(handler)))
                    {
                        forms[handler] = new Form(path, handler, role, own);
                    }
                }
            }
        }

        return [.. forms.Values];
    }

    /// <summary>A new person, with a notice, because the form of notices is only there when there is one.</summary>
    private async Task<SomebodyInTest> NewPersonAsync(string role)
    {
        var person = await cast.Studio.PersonAsync($"{Guid.NewGuid():N}@example.com", role);
        await using var database = await cast.Studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        database.Notices.Add(new Notice { PersonId = person.Id, Kind = NoticeKinds.PutBack, ImageId = cast.TeamPicture, By = "somebody", Reason = "No.", At = DateTimeOffset.UnixEpoch });
        await database.SaveChangesAsync(Cancellation);
        return person;
    }

    private async Task<(HttpClient Browser, string Token)> OpenAsync(string path, string? cookie)
    {
        var browser = cast.Studio.Browser(cookie);
        using var answer = await browser.GetAsync(path, Cancellation);
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        return (browser, PageForms.TokenOf(page.Contains("__RequestVerificationToken", StringComparison.Ordinal) ? page : await browser.GetStringAsync("/sign-in", Cancellation)));
    }

    private static async Task PostAsync(HttpClient browser, Form form, string token, string text, IReadOnlyList<FormField> fields)
    {
        List<KeyValuePair<string, string>> values =
            [new("_handler", form.Handler), new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, text))];
        await Fuzz.AssertNoFaultAsync(browser, new HttpRequestMessage(HttpMethod.Post, form.Path) { Content = new FormUrlEncodedContent(values) }, $"{form.Handler}: {text}");
        if (TextRules.FirstInvalid(text) is not null)
        {
            using var parts = new MultipartFormDataContent();
            values.ForEach(value => parts.Add(new StringContent(value.Value), value.Key));
            await Fuzz.AssertNoFaultAsync(browser, new HttpRequestMessage(HttpMethod.Post, form.Path) { Content = parts }, $"{form.Handler}: {text}");
        }
    }

    [GeneratedRegex("""name="_handler" value="([^"]+)""")]
    private static partial Regex Handler();

    /// <param name="Role">Of the person who sees it; null = a guest.</param>
    private sealed record Form(string Path, string Handler, string? Role, IReadOnlyList<FormField> Fields);
}
