using System.Net.Http.Json;
using System.Text.Json;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>API calls of a client.</summary>
internal static class StudioCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<HttpResponseMessage> PostJobAsync(this HttpClient client, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<Guid> StartJobAsync(this HttpClient client, int count = 2, int size = 64)
    {
        using var response = await client.PostJobAsync(new { kind = "generate", prompt = "a red cube on top of a blue cube", count, size, seed = 7u });
        response.EnsureSuccessStatusCode();
        return (await response.ReadJsonAsync()).GetProperty("id").GetGuid();
    }

    public static async Task<Guid> UploadAsync(this HttpClient client, byte[] png)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(png), "file", "a.png" } };
        using var response = await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.ReadJsonAsync()).GetProperty("id").GetGuid();
    }

    /// <summary>Waits for a job and returns its pictures.</summary>
    public static async Task<JsonElement> MakeAsync(this HttpClient client, object body)
    {
        using var response = await client.PostJobAsync(body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await client.EndOfJobAsync((await response.ReadJsonAsync()).GetProperty("id").GetGuid());
    }

    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    public static Task<JsonElement> JobAsync(this HttpClient client, Guid id) =>
        client.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}", TestContext.Current.CancellationToken);

    /// <summary>Waits until the job has left the queue and the engine.</summary>
    public static Task<JsonElement> EndOfJobAsync(this HttpClient client, Guid id) =>
        client.JobWhenAsync(id, job => job.GetProperty("state").GetString() is not ("queued" or "running"));

    /// <summary>Waits until the job is as expected.</summary>
    public static async Task<JsonElement> JobWhenAsync(this HttpClient client, Guid id, Func<JsonElement, bool> expected)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        while (true)
        {
            var job = await client.JobAsync(id);
            if (expected(job))
            {
                return job;
            }

            await Task.Delay(30, timeout.Token);
        }
    }

    public static async Task<Guid> FinishedPictureAsync(this HttpClient client)
    {
        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 1));
        return job.GetProperty("images")[0].GetProperty("id").GetGuid();
    }
}
