using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Authenticator codes, and recovery codes for a lost phone.</summary>
public sealed partial class SecondFactorPage
{
    private const int RecoveryCodeCount = 10;
    private const int KeyGroup = 4;

    // Where Identity stores the authenticator key.
    private const string KeyProvider = "[AspNetUserStore]";
    private const string KeyName = "AuthenticatorKey";

    private Person? person;
    private string? key;
    private string? uri;
    private string? problem;
    private int recoveryLeft;
    private IEnumerable<string>? codes;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm]
    public FactorForm Form { get; set; } = null!;

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private Sessions Sessions { get; set; } = null!;

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new FactorForm();
        Context.Response.Headers.CacheControl = "no-cache, no-store";
        person = await SignIn.UserManager.GetUserAsync(Context.User);
        if (person is not null)
        {
            await ReadAsync(person);
        }
    }

    private async Task ReadAsync(Person owner)
    {
        var people = SignIn.UserManager;
        recoveryLeft = await people.CountRecoveryCodesAsync(owner);
        if (owner.TwoFactorEnabled)
        {
            return;
        }

        if (await people.GetAuthenticatorKeyAsync(owner) is not { Length: > 0 } secret)
        {
            return;
        }

        key = string.Join(' ', secret.Chunk(KeyGroup).Select(group => new string(group)));
        uri = string.Create(
            CultureInfo.InvariantCulture,
            $"otpauth://totp/PromptCanvas:{Uri.EscapeDataString(owner.Email ?? "")}?secret={secret}&issuer=PromptCanvas&digits=6");
    }

    private async Task BeginAsync()
    {
        if (person is { TwoFactorEnabled: false })
        {
            await SignIn.UserManager.ResetAuthenticatorKeyAsync(person);
            await StayAsync(person);
            await ReadAsync(person);
        }
    }

    private async Task TurnOnAsync()
    {
        var people = SignIn.UserManager;
        var code = new string([.. (Form.Code ?? "").Where(char.IsAsciiDigit)]);
        if (person is null || !await people.VerifyTwoFactorTokenAsync(person, TokenOptions.DefaultAuthenticatorProvider, code))
        {
            problem = T["CodeWrong"];
            return;
        }

        await people.SetTwoFactorEnabledAsync(person, true);
        await Audit.WriteAsync(Context.ToActor(), "account.second-factor", person.Email, "on", Context.RequestAborted);
        await MakeCodesAsync();
        await StayAsync(person);
    }

    private async Task MakeCodesAsync()
    {
        if (person is { TwoFactorEnabled: true })
        {
            codes = await SignIn.UserManager.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodeCount);
            recoveryLeft = RecoveryCodeCount;
        }
    }

    private async Task TurnOffAsync()
    {
        var people = SignIn.UserManager;
        if (person is null || !await people.CheckPasswordAsync(person, Form.Password ?? ""))
        {
            problem = T["CurrentPasswordWrong"];
            return;
        }

        await people.SetTwoFactorEnabledAsync(person, false);
        key = null;
        await people.RemoveAuthenticationTokenAsync(person, KeyProvider, KeyName);
        await Audit.WriteAsync(Context.ToActor(), "account.second-factor", person.Email, "off", Context.RequestAborted);
        await StayAsync(person);
        await ReadAsync(person);
    }

    // A change of the sign-in methods ends the person's other sessions and keeps this one.
    private async Task StayAsync(Person owner)
    {
        Sessions.Refresh(owner.Id);
        await SignIn.RefreshSignInAsync(owner);
    }

    public sealed class FactorForm
    {
        public string? Code { get; set; }

        public string? Password { get; set; }
    }
}
