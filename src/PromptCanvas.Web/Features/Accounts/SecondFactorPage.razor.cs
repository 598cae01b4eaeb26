using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Authenticator codes, and recovery codes for a lost phone.</summary>
public sealed partial class SecondFactorPage
{
    private const int KeyGroup = 4;
    private const string Address = "/account/second-factor";

    private Person? person;
    private string? key;
    private string? uri;
    private string? problem;
    private int recoveryLeft;
    private IReadOnlyList<string>? codes;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    private string CodesText => string.Join('\n', codes ?? []);

    [SupplyParameterFromForm]
    public FactorForm Form { get; set; } = null!;

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private OwnSessions Sessions { get; set; } = null!;

    [Inject]
    private SecondFactor Factor { get; set; } = null!;

    [Inject]
    private SessionProof Proofs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

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
        recoveryLeft = await Factor.CountRecoveryCodesAsync(owner);
        if (owner.TwoFactorEnabled)
        {
            return;
        }

        if (await Factor.FindPendingAsync(owner) is not { Length: > 0 } secret)
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
        if (person is { TwoFactorEnabled: false } && await IsProvenAsync())
        {
            await Factor.BeginAsync(person);
            await ReadAsync(person);
        }
    }

    private async Task TurnOnAsync()
    {
        if (person is not { TwoFactorEnabled: false } || !await IsProvenAsync())
        {
            return;
        }

        var code = new string([.. (Form.Code ?? "").Where(char.IsAsciiDigit)]);
        if (!IsRight(await Factor.TurnOnAsync(Context, person, code), T["CodeWrong"]))
        {
            return;
        }

        await MakeCodesAsync();
        await Sessions.KeepThisOneAsync(Context, person);
    }

    private async Task MakeCodesAsync()
    {
        if (person is { TwoFactorEnabled: true } && await IsProvenAsync())
        {
            codes = await Factor.MakeRecoveryCodesAsync(person);
            recoveryLeft = SecondFactor.RecoveryCodeCount;
        }
    }

    private async Task TurnOffAsync()
    {
        if (person is null || !IsRight(await Factor.TurnOffAsync(Context, person, Form.Password ?? ""), T["CurrentPasswordWrong"]))
        {
            return;
        }

        key = null;
        await Sessions.KeepThisOneAsync(Context, person);
        await ReadAsync(person);
    }

    private async Task<bool> IsProvenAsync()
    {
        if (await Proofs.IsRecentAsync(Context))
        {
            return true;
        }

        Navigation.NavigateTo(SessionProof.AskAddress(Address));
        return false;
    }

    private bool IsRight(Proof proof, string wrong)
    {
        problem = proof switch
        {
            Proof.Yes => null,
            Proof.Locked => T["LockedForNow"].Value,
            _ => wrong,
        };
        return proof == Proof.Yes;
    }

    public sealed class FactorForm
    {
        public string? Code { get; set; }

        public string? Password { get; set; }
    }
}
