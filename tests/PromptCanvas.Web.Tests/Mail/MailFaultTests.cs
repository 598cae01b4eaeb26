using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data.People;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Mail;

/// <summary>A mail that cannot be written or sent is logged and counted; the next one is sent.</summary>
public sealed class MailFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\uFFFE@example.com")]
    [InlineData("\uFFFE")]
    public async Task Forgot_OfTextThatIsNoText_FailsAlone(string address)
    {
        await using var box = new MailBox();
        await using var studio = Open(box.Port);
        using var browser = studio.Browser();
        using var broken = await browser.SendFormAsync("/forgot", "forgot", ("Email", address));
        using var asked = await browser.SendFormAsync("/forgot", "forgot", ("Email", Studio.AdministratorEmail));
        var (to, _) = await box.ReadAsync(Cancellation);

        Assert.Equal(Studio.AdministratorEmail, to);
        await AssertGoesOnAsync(studio, faults: 0);
    }

    [Fact]
    public async Task Letter_ToAnAddressThatNoMailCanHave_FailsAlone()
    {
        await using var box = new MailBox();
        await using var studio = Open(box.Port);
        var mailer = studio.Services.GetRequiredService<Mailer>();
        mailer.Post((_, _) => Task.FromResult<Letter?>(new Letter("bob,@example.com", "a test", "a test")));
        mailer.Post((_, _) => throw new InvalidOperationException("a test"));
        mailer.Post((_, _) => Task.FromResult<Letter?>(new Letter("ada@example.com", "a test", "a test")));
        var (to, _) = await box.ReadAsync(Cancellation);

        Assert.Equal("ada@example.com", to);
        await AssertGoesOnAsync(studio, faults: 2);
    }

    [Fact]
    public async Task MailServer_ThatNeverGreets_CostsOneLetterEach()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var studio = Open(((IPEndPoint)silent.LocalEndpoint).Port);
        studio.Settings["Mail:Timeout"] = "00:00:01";
        using var browser = studio.Browser();
        using var first = await browser.SendFormAsync("/forgot", "forgot", ("Email", Studio.AdministratorEmail));
        using var second = await browser.SendFormAsync("/forgot", "forgot", ("Email", Studio.AdministratorEmail));

        await AssertGoesOnAsync(studio, faults: 2);
    }

    [Theory]
    [InlineData("bob,@example.com")]
    [InlineData("bob @example.com")]
    [InlineData("bob..b@example.com")]
    [InlineData("bob@exa_mple..com")]
    [InlineData("<bob@example.com>")]
    [InlineData("\"bob\"@example.com")]
    public async Task Invitation_ToAnAddressThatNoMailCanHave_IsRefusedInWords(string address)
    {
        await using var studio = new Studio();
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", address), ("Invitation.Role", PersonRoles.Member));

        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("not a valid e-mail address", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob@example.com")]
    [InlineData("bob.b+studio@mail.example.com")]
    [InlineData("o'neil@example.com")]
    [InlineData("zoë@bücher.example")]
    [InlineData("root@localhost")]
    public void Address_ThatMailsCanHave_IsUsable(string address) => Assert.True(MailAddress.IsUsable(address));

    private static Studio Open(int port) => new()
    {
        Settings =
        {
            ["Mail:Host"] = "127.0.0.1",
            ["Mail:Port"] = $"{port}",
            ["Mail:Security"] = "None",
            ["Mail:From"] = "studio@example.com",
            ["Mail:PublicAddress"] = "https://studio.example",
        },
    };

    private static async Task AssertGoesOnAsync(Studio studio, long faults)
    {
        var background = studio.Services.GetRequiredService<BackgroundFaults>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (background.Counts.GetValueOrDefault(nameof(Mailer)) < faults)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.False(studio.Services.GetRequiredService<Mailer>().ExecuteTask!.IsCompleted);
        using var client = studio.ClientOf(null);
        using var ready = await client.GetAsync("/health/ready", Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }
}
