using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Texts;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Nasty texts in every field of every endpoint, form, query and hub method: never a server error, and the studio goes on.</summary>
public sealed partial class TextFuzzTests(Cast cast) : IClassFixture<Cast>
{
    private static readonly string[] Kinds = ["generate", "edit", "blend", "textdiff", "vary"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Corpus_HasFortyFixedTexts() => Assert.Equal(40, NastyTexts.Fixed.Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public async Task Endpoints_WithNastyTexts_NeverFail()
    {
        using var client = cast.Studio.ClientOf(cast.Studio.Administrator);
        var doors = Doors.Endpoints(cast.Studio.Services).ToList();
        Assert.Contains(doors, door => door.Body is not null);
        foreach (var (door, text) in Pairs(doors))
        {
            var path = PathOf(door.Pattern, text);
            foreach (var query in Queries(door.Queries, text))
            {
                await AssertNoFaultAsync(client, new HttpRequestMessage(new HttpMethod(door.Method), $"{path}{query}"), text);
            }

            foreach (var header in door.Headers)
            {
                using var content = new StringContent("""{ "kind": "generate", "prompt": "a cube", "count": 1, "size": 64 }""", Encoding.UTF8, "application/json");
                var request = new HttpRequestMessage(new HttpMethod(door.Method), path) { Content = content };
                request.Headers.TryAddWithoutValidation(header, text);
                await AssertNoFaultAsync(client, request, text);
            }

            foreach (var body in door.Body is null ? [] : Doors.Bodies(door.Body, text).SelectMany(Complete))
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                await AssertNoFaultAsync(client, new HttpRequestMessage(new HttpMethod(door.Method), path) { Content = content }, body);
            }
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task OpenAiFields_WithNastyTexts_NeverFail()
    {
        using var client = cast.Studio.ClientOf(cast.Studio.Administrator);
        var fields = Doors.OpenAiFields();
        Assert.Contains("prompt", fields);
        foreach (var (field, text) in Pairs(fields))
        {
            var json = $$"""{ "size": "256x256", "prompt": "a cube", "{{field}}": {{NastyTexts.Json(text)}} }""";
            using var body = new StringContent(json, Encoding.UTF8, "application/json");
            await AssertNoFaultAsync(client, new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations) { Content = body }, $"{field}: {json}");

            using var form = OpenAiCalls.Form(("image", TestPictures.Png(16, 16)), ("mask", OpenAiCalls.Transparent(16)));
            form.Add(new StringContent("256x256"), "size");
            form.Add(new StringContent(text), field);
            await AssertNoFaultAsync(client, new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Edits) { Content = form }, $"{field}: {text}");
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task Forms_WithNastyTexts_NeverFail()
    {
        var posted = new HashSet<FormField>();
        foreach (var form in await FormsAsync())
        {
            posted.UnionWith(form.Fields);
            foreach (var text in NastyTexts.All)
            {
                await PostAsync(form, text, form.Fields);

                // What is no text is refused before any field is looked at.
                foreach (var field in form.Fields.Count > 1 && TextRules.FirstInvalid(text) is null ? form.Fields : [])
                {
                    await PostAsync(form, text, [field]);
                }
            }
        }

        Assert.Empty(Doors.FormFields().Except(posted));
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Queries_WithNastyTexts_NeverFail()
    {
        using var administrator = cast.Studio.ClientOf(cast.Studio.Administrator);
        var fields = Doors.QueryFields();
        var names = fields.Select(field => field.Name).Distinct().ToList();
        Assert.Contains("returnUrl", names);
        foreach (var ((pattern, component), text) in Pairs(Doors.Pages(cast.Studio.Services).ToList()))
        {
            // A page's parts read the query, too; they have no page of their own.
            var own = fields.Where(field => field.Component == component).Select(field => field.Name).ToList();
            foreach (var query in Queries(own.Count > 0 ? own : names, text, apart: own.Count > 0))
            {
                await AssertNoFaultAsync(administrator, new HttpRequestMessage(HttpMethod.Get, $"{PathOf(pattern, "x")}{query}"), text);
            }
        }

        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task HubMethods_WithNastyTexts_NeverFail(string protocol)
    {
        foreach (var method in Doors.HubMethods(cast.Studio.Services).Where(method => method.DeclaringType!.Namespace!.StartsWith("PromptCanvas", StringComparison.Ordinal)))
        {
            var count = method.GetParameters().Count(parameter => parameter.ParameterType != typeof(CancellationToken));
            foreach (var text in count == 0 ? [] : NastyTexts.All)
            {
                await using var connection = await ConnectAsync(protocol);
                await Assert.ThrowsAnyAsync<Exception>(async () =>
                {
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                    patience.CancelAfter(Patience);
                    await foreach (var _ in connection.StreamAsyncCore<object>(method.Name, Enumerable.Repeat<object?>(text, count).ToArray(), patience.Token))
                    {
                        break;
                    }
                });
            }
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task CircuitMethods_WithNastyTexts_NeverEndTheStudio()
    {
        var methods = Doors.HubMethods(cast.Studio.Services).Where(method => !method.DeclaringType!.Namespace!.StartsWith("PromptCanvas", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(methods);
        foreach (var (method, text) in Pairs(methods))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(Patience);
            var (line, _) = await CircuitLine.OpenAsync(cast.Studio, cast.Studio.Administrator.Cookie, patience.Token);
            await using (line)
            {
                var arguments = method.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? text
                    : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();
                await line.SendCoreAsync(method.Name, arguments, patience.Token);
            }
        }

        await AssertAliveAsync();
    }

    private static IEnumerable<(T Door, string Text)> Pairs<T>(IReadOnlyList<T> doors) => from door in doors from text in NastyTexts.All select (door, text);

    // All parameters together and each alone, with the text as it is and with bytes that are no UTF-8.
    private static IEnumerable<string> Queries(IReadOnlyList<string> names, string text, bool apart = true)
    {
        var value = $"{Uri.EscapeDataString(text)}%FE%ED%A0%80";
        yield return "";
        if (names.Count > 0)
        {
            yield return $"?{string.Join('&', names.Select(name => $"{name}={Uri.EscapeDataString(text)}"))}";
            yield return $"?{names[0]}={value}&{value}=1";
        }

        foreach (var name in apart && names.Count > 1 ? names : [])
        {
            yield return $"?{name}={Uri.EscapeDataString(text)}";
        }
    }

    // Most fields are only looked at when the kind is known.
    private static IEnumerable<string> Complete(string body, int at) => [body, $$"""{"kind":"{{Kinds[at % Kinds.Length]}}",{{body[1..]}}"""];

    private string PathOf(string pattern, string text) => Parameter().Replace(pattern, match => match.Groups[1].Value.ToUpperInvariant() switch
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

    private async Task<IReadOnlyList<Form>> FormsAsync()
    {
        var forms = new Dictionary<string, Form>();
        var fields = Doors.FormFields();
        foreach (var cookie in (string?[])[cast.Studio.Administrator.Cookie, null])
        {
            foreach (var (pattern, component) in Doors.Pages(cast.Studio.Services))
            {
                var browser = cast.Studio.Browser(cookie);
                var path = PathOf(pattern, "x");
                using var answer = await browser.GetAsync(path, Cancellation);
                var page = await answer.Content.ReadAsStringAsync(Cancellation);
                var token = PageForms.TokenOf(page.Contains("__RequestVerificationToken", StringComparison.Ordinal) ? page : await browser.GetStringAsync("/sign-in", Cancellation));

                // Forms that the page shows only in some states are sent to it all the same.
                var shown = Handler().Matches(page).Select(match => match.Groups[1].Value);
                foreach (var handler in shown.Concat(fields.Where(field => field.Component == component).Select(field => field.Form).OfType<string>()).Distinct())
                {
                    var own = fields.Where(field => field.Form == handler || (field.Form is null && !fields.Any(other => other.Form == handler)
                        && (field.Component == component || !Doors.Pages(cast.Studio.Services).Any(other => other.Component == field.Component)))).ToList();
                    if (own.Count > 0 && (shown.Contains(handler) || !forms.ContainsKey(handler)))
                    {
                        forms[handler] = new Form(browser, path, handler, token, own);
                    }
                }
            }
        }

        return [.. forms.Values];
    }

    private async Task PostAsync(Form form, string text, IReadOnlyList<FormField> fields)
    {
        List<KeyValuePair<string, string>> values =
            [new("_handler", form.Handler), new("__RequestVerificationToken", form.Token), .. fields.Select(field => KeyValuePair.Create(field.Name, text))];
        await AssertNoFaultAsync(form.Browser, new HttpRequestMessage(HttpMethod.Post, form.Path) { Content = new FormUrlEncodedContent(values) }, $"{form.Handler}: {text}");
        if (TextRules.FirstInvalid(text) is not null)
        {
            using var parts = new MultipartFormDataContent();
            values.ForEach(value => parts.Add(new StringContent(value.Value), value.Key));
            await AssertNoFaultAsync(form.Browser, new HttpRequestMessage(HttpMethod.Post, form.Path) { Content = parts }, $"{form.Handler}: {text}");
        }
    }

    private static async Task AssertNoFaultAsync(HttpClient client, HttpRequestMessage request, string sent)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        if ((int)response.StatusCode >= 500)
        {
            var escaped = NastyTexts.Json(sent);
            Assert.Fail($"{request.Method} {request.RequestUri} with {escaped[..Math.Min(escaped.Length, 200)]} → {(int)response.StatusCode}");
        }
    }

    private async Task<HubConnection> ConnectAsync(string protocol)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(cast.Studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => cast.Studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(cast.Studio.Administrator.Key);
        });
        var connection = (protocol == "json" ? builder : builder.AddMessagePackProtocol()).Build();
        await connection.StartAsync(Cancellation);
        return connection;
    }

    private async Task AssertAliveAsync()
    {
        using var client = cast.Studio.ClientOf(cast.Studio.Administrator);
        using var response = await client.GetAsync("/health/ready", Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("""name="_handler" value="([^"]+)""")]
    private static partial Regex Handler();

    private sealed record Form(HttpClient Browser, string Path, string Handler, string Token, IReadOnlyList<FormField> Fields);
}
