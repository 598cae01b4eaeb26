using System.Text.Json;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Tests.Results;

public sealed class RefusalProblemTests
{
    [Fact]
    public async Task QuotaExceeded_TellsProgramsWhatIsNeededLeftAndWhenThereIsMore()
    {
        var resetsAt = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

        var problem = await WriteAsync(new QuotaExceeded("Not enough credits.", Needed: 4, Left: 1, resetsAt));

        Assert.Equal(4, problem.GetProperty("needed").GetInt32());
        Assert.Equal(1, problem.GetProperty("left").GetInt32());
        Assert.Equal(resetsAt, problem.GetProperty("resetsAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task TooManyJobs_TellsProgramsTheLimit() =>
        Assert.Equal(20, (await WriteAsync(new TooManyJobs("Too many.", Limit: 20))).GetProperty("limit").GetInt32());

    private static async Task<JsonElement> WriteAsync(Refusal refusal)
    {
        await using var services = new ServiceCollection().AddLogging().AddProblemDetails().AddSingleton(TimeProvider.System).AddSingleton<RetrySpread>().BuildServiceProvider();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = body } };

        await refusal.ToProblem().ExecuteAsync(context);

        Assert.Equal(StatusCodes.Status429TooManyRequests, context.Response.StatusCode);
        body.Position = 0;
        return (await JsonDocument.ParseAsync(body, cancellationToken: TestContext.Current.CancellationToken)).RootElement.Clone();
    }
}
