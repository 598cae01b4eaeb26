using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Features.OpenAi;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Verifies docs/permissions.md: every row for every actor, and no endpoint without a row.</summary>
public sealed class PermissionTests(Cast cast) : IClassFixture<Cast>
{
    // Static files, the same for everyone, and Blazor's own endpoints, which contain no secrets.
    private static readonly string[] PublicParts = ["_framework/", "_content/", "css/", "js/", "fonts/", "lib/", "favicon", "{**path:file}"];

    public static TheoryData<string, string> Cells =>
        new(PermissionTable.Read().SelectMany(row => row.Answers.Keys.Select(person => (Name(row), person))));

    [Fact]
    public void EveryEndpointPageAndHubMethod_HasALine()
    {
        var there = cast.Studio.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(WhatOf)
            .Concat(HubMethods().Select(method => $"HUB {method}"));

        Assert.Equal(there.Distinct().Order(StringComparer.Ordinal), PermissionTable.Read().Select(row => row.What).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Answer_OfEveryLineToEveryPerson_IsTheTables(string line, string person)
    {
        var row = PermissionTable.Read().Single(row => Name(row) == line);
        var answer = row.Kind switch
        {
            "HUB" => await AskHubAsync(row.Pattern, cast.People[person]),
            "LINE" => await AskAsync(HttpMethod.Post, $"{row.Pattern}/negotiate?negotiateVersion=1", cast.People[person]),
            "PAGE" or "ANY" => await AskAsync(HttpMethod.Get, PathOf(row, person), cast.People[person]),
            _ => await AskAsync(new HttpMethod(row.Kind), PathOf(row, person), cast.People[person]),
        };

        Assert.Equal(row.Answers[person], answer);
    }

    private static string Name(PermissionRow row) => row.Case is null ? row.What : $"{row.What} ({row.Case})";

    private static IEnumerable<string> HubMethods() =>
        typeof(GenerationHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name);

    private static IEnumerable<string> WhatOf(RouteEndpoint endpoint)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
        if (Array.Exists(PublicParts, part => pattern.StartsWith("/" + part, StringComparison.Ordinal)))
        {
            return [];
        }

        if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            return [$"PAGE {pattern}"];
        }

        if (pattern.StartsWith("/_blazor", StringComparison.Ordinal) || endpoint.Metadata.GetMetadata<HubMetadata>() is not null
            || endpoint.Metadata.GetMetadata<NegotiateMetadata>() is not null)
        {
            return ["LINE " + (pattern.StartsWith("/_blazor", StringComparison.Ordinal) ? "/_blazor" : pattern.Replace("/negotiate", "", StringComparison.Ordinal))];
        }

        return endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Select(method => $"{method} {pattern}") ?? [$"ANY {pattern}"];
    }

    private string PathOf(PermissionRow row, string person) => LinkPathOf(row, person)
        .Replace("{JobId:guid}", $"{cast.Job}", StringComparison.Ordinal)
        .Replace("{PersonId:guid}", $"{cast.People["owner"]!.Id}", StringComparison.Ordinal)
        .Replace("{BoardId:guid}", $"{cast.Board}", StringComparison.Ordinal)
        .Replace("{ImageId:guid}", $"{(row.Case is "private" ? cast.PrivatePicture : cast.TeamPicture)}", StringComparison.Ordinal)
        .Replace("{AuditId:guid}", $"{Guid.Empty}", StringComparison.Ordinal)
        .Replace("{DatasetId:guid}", $"{Guid.Empty}", StringComparison.Ordinal)
        .Replace("{other:guid}", $"{Guid.Empty}", StringComparison.Ordinal)
        .Replace("{index:int}", "0", StringComparison.Ordinal)
        .Replace("{**path}", "nothing", StringComparison.Ordinal)
        .Replace("{way}", "diffusion", StringComparison.Ordinal)
        .Replace("{model}", "dall-e-2", StringComparison.Ordinal)
        .Replace("{token}", cast.Studio.Services.GetRequiredService<SignedPictures>().Sign(cast.PrivatePicture, cast.People["owner"]!.Id, PictureFormat.Png, 100), StringComparison.Ordinal)
        .Replace("{documentName}", "v1", StringComparison.Ordinal)
        .Replace("{id:guid}", $"{(row.Pattern.StartsWith("/api/uploads", StringComparison.Ordinal) ? cast.Upload : row.Pattern.StartsWith("/api/bundles", StringComparison.Ordinal) ? cast.Bundle : row.Case is null ? cast.Job : row.Case is "private" ? cast.PrivatePicture : cast.TeamPicture)}", StringComparison.Ordinal);

