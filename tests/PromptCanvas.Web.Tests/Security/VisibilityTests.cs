using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

public sealed class VisibilityTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Job_AskedForInPrivate_MakesPicturesThatOthersDoNotSee()
    {
        var owner = await studio.PersonAsync("private@example.com", PersonRoles.Member);
        var other = await studio.PersonAsync("team@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(owner);
        using var accepted = await program.PostJobAsync(new { kind = "generate", prompt = "a secret cube", count = 1, size = 64, visibility = "private" });
        var job = await program.EndOfJobAsync((await accepted.ReadJsonAsync()).GetProperty("id").GetGuid());
        var picture = job.GetProperty("images")[0].GetProperty("id").GetGuid();
        using var othersBrowser = studio.Browser(other.Cookie);
        using var ownersBrowser = studio.Browser(owner.Cookie);

        Assert.DoesNotContain("a secret cube", await othersBrowser.GetStringAsync("/gallery", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("a secret cube", await ownersBrowser.GetStringAsync("/gallery", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var bytes = await othersBrowser.GetAsync($"/api/images/{picture}/thumbnail", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, bytes.StatusCode);

        var sharing = studio.Services.GetRequiredService<PictureSharing>();
        Assert.False(await sharing.SetAsync(new Actor(other.Id, PersonRoles.Administrator), picture, Visibilities.Team, TestContext.Current.CancellationToken));
        Assert.True(await sharing.SetAsync(new Actor(owner.Id, PersonRoles.Member), picture, Visibilities.Team, TestContext.Current.CancellationToken));
        using var shared = await othersBrowser.GetAsync($"/api/images/{picture}/thumbnail", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, shared.StatusCode);
    }

    [Fact]
    public async Task Job_VisibleToWhoDoesNotExist_IsRefused()
    {
        using var program = studio.ClientOf(studio.Administrator);
        using var refused = await program.PostJobAsync(new { kind = "generate", prompt = "a cube", visibility = "everyone" });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
