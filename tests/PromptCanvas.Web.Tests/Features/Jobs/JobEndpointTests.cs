using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Jobs;

public sealed class JobEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    [Fact]
    public async Task Post_Generate_AnswersAcceptedWithPlaceAndCost()
    {
        using var response = await client.PostJobAsync(new { kind = "generate", prompt = "three orange cones", count = 3, size = 64 });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await response.ReadJsonAsync();
        Assert.Equal(["id", "state", "position", "etaSeconds", "cost"], job.EnumerateObject().Select(member => member.Name));
        Assert.Contains(job.GetProperty("state").GetString(), (string[])["queued", "running", "done"]);
        Assert.Equal(3, job.GetProperty("cost").GetInt32());
        Assert.Equal($"/api/jobs/{job.GetProperty("id").GetGuid()}", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Get_FinishedJob_GivesPicturesWithSeedsAndAddresses()
    {
        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 2));

        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.Equal("generate", job.GetProperty("kind").GetString());
        var images = job.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal([7u, 8u], images.Select(image => image.GetProperty("seed").GetUInt32()));
        Assert.Equal([0, 1], images.Select(image => image.GetProperty("index").GetInt32()));
        Assert.All(images, image =>
        {
            var id = image.GetProperty("id").GetGuid();
            Assert.Equal("done", image.GetProperty("state").GetString());
            Assert.Equal($"/api/images/{id}/content", image.GetProperty("contentUrl").GetString());
            Assert.Equal($"/api/images/{id}/thumbnail", image.GetProperty("thumbnailUrl").GetString());
            Assert.Equal(64, image.GetProperty("width").GetInt32());
        });
    }

    [Fact]
    public async Task Get_Jobs_ListsWhatIsActive()
    {
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync();

        var jobs = await (await client.GetAsync("/api/jobs", TestContext.Current.CancellationToken)).ReadJsonAsync();

        Assert.Contains(id, jobs.EnumerateArray().Select(job => job.GetProperty("id").GetGuid()));
        studio.Engine.Gate.Set();
        await client.EndOfJobAsync(id);
    }

    [Fact]
    public async Task Get_JobThatWaits_SaysWhy()
    {
        var queue = studio.Services.GetRequiredService<IQueueAdmin>();
        await queue.PauseAsync("New card.", null, TestContext.Current.CancellationToken);
        var id = await client.StartJobAsync();

        // Queue positions are computed once a second for all jobs.
        var job = await client.JobWhenAsync(id, one => one.GetProperty("why").ValueKind is JsonValueKind.String);
        Assert.Equal("The queue is paused: New card.", job.GetProperty("why").GetString());
        await queue.ResumeAsync(TestContext.Current.CancellationToken);

        Assert.Equal(JsonValueKind.Null, (await client.EndOfJobAsync(id)).GetProperty("why").ValueKind);
    }

    [Fact]
    public async Task Post_SameKeyTwice_GivesTheSameJob()
    {
        var body = new { kind = "generate", prompt = "a green ring", count = 1, size = 64 };
        var first = await (await client.PostJobAsync(body, "press-1")).ReadJsonAsync();
        var second = await (await client.PostJobAsync(body, "press-1")).ReadJsonAsync();

        Assert.Equal(first.GetProperty("id").GetGuid(), second.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Post_SameKeyForAnotherRequest_IsUnprocessable()
    {
        await client.PostJobAsync(new { kind = "generate", prompt = "a green ring", count = 1, size = 64 }, "press-2");
        using var response = await client.PostJobAsync(new { kind = "generate", prompt = "a red ring", count = 1, size = 64 }, "press-2");

        await AssertProblemAsync(response, HttpStatusCode.UnprocessableEntity, "idempotency-conflict");
    }

    [Theory]
    [InlineData("""{ "kind": "generate", "prompt": "  " }""", "prompt")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "count": 11 }""", "count")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "size": 100 }""", "size")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "model": "no-such" }""", "model")]
    [InlineData("""{ "kind": "paint", "prompt": "a cube" }""", "kind")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "seed": -5 }""", "seed")]
    public async Task Post_WrongInput_NamesTheField(string body, string field)
    {
        using var response = await client.PostJobAsync(JsonSerializer.Deserialize<JsonElement>(body));

        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-input");
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Delete_RunningJob_CancelsIt()
    {
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync();

        using var response = await client.DeleteAsync($"/api/jobs/{id}", TestContext.Current.CancellationToken);
        studio.Engine.Gate.Set();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("cancelled", (await client.EndOfJobAsync(id)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/jobs/6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11", "not-found")]
    [InlineData("DELETE", "/api/jobs/6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11", "not-found")]
    [InlineData("GET", "/api/images/6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11", "not-found")]
    [InlineData("GET", "/api/images/6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11/content", "not-found")]
    [InlineData("GET", "/api/nothing", null)]
    public async Task Unknown_Things_AreProblems(string method, string path, string? type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        await AssertProblemAsync(response, HttpStatusCode.NotFound, type);
    }

    [Theory]
    [InlineData("{ not json", "body", "not valid JSON")]
    [InlineData("", "body", "not valid JSON")]
    [InlineData("[]", "body", "must be an object")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "count": "many" }""", "count", "must be a whole number")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "count": 1.5 }""", "count", "must be a whole number")]
    [InlineData("""{ "kind": "generate", "prompt": ["a cube"] }""", "prompt", "must be a string")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "guidance": "strong" }""", "guidance", "must be a number")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "seed": "any" }""", "seed", "must be a whole number")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "seed": -2 }""", "seed", "-1 for a random one")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "seed": 4294967296 }""", "seed", "from 0 to 4294967295")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "colour": "red" }""", "colour", "There is no field")]
    [InlineData("""{ "kind": "extend", "extend": 5 }""", "extend", "must be an object")]
    [InlineData("""{ "kind": "extend", "extend": { "lft": 5 } }""", "extend.lft", "There is no field")]
    [InlineData("""{ "kind": "blend", "inputs": { "text": "a" } }""", "inputs", "must be an array")]
    [InlineData("""{ "kind": "blend", "inputs": [{ "text": "a", "weight": "much" }] }""", "inputs[0].weight", "must be a number")]
    [InlineData("""{ "kind": "blend", "inputs": [{ "words": "a" }] }""", "inputs[0].words", "There is no field")]
    public async Task Post_WhatIsNoRequest_NamesTheFieldAndTheReason(string body, string field, string reason)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/jobs", content, TestContext.Current.CancellationToken);

        var problem = await AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-input");
        Assert.Contains(reason, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WithoutAKind_Generates()
    {
        var job = await client.MakeAsync(new { prompt = "a cube", count = 1, size = 64 });

        Assert.Equal(("done", "generate"), (job.GetProperty("state").GetString(), job.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Post_SeedMinusOne_IsARandomOne()
    {
        var seeds = new HashSet<long>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var job = await client.MakeAsync(new { kind = "generate", prompt = "a cube", seed = -1, count = 1, size = 64 });
            seeds.Add(job.GetProperty("seed").GetInt64());
        }

        Assert.Equal(2, seeds.Count);
    }

    [Fact]
    public async Task Post_FormInsteadOfJson_IsRefused()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["prompt"] = "a cube" });
        using var response = await client.PostAsync("/api/jobs", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string? type)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.ReadJsonAsync();
        if (type is not null)
        {
            Assert.Equal(type, problem.GetProperty("type").GetString());
            Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        }

        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("exception", out _));
        return problem;
    }
}
