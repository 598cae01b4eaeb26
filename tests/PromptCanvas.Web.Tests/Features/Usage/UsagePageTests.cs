using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Usage;

public sealed class UsagePageTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Usage_OfAPerson_IsOnThePagesAndInTheTable()
    {
        studio.Settings["Quotas:TimeZone"] = "Asia/Shanghai";
        var person = await studio.PersonAsync("counted@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        await client.EndOfJobAsync(await client.StartJobAsync(count: 3));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var page = await administrator.GetAsync("/admin/usage?days=7", TestContext.Current.CancellationToken);
        using var table = await administrator.GetAsync("/admin/usage.csv?days=7", TestContext.Current.CancellationToken);
        using var mine = await studio.Browser(person.Cookie).GetAsync("/account/usage", TestContext.Current.CancellationToken);
        var text = await mine.TextAsync();

        Assert.Contains("Pictures made: 3", await page.TextAsync(), StringComparison.Ordinal);
        Assert.Equal("text/csv", table.Content.Headers.ContentType?.MediaType);
        Assert.Matches("^\uFEFF?day,person,model,pictures\r\n\\d{4}-\\d\\d-\\d\\d,counted,starter,3\r\n$", await table.TextAsync());
        Assert.Contains("3 of 200 used", text, StringComparison.Ordinal);
        Assert.Contains("Pictures on 1 of the last 182 days", text, StringComparison.Ordinal);
        Assert.Contains("Days begin at midnight in this time zone: Asia/Shanghai.", text, StringComparison.Ordinal);
        Assert.Contains("“a red cube on top of a blue cube”", text, StringComparison.Ordinal);
    }
}
