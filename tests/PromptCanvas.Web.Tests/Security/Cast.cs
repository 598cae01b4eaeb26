using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>The seven actors of the permission table in one studio, and the first one's data.</summary>
public class Cast : IAsyncLifetime
{
    public Studio Studio { get; } = new();

    public Dictionary<string, SomebodyInTest?> People { get; } = [];

    public Guid Job { get; private set; }

    public Guid PrivatePicture { get; private set; }

    public Guid TeamPicture { get; private set; }

    public Guid Upload { get; private set; }

    /// <summary>A private board.</summary>
    public Guid Board { get; private set; }

    /// <summary>A zip file that is ready to download.</summary>
    public Guid Bundle { get; private set; }

    /// <summary>The token of a share link to the private picture.</summary>
    public string Link { get; private set; } = "";

    /// <summary>The token of another link, with a password.</summary>
    public string LockedLink { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        People["owner"] = await Studio.PersonAsync("owner@example.com", PersonRoles.Member);
        People["other"] = await Studio.PersonAsync("other@example.com", PersonRoles.Member);
        People["viewer"] = await Studio.PersonAsync("viewer@example.com", PersonRoles.Viewer);
        People["nobody"] = null;
        People["link"] = null;
        People["suspended"] = await Studio.PersonAsync("suspended@example.com", PersonRoles.Member);
        People["administrator"] = Studio.Administrator;

        using var owner = Studio.ClientOf(People["owner"]);
        Job = await owner.StartJobAsync(count: 2);
        var images = (await owner.EndOfJobAsync(Job)).GetProperty("images");
        (PrivatePicture, TeamPicture) = (images[0].GetProperty("id").GetGuid(), images[1].GetProperty("id").GetGuid());

        using var file = new ByteArrayContent(TestPictures.Png(8, 8)) { Headers = { ContentType = new("image/png") } };
        using var form = new MultipartFormDataContent { { file, "file", "a.png" } };
        using var uploaded = await owner.PostAsync("/api/uploads", form);
        Upload = (await uploaded.ReadJsonAsync()).GetProperty("id").GetGuid();

        await using var scope = Studio.Services.CreateAsyncScope();
        var links = scope.ServiceProvider.GetRequiredService<ShareLinks>();
        var actor = new Actor(People["owner"]!.Id, PersonRoles.Member);
        var open = await links.MakeAsync(actor, new NewShareLink(PrivatePicture, null, 30, null, AllowsDownload: true, ShowsPrompt: true), CancellationToken.None);
        var locked = await links.MakeAsync(actor, new NewShareLink(PrivatePicture, null, 30, "open sesame", AllowsDownload: true, ShowsPrompt: true), CancellationToken.None);
        (Link, LockedLink) = open.TryGet(out var address, out _) && locked.TryGet(out var other, out _) ? (address, other) : ("", "");

        Board = (await scope.ServiceProvider.GetRequiredService<IBoards>().MakeAsync(actor, "hidden", CancellationToken.None)).TryGet(out var board, out _) ? board : default;
        await PackAsync(scope.ServiceProvider.GetRequiredService<IBundles>(), actor);

        await using var database = await Studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await database.Pictures.Where(image => image.Id == PrivatePicture)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.Visibility, Visibilities.Private));
        await database.People.Where(person => person.Email == "suspended@example.com")
            .ExecuteUpdateAsync(change => change.SetProperty(person => person.SuspendedAt, DateTimeOffset.UnixEpoch));
    }

    public async ValueTask DisposeAsync()
    {
        await Studio.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task PackAsync(IBundles bundles, Actor actor)
    {
        Bundle = Assert.NotNull(await bundles.StartAsync(actor, [TeamPicture], CancellationToken.None));
    }
}

/// <summary>The same in a studio that sends mail, to a server that is away: pages show the forms that need one.</summary>
public sealed class MailingCast : Cast
{
    public MailingCast()
    {
        (Studio.Settings["Mail:Host"], Studio.Settings["Mail:Port"], Studio.Settings["Mail:Security"]) = ("127.0.0.1", "1", "None");
        (Studio.Settings["Mail:From"], Studio.Settings["Mail:PublicAddress"]) = ("studio@example.com", "https://studio.example");
    }
}
