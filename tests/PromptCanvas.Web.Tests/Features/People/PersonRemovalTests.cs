using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.People;

/// <summary>Deleting an account, on both databases.</summary>
public sealed class PersonRemovalTests(PostgresServer server) : IAsyncLifetime
{
    private const string Email = "leaver@example.com";
    private Studio studio = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, true)]
    [InlineData(DatabaseProvider.Sqlite, false)]
    [InlineData(DatabaseProvider.PostgreSql, true)]
    [InlineData(DatabaseProvider.PostgreSql, false)]
    public async Task Delete_HandsThePicturesOverOrTrashesThem_AndKeepsTheLedgerWithoutAName(DatabaseProvider provider, bool handsOver)
    {
        await OpenAsync(provider);
        var leaver = await studio.PersonAsync(Email, PersonRoles.Member);
        var heir = await studio.PersonAsync("heir@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(leaver);
        var picture = await program.FinishedPictureAsync();
        await program.UploadAsync(TestPictures.Png(8, 8));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var deleted = await administrator.SendFormAsync(
            $"/admin/people/{leaver.Id}", "delete-person", ("Form.Confirmation", "Leaver@example.com"), ("Form.Heir", handsOver ? $"{heir.Id}" : ""));

        Assert.Equal((HttpStatusCode.Found, "/admin/people"), (deleted.StatusCode, deleted.Headers.Location!.OriginalString));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.False(await database.People.AnyAsync(person => person.Id == leaver.Id, Cancellation));
        Assert.False(await database.ApiKeys.AnyAsync(key => key.PersonId == leaver.Id, Cancellation));
        Assert.False(await database.Uploads.AnyAsync(upload => upload.PersonId == leaver.Id, Cancellation));
        Assert.True(await database.Ledger.AnyAsync(line => line.PersonId == leaver.Id, Cancellation));
        var row = await database.Pictures.SingleAsync(image => image.Id == picture, Cancellation);
        Assert.Equal((handsOver ? heir.Id : leaver.Id, handsOver), (row.PersonId, row.DeletedAt is null));

        using var knock = await program.GetAsync("/api/jobs", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, knock.StatusCode);
        foreach (var page in (string[])["/admin/people", "/admin/usage", "/admin/queue", "/admin/audit"])
        {
            using var shown = await administrator.GetAsync(page, Cancellation);
            Assert.True(shown.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{page}: {shown.StatusCode}");
        }
    }

    [Theory]
    [InlineData("somebody@example.com", null, "Type leaver@example.com to confirm")]
    [InlineData(Email, "self", "Choose another person")]
    [InlineData(Email, "no such person", "Choose another person")]
    public async Task Delete_WithoutTheAddressOrWithoutAnHeir_IsRefused(string confirmation, string? heir, string words)
    {
        await OpenAsync(DatabaseProvider.Sqlite);
        var leaver = await studio.PersonAsync(Email, PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync(
            $"/admin/people/{leaver.Id}", "delete-person", ("Form.Confirmation", confirmation), ("Form.Heir", heir is null ? "" : heir is "self" ? $"{leaver.Id}" : $"{Guid.NewGuid()}"));

        Assert.Contains(words, await refused.TextAsync(), StringComparison.Ordinal);
        using var program = studio.ClientOf(leaver);
        using var knock = await program.GetAsync("/api/jobs", Cancellation);
        Assert.Equal(HttpStatusCode.OK, knock.StatusCode);
    }

    [Fact]
    public async Task Delete_TheLastAdministrator_IsRefused()
    {
        await OpenAsync(DatabaseProvider.Sqlite);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync(
            $"/admin/people/{studio.Administrator.Id}", "delete-person", ("Form.Confirmation", Studio.AdministratorEmail), ("Form.Heir", ""));

        Assert.Contains("last administrator", await refused.TextAsync(), StringComparison.Ordinal);
    }

    private async Task OpenAsync(DatabaseProvider provider)
    {
        studio = new Studio();
        if (provider == DatabaseProvider.PostgreSql)
        {
            (studio.Settings["Database:Provider"], studio.Settings["ConnectionStrings:PromptCanvas"]) = ("PostgreSql", await server.NewDatabaseAsync());
        }
    }
}
