using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Features.OpenAi;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>How long the job of a client that disconnected lives on.</summary>
public sealed class GraceTests(Studio studio) : IClassFixture<Studio>
{
    [Theory]
    [InlineData("accept", "*/*", "00:00:30")]
    [InlineData("x-stainless-retry-count", "0", "00:02:00")]
    [InlineData("Idempotency-Key", "mine", "00:02:00")]
    public void Grace_OfAClientThatIsKnownToRetry_IsLonger(string header, string value, string expected)
    {
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };
        context.Request.Headers[header] = value;

        Assert.Equal(TimeSpan.Parse(expected, CultureInfo.InvariantCulture), studio.Services.GetRequiredService<JobWait>().GraceOf(context));
    }

    [Fact]
    public void Grace_OfAClientThatWasAnswered_IsNone() => Assert.Null(studio.Services.GetRequiredService<JobWait>().GraceOf(new DefaultHttpContext()));
}
