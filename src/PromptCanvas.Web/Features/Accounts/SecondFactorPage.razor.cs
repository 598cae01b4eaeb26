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
    private Sessions Sessions { get; set; } = null!;

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    [Inject]
    private GuessLimits Limits { get; set; } = null!;

    [Inject]
    private PendingAuthenticator Pending { get; set; } = null!;

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
        var people = SignIn.UserManager;
        recoveryLeft = await people.CountRecoveryCodesAsync(owner);
        if (owner.TwoFactorEnabled)
        {
            return;
        }

        if (await Pending.FindAsync(owner) is not { Length: > 0 } secret)
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
            await Pending.BeginAsync(person);
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
        if (!await IsRightAsync(person, () => Pending.ConfirmAsync(person, code, Context.RequestAborted), "CodeWrong"))
        {
            return;
        }

        await Audit.WriteAsync(Context.ToActor(), "account.second-factor", person.Email, "on", Context.RequestAborted);
        await MakeCodesAsync();
        await StayAsync(person);
    }

    private async Task MakeCodesAsync()
    {
        if (person is { TwoFactorEnabled: true } && await IsProvenAsync())
        {
            codes = [.. await SignIn.UserManager.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodeCount) ?? []];
            recoveryLeft = RecoveryCodeCount;
        }
    }

    private async Task TurnOffAsync()
    {
        if (person is null || !await IsRightAsync(person, () => SignIn.UserManager.CheckPasswordAsync(person, Form.Password ?? ""), "CurrentPasswordWrong"))
        {
            return;
        }

        await Pending.RemoveAsync(person);
        key = null;
        await Audit.WriteAsync(Context.ToActor(), "account.second-factor", person.Email, "off", Context.RequestAborted);
        await StayAsync(person);
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

    private async Task<bool> IsRightAsync(Person owner, Func<Task<bool>> compare, string wrong)
    {
        var proof = await Limits.TryAsync(Context, owner, async () => await compare() ? Proof.Yes : Proof.No);
        problem = proof switch
        {
            Proof.Yes => null,
            Proof.Locked => T["LockedForNow"].Value,
            _ => T[wrong].Value,
        };
        return proof == Proof.Yes;
    }

    // A change of the sign-in methods ends the person's other sessions and keeps this one.
    private async Task StayAsync(Person owner)
    {
        Sessions.End(owner.Id);
        await SignIn.RefreshSignInAsync(owner);
    }

    public sealed class FactorForm
    {
        public string? Code { get; set; }

        public string? Password { get; set; }
    }
}
