using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Asks a signed-in person for the password, a code or a passkey, and returns to the page that needs the proof.</summary>
public sealed partial class ConfirmPage
{
    private Person? person;
    private bool hasPasskeys;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    [SupplyParameterFromForm]
    public ConfirmForm Form { get; set; } = null!;

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private GuessLimits Limits { get; set; } = null!;

    [Inject]
    private SessionProof SessionProof { get; set; } = null!;

    [Inject]
    private IOptions<OpenIdOptions> OpenId { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Destination => LocalAddress.Of(ReturnUrl, Context.Request.PathBase);

    protected override async Task OnInitializedAsync()
    {
        Form ??= new ConfirmForm();
        person = await SignIn.UserManager.GetUserAsync(Context.User);
        hasPasskeys = person is not null && (await SignIn.UserManager.GetPasskeysAsync(person)).Count > 0;
    }

    private async Task PasswordAsync()
    {
        if (person is not null)
        {
            await EndAsync(
                await Limits.TryAsync(Context, person, async () => await SignIn.UserManager.CheckPasswordAsync(person, Form.Password ?? "") ? Proof.Yes : Proof.No),
                "CurrentPasswordWrong");
        }
    }

    private async Task CodeAsync()
    {
        if (person is { TwoFactorEnabled: true })
        {
            var code = string.Concat((Form.Code ?? "").Where(letter => !char.IsWhiteSpace(letter)));
            await EndAsync(await Limits.TryAsync(Context, person, async () => await CheckAsync(person, code) ? Proof.Yes : Proof.No), "CodeWrong");
        }
    }

    private async Task<bool> CheckAsync(Person owner, string code)
    {
        var people = SignIn.UserManager;
        return PasswordSignIn.IsAuthenticatorCode(code)
            ? await people.VerifyTwoFactorTokenAsync(owner, TokenOptions.DefaultAuthenticatorProvider, code)
            : (await people.RedeemTwoFactorRecoveryCodeAsync(owner, code)).Succeeded;
    }

    private async Task PasskeyAsync()
    {
        if (await PasskeyCeremonies.ShowAsync(SignIn, Form.Credential) is not { Succeeded: true } shown || shown.User.Id != person?.Id)
        {
            problem = T["PasskeyStopped"];
            return;
        }

        await SignIn.UserManager.AddOrUpdatePasskeyAsync(shown.User, shown.Passkey);
        await EndAsync(Proof.Yes, "PasskeyStopped");
    }

    private async Task EndAsync(Proof proof, string wrong)
    {
        if (proof == Proof.Yes)
        {
            await SessionProof.RenewAsync(Context);
            Navigation.NavigateTo(Destination);
            return;
        }

        problem = proof == Proof.Locked ? T["LockedForNow"] : T[wrong];
    }

    public sealed class ConfirmForm
    {
        public string? Password { get; set; }

        public string? Code { get; set; }

        /// <summary>The browser's credential response, as JSON.</summary>
        public string? Credential { get; set; }
    }
}
