using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed partial class SecondFactorTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task SecondFactor_TurnedOn_IsAskedForAndTakesCodesAndRecoveryCodes()
    {
        await studio.PersonAsync("careful@example.com", PersonRoles.Member);
        using var browser = studio.Browser();
        await browser.SignInAsync("careful@example.com", Studio.Password);
        using var begun = await browser.SendFormAsync("/account/second-factor", "begin");
        var key = Key().Match(await begun.TextAsync()).Groups[1].Value;
        using var wrong = await browser.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", "000000"));
        Assert.Contains("not right", await wrong.TextAsync(), StringComparison.Ordinal);
        using var on = await browser.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", CodeOf(key)));
        var recovery = RecoveryCode().Match(await on.TextAsync()).Value;
        Assert.NotEmpty(recovery);

        using var stranger = studio.Browser();
        using var half = await stranger.SignInAsync("careful@example.com", Studio.Password);
        using var notYet = await stranger.GetAsync("/gallery", TestContext.Current.CancellationToken);
        using var inside = await stranger.SendFormAsync("/sign-in/code", "code", ("Form.Code", CodeOf(key)));
        using var page = await stranger.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Contains("/sign-in/code", half.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, notYet.StatusCode);
        Assert.Equal(HttpStatusCode.Found, inside.StatusCode);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        Assert.Equal(HttpStatusCode.Found, await WithRecoveryAsync(recovery));
        Assert.Equal(HttpStatusCode.OK, await WithRecoveryAsync(recovery));
    }

    // RFC 6238 with SHA-1, 30 seconds and six digits, as every authenticator app computes it.
    private static string CodeOf(string key)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The algorithm is fixed by the authenticator apps.
        var hash = HMACSHA1.HashData(FromBase32(key.Replace(" ", "", StringComparison.Ordinal)), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(at => Convert.ToByte(bits.Substring(at * 8, 8), 2))];
    }

    private async Task<HttpStatusCode> WithRecoveryAsync(string code)
    {
        using var browser = studio.Browser();
        await browser.SignInAsync("careful@example.com", Studio.Password);
        using var answer = await browser.SendFormAsync("/sign-in/code", "code", ("Form.Code", code));
        return answer.StatusCode;
    }

    [GeneratedRegex("<code class=\"secret\">([A-Z2-7 ]+)</code>")]
    private static partial Regex Key();

    [GeneratedRegex("(?<=<code class=\"secret\">)[A-Z0-9]{5}-[A-Z0-9]{5}", RegexOptions.IgnoreCase)]
    private static partial Regex RecoveryCode();
}
