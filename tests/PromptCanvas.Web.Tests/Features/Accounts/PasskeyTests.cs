using System.Net;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>Passkey forms that come without the browser's ceremony, or with nonsense.</summary>
public sealed class PasskeyTests : IAsyncDisposable
{
    private const string Stopped = "passkey";

    private readonly Studio studio = new();

    public static TheoryData<string, string, string, bool> Forms => new(
        from form in ((string Path, string Form, string Field, bool SignedIn)[])
        [
            ("/account/passkeys", "add-passkey", "Form.Credential", true), ("/sign-in", "passkey", "PasskeyCredential", false),
        ]
        from credential in (string[])["", "nonsense", "{}", "null", "[]", """{ "id": 5 }""", """{ "id": "AA", "rawId": "AA", "type": "public-key", "response": {} }"""]
        select (form.Path + " " + form.Form, form.Field, credential, form.SignedIn));

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_WithoutACeremony_IsRefusedInWords(string form, string field, string credential, bool signedIn)
    {
        ArgumentNullException.ThrowIfNull(form);
        using var browser = studio.Browser(signedIn ? studio.Administrator.Cookie : null);
        using var response = await browser.SendFormAsync(form.Split(' ')[0], form.Split(' ')[1], ("Form.Name", "laptop"), (field, credential));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(Stopped, await response.TextAsync(), StringComparison.OrdinalIgnoreCase);
    }

    // The options begin a ceremony, so that the credential is looked at.
    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_WithNonsenseAfterACeremonyBegan_IsRefusedInWords(string form, string field, string credential, bool signedIn)
    {
        ArgumentNullException.ThrowIfNull(form);
        using var browser = studio.Browser(signedIn ? studio.Administrator.Cookie : null);
        var (page, handler) = (form.Split(' ')[0], form.Split(' ')[1]);
        using var begun = await browser.PostWithTokenAsync(page, signedIn ? "/account/passkeys/creation-options" : "/sign-in/passkey-options");
        Assert.Equal(HttpStatusCode.OK, begun.StatusCode);

        using var response = await browser.SendFormAsync(page, handler, ("Form.Name", "laptop"), (field, credential));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(Stopped, await response.TextAsync(), StringComparison.OrdinalIgnoreCase);
    }
}