    // The actor with the link uses its token; the others use a wrong one.
    private string LinkPathOf(PermissionRow row, string person) => !row.Pattern.StartsWith("/s/", StringComparison.Ordinal) ? row.Pattern : row.Pattern
        .Replace("{token}", person != "link" ? "never" : row.Case is "password" ? cast.LockedLink : cast.Link, StringComparison.OrdinalIgnoreCase)
        .Replace("{id:guid}", $"{(row.Case is "team" ? cast.TeamPicture : cast.PrivatePicture)}", StringComparison.Ordinal);

    private async Task<string> AskAsync(HttpMethod method, string path, SomebodyInTest? somebody)
    {
        using var client = cast.Studio.ClientOf(somebody);
        using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post || method == HttpMethod.Patch ? BodyFor(path) : null };
        if (path.Contains("passkey", StringComparison.Ordinal) && method == HttpMethod.Post)
        {
            return await AskWithTokenAsync(path, somebody);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return $"{(int)response.StatusCode}";
    }

    // Posts as the page's script does, with the form's antiforgery token.
    private async Task<string> AskWithTokenAsync(string path, SomebodyInTest? somebody)
    {
        using var browser = cast.Studio.Browser(somebody?.Cookie);
        using var response = await browser.PostWithTokenAsync("/sign-in", path);
        return $"{(int)response.StatusCode}";
    }

    private static HttpContent? BodyFor(string path) => path switch
    {
        "/api/jobs" => JsonContent.Create(new { kind = "generate", prompt = "a red cube", count = 1, size = 64 }),
        "/api/sketches" => JsonContent.Create(new { inputs = new[] { new { text = "a cube" }, new { text = "a cone" } }, seed = 5 }),
        "/api/styles" => JsonContent.Create(new { name = "a style", pictures = new[] { Guid.NewGuid(), Guid.NewGuid() } }),
        _ when path.StartsWith("/api/styles/", StringComparison.Ordinal) && !path.EndsWith("/sketches", StringComparison.Ordinal) => JsonContent.Create(new { name = "a style", visibility = "team" }),
        _ when path.StartsWith("/api/styles/", StringComparison.Ordinal) => JsonContent.Create(new { prompt = "a red cube", seed = 5 }),
        "/v1/images/generations" => JsonContent.Create(new { prompt = "a red cube", size = "256x256" }),
        "/v1/images/edits" => new MultipartFormDataContent { { Png(), "image", "a.png" }, { Mask(), "mask", "b.png" }, { new StringContent("a red cube"), "prompt" }, { new StringContent("256x256"), "size" } },
        "/v1/images/variations" => new MultipartFormDataContent { { Png(), "image", "a.png" }, { new StringContent("256x256"), "size" } },
        "/api/datasets" => JsonContent.Create(new { name = "cubes", template = "a cube", count = 1, size = 64 }),
        "/api/bias" => JsonContent.Create(new { name = "colours", prompts = new[] { "a cube" }, picturesPerPrompt = 1, size = 64 }),
        "/api/verify" => Png(),
        "/api/uploads" => new MultipartFormDataContent { { Png(), "file", "a.png" } },
        _ => null,
    };

    private static ByteArrayContent Png()
    {
        var content = new ByteArrayContent(TestPictures.Png(8, 8));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return content;
    }

    private static ByteArrayContent Mask() => new(TestPictures.Mask(8, 8));

    private async Task<string> AskHubAsync(string method, SomebodyInTest? somebody)
    {
        await using var connection = new HubConnectionBuilder().WithUrl(new Uri(cast.Studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => cast.Studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult(somebody?.Key);
        }).Build();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        try
        {
            await connection.StartAsync(enough.Token);
            var stream = method is "Watch"
                ? connection.StreamAsync<object>(method, cast.Job, enough.Token)
                : connection.StreamAsync<object>(method, enough.Token);
            var next = stream.GetAsyncEnumerator(enough.Token).MoveNextAsync().AsTask();

            // An idle queue sends nothing; a refusal arrives at once.
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(2), enough.Token));
            await (next.IsFaulted ? next : Task.CompletedTask);
            return "stream";
        }
        catch (HubException)
        {
            return "refused";
        }
        catch (HttpRequestException fault) when (fault.StatusCode is HttpStatusCode.Unauthorized)
        {
            return "401";
        }
        finally
        {
            await enough.CancelAsync();
        }
    }
}
