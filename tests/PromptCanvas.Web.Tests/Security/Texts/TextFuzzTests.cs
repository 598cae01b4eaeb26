using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Nasty texts in every field of every endpoint, query and hub method: never a server error, and the studio keeps working.</summary>
public sealed class TextFuzzTests(Cast cast) : IClassFixture<Cast>
{
    // It always contains the text that the other pages must not contain.
    private const string ErrorPage = "/error";

    private static readonly string[] Kinds = ["generate", "edit", "blend", "textdiff", "vary"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Corpus_HasFortyFixedTexts() => Assert.Equal(40, NastyTexts.Fixed.Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public async Task Endpoints_WithNastyTexts_NeverFail()
    {
        using var client = cast.Studio.ClientOf(cast.Studio.Administrator);
        var inputs = TextInputs.Endpoints(cast.Studio.Services).ToList();
        Assert.Contains(inputs, input => input.Body is not null);
        foreach (var (input, text) in Pairs(inputs))
        {
            var path = cast.PathOf(input.Pattern, text);
            foreach (var query in Queries(input.Queries, text))
            {
                await Fuzz.AssertNoFaultAsync(client, new HttpRequestMessage(new HttpMethod(input.Method), $"{path}{query}"), text);
            }

            foreach (var header in input.Headers)
            {
                using var content = new StringContent("""{ "kind": "generate", "prompt": "a cube", "count": 1, "size": 64 }""", Encoding.UTF8, "application/json");
                var request = new HttpRequestMessage(new HttpMethod(input.Method), path) { Content = content };
                request.Headers.TryAddWithoutValidation(header, text);
                await Fuzz.AssertNoFaultAsync(client, request, text);
            }

            foreach (var body in input.Body is null ? [] : TextInputs.Bodies(input.Body, text).SelectMany(Complete))
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                await Fuzz.AssertNoFaultAsync(client, new HttpRequestMessage(new HttpMethod(input.Method), path) { Content = content }, body);
            }
        }

        await cast.AssertAliveAsync();
    }

    [Fact]
    public async Task OpenAiFields_WithNastyTexts_NeverFail()
    {
        using var client = cast.Studio.ClientOf(cast.Studio.Administrator);
        var fields = TextInputs.OpenAiFields();
        Assert.Contains("prompt", fields);
        foreach (var (field, text) in Pairs(fields))
        {
            var json = $$"""{ "size": "256x256", "prompt": "a cube", "{{field}}": {{NastyTexts.Json(text)}} }""";
            using var body = new StringContent(json, Encoding.UTF8, "application/json");
            await Fuzz.AssertNoFaultAsync(client, new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations) { Content = body }, $"{field}: {json}");

            using var form = OpenAiCalls.Form(("image", TestPictures.Png(16, 16)), ("mask", OpenAiCalls.Transparent(16)));
            form.Add(new StringContent("256x256"), "size");
            form.Add(new StringContent(text), field);
            await Fuzz.AssertNoFaultAsync(client, new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Edits) { Content = form }, $"{field}: {text}");
        }

        await cast.AssertAliveAsync();
    }

    [Fact]
    public async Task Queries_WithNastyTexts_NeverFail()
    {
        using var administrator = cast.Studio.ClientOf(cast.Studio.Administrator);
        var fields = TextInputs.QueryFields();
        var names = fields.Select(field => field.Name).Distinct().ToList();
        Assert.Contains("returnUrl", names);
        foreach (var ((pattern, component), text) in Pairs(TextInputs.Pages(cast.Studio.Services).Where(page => page.Pattern != ErrorPage).ToList()))
        {
            // A page's parts read the query, too; they have no page of their own.
            var own = fields.Where(field => field.Component == component).Select(field => field.Name).ToList();
            foreach (var query in Queries(own.Count > 0 ? own : names, text, apart: own.Count > 0))
            {
                await Fuzz.AssertNoFaultAsync(administrator, new HttpRequestMessage(HttpMethod.Get, $"{cast.PathOf(pattern, "x")}{query}"), text);
            }
        }

        await cast.AssertAliveAsync();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task HubMethods_WithNastyTexts_NeverFail(string protocol)
    {
        foreach (var method in TextInputs.HubMethods(cast.Studio.Services).Where(method => method.DeclaringType!.Namespace!.StartsWith("PromptCanvas", StringComparison.Ordinal)))
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

        await cast.AssertAliveAsync();
    }

    [Fact]
    public async Task CircuitMethods_WithNastyTexts_NeverEndTheStudio()
    {
        var methods = TextInputs.HubMethods(cast.Studio.Services).Where(method => !method.DeclaringType!.Namespace!.StartsWith("PromptCanvas", StringComparison.Ordinal)).ToList();
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

        await cast.AssertAliveAsync();
    }

    private static IEnumerable<(T Input, string Text)> Pairs<T>(IReadOnlyList<T> inputs) => from input in inputs from text in NastyTexts.All select (input, text);

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
}
