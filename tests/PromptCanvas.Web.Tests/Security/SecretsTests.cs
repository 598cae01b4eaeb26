using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Plants secrets, runs a studio at the most verbose log level through everything that uses them, and checks that none is exposed.</summary>
public sealed class SecretsTests
{
    private const string Password = "canary password of somebody";
    private const string WrongPassword = "canary wrong password of somebody";
    private const string MailPassword = "canary-mail-7f31";
    private const string ProviderSecret = "canary-provider-0c5e";
    private const string ConnectionString = "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=canary-database-b2d9;Timeout=2";
    private const string SharePassword = "canary share password";
    private const string Prompt = "a canary on a red cube";
    private const string Forged = "crit: Forged[0] everything is lost";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_OfASessionThatIsLoggedInDetail_AreInNoLogAndNoMetric()
    {
        using var log = new LogPages();
        await using var box = new MailBox();
        await using var studio = Open(log);
        studio.Settings["PROMPTCANVAS_ADMIN_EMAIL"] = "";
        studio.Settings["PROMPTCANVAS_ADMIN_PASSWORD"] = "";
        studio.Settings["ConnectionStrings:PromptCanvas"] = ConnectionString;
        studio.Settings["Mail:Host"] = "127.0.0.1";
        studio.Settings["Mail:Port"] = $"{box.Port}";
        studio.Settings["Mail:Security"] = "None";
        studio.Settings["Mail:From"] = "studio@example.com";
        studio.Settings["Mail:User"] = "studio";
        studio.Settings["Mail:Password"] = MailPassword;
        studio.Settings["Mail:PublicAddress"] = "https://studio.example";
        studio.Settings["Authentication:OpenIdConnect:Authority"] = "https://127.0.0.1:1";
        studio.Settings["Authentication:OpenIdConnect:ClientId"] = "studio";
        studio.Settings["Authentication:OpenIdConnect:ClientSecret"] = ProviderSecret;

        using var browser = studio.Stranger();
        var setUp = (await File.ReadAllTextAsync(Path.Combine(studio.DataFolder, "setup-token"), Cancellation)).Trim();
        using var made = await browser.SendFormAsync($"/setup?token={setUp}", "setup", ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Password));
        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        using var stranger = studio.Stranger();
        using var wrong = await stranger.SignInAsync(Studio.AdministratorEmail, WrongPassword);
        using var right = await stranger.SignInAsync(Studio.AdministratorEmail, Password);
        Assert.Equal(HttpStatusCode.Found, right.StatusCode);
        using var elsewhere = studio.Stranger();
        using var external = await elsewhere.GetAsync("/sign-in/external", Cancellation);
        using var forgot = await elsewhere.SendFormAsync("/forgot", "forgot", ("Email", Studio.AdministratorEmail));
        using var named = await stranger.SendFormAsync("/account", "profile", ("Profile.Name", $"Ada\r\n{Forged}"));

