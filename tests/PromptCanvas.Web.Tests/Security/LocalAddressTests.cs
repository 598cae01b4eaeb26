using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Addresses that a request names as its destination lead nowhere but to this site, in a header that can be sent.</summary>
public sealed class LocalAddressTests(LocalAddressTests.RealSite real) : IClassFixture<LocalAddressTests.RealSite>
{
    [Theory]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("gallery", "/")]
    [InlineData("https://elsewhere.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("/\t/elsewhere.example", "/")]
    [InlineData("/\r\nSet-Cookie: a=b", "/")]
    [InlineData("/.//elsewhere.example", "/")]
    [InlineData("/a/..//elsewhere.example", "/")]
    [InlineData("/%2e//elsewhere.example", "/")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/gallery?q=a b&c=\"é\"#ö", "/gallery?q=a%20b&c=%22%C3%A9%22#%C3%B6")]
    [InlineData("/gallery?q=%C3%A9", "/gallery?q=%C3%A9")]
    [InlineData("/日本語", "/%E6%97%A5%E6%9C%AC%E8%AA%9E")]
    [InlineData("/\ufffe", "/%EF%BF%BE")]
    [InlineData("/jobs/1\\2", "/jobs/1%5C2")]
    public void Of_AnyAddress_IsAPathOfThisSiteInAscii(string? address, string expected) => Assert.Equal(expected, LocalAddress.Of(address, default));

    // Attributes cannot hold a lone surrogate.
    [Fact]
    public void Of_ALoneSurrogate_IsReplaced() => Assert.Equal("/%EF%BF%BD", LocalAddress.Of($"/{(char)0xD800}", default));

    [Theory]
    [InlineData("/é")]
    [InlineData("/gallery?q=日本語")]
    [InlineData("/a b\"<>\\^`{|}")]
    [InlineData("/%zz%")]
    [InlineData("/.//elsewhere.example")]
    [InlineData("//elsewhere.example")]
    [InlineData("/%2F/elsewhere.example")]
    [InlineData("/%5Celsewhere.example")]
    [InlineData("/:80")]
    [InlineData("/@elsewhere.example")]
    [InlineData("/?//elsewhere.example")]
    public async Task SignInAndConfirm_ToANastyAddress_StayOnThisSite(string address)
    {
        var person = await real.Studio.PersonAsync("nasty@example.com", PersonRoles.Member);
        var site = real.Studio.ClientOptions.BaseAddress;
        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site };
        using var signedIn = await stranger.SendFormAsync(
            $"/sign-in?returnUrl={Uri.EscapeDataString(address)}", "sign-in", ("Form.Email", person.Email), ("Form.Password", Studio.Password));
        using var confirmed = await stranger.SendFormAsync(
            $"/account/confirm?returnUrl={Uri.EscapeDataString(address)}", "confirm-password", ("Form.Password", Studio.Password));

        foreach (var answer in (HttpResponseMessage[])[signedIn, confirmed])
        {
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            var location = Assert.Single(answer.Headers.GetValues("Location"));
            Assert.True(location.All(char.IsAscii), location);
            Assert.Equal(site.Authority, new Uri(site, location).Authority);
        }
    }

    /// <summary>A studio on a real port: only the real server refuses headers that cannot be sent.</summary>
    public sealed class RealSite : IAsyncDisposable
    {
        public RealSite()
        {
            Studio.UseKestrel(0);
            Studio.StartServer();
        }

        public Studio Studio { get; } = new();

        public ValueTask DisposeAsync() => Studio.DisposeAsync();
    }
}