        using var program = studio.ClientOf(studio.Administrator);
        var picture = (await program.MakeAsync(new { kind = "generate", prompt = Prompt, negativePrompt = Prompt, count = 1, size = 64 })).GetProperty("images")[0].GetProperty("id").GetGuid();
        using var image = await program.PostAsJsonAsync("/v1/images/generations", new { prompt = Prompt, size = "256x256" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, image.StatusCode);
        using var refused = await program.GetAsync($"/api/jobs?api_key={studio.Administrator.Key}", Cancellation);
        using var linked = await stranger.GetAsync($"/?prompt={Uri.EscapeDataString(Prompt)}", Cancellation);
        using var found = await stranger.GetAsync($"/gallery?q={Uri.EscapeDataString(Prompt)}", Cancellation);
        var path = await ShareAsync(studio, picture);
        using var guess = await elsewhere.SendFormAsync(path, "password", ("Password", "canary share guess"));
        using var entered = await elsewhere.SendFormAsync(path, "password", ("Password", SharePassword));
        Assert.Equal(HttpStatusCode.Found, entered.StatusCode);
        var metrics = await stranger.GetStringAsync("/metrics", Cancellation);
        await MailFailedAsync(log);

        string[] secrets = [Password, WrongPassword, MailPassword, ProviderSecret, "canary-database-b2d9", SharePassword, "canary share guess", Prompt, Uri.EscapeDataString(Prompt), setUp, studio.Administrator.Key];
        Assert.Contains(log.Entries, entry => entry is { Level: LogLevel.Debug, Category: "Microsoft.EntityFrameworkCore.Database.Command" });
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Debug && entry.Category.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Entries, entry => secrets.Any(secret => entry.Text.Contains(secret, StringComparison.Ordinal)));
        Assert.Contains("promptcanvas", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(secrets, secret => metrics.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Entries, entry => entry.Text.Contains($"\n{Forged}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ConnectionString_FromAMountedFile_IsUsedAndNotSaid()
    {
        using var log = new LogPages();
        await using var studio = Open(log);
        var file = Path.Combine(studio.DataFolder, "connection");
        await File.WriteAllTextAsync(file, $"{ConnectionString}\n", Cancellation);
        studio.Settings["Database:Provider"] = "PostgreSql";
        studio.Settings["ConnectionStrings:PromptCanvas_FILE"] = file;

        var fault = Assert.ThrowsAny<Exception>(() => studio.Server);

        // The connection string from the file was used; its refused connection is the only trace.
        Assert.Contains(log.Entries, entry => entry.Text.Contains("127.0.0.1:1", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Entries, entry => entry.Text.Contains("canary", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/gallery?picture=00000000-0000-0000-0000-000000000001")]
    [InlineData("GET", "/api/jobs")]
    [InlineData("GET", "/api/images/00000000-0000-0000-0000-000000000001")]
    [InlineData("GET", "/v1/images/none")]
    public async Task Fault_Unexpected_IsAnsweredWithoutItsDetails(string method, string path)
    {
        await using var studio = new Studio
        {
            Change = services => services.Replace(ServiceDescriptor.Singleton(DispatchProxy.Create<IJobQueries, Broken>()))
                .Replace(ServiceDescriptor.Singleton(DispatchProxy.Create<IPictureQueries, Broken>())),
        };
        using var client = studio.ClientOf(studio.Administrator);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(path.StartsWith("/v1", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal) ? "application/problem+json" : path.StartsWith("/v1", StringComparison.Ordinal) ? "application/json" : "text/html", answer.Content.Headers.ContentType?.MediaType);
        foreach (var inside in (string[])["canary", "Exception", "   at ", ".cs:line", "System.", "PromptCanvas.Web.", "IJobQueries", "IPictureQueries"])
        {
            Assert.DoesNotContain(inside, text, StringComparison.Ordinal);
        }
    }

    private static Studio Open(LogPages log) => new()
    {
        KeepsLogRules = true,
        Change = log.Replace,
        Settings =
        {
            ["Logging:LogLevel:Default"] = "Debug",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Debug",
            ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Debug",
        },
    };

    private static async Task<string> ShareAsync(Studio studio, Guid picture)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var links = scope.ServiceProvider.GetRequiredService<ShareLinks>();
        var made = await links.MakeAsync(
            new Actor(studio.Administrator.Id, PersonRoles.Administrator), new NewShareLink(picture, null, 30, SharePassword, AllowsDownload: true, ShowsPrompt: true), Cancellation);
        Assert.True(made.TryGet(out var token, out _));
        return $"/s/{token}";
    }

    // The mail server supports no authentication, which the client finds out after connecting.
    private static async Task MailFailedAsync(LogPages log)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!log.Entries.Any(entry => entry.Text.Contains("Sending a mail through", StringComparison.Ordinal)))
        {
            await Task.Delay(30, patience.Token);
        }
    }

    /// <summary>Fails with a message that must not be exposed.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    private class Broken : DispatchProxy
#pragma warning restore CA1852
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new InvalidOperationException($"canary: {targetMethod?.Name} of Host=db;Password=canary");
    }
}
