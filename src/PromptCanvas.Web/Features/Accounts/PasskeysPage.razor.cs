using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Texts;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A person's passkeys.</summary>
public sealed partial class PasskeysPage
{
    private const int MostPasskeys = 20;
    private Person? person;
    private IList<UserPasskeyInfo> passkeys = [];
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "add-passkey")]
    public PasskeyForm Form { get; set; } = null!;

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private SessionProof Proofs { get; set; } = null!;

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new PasskeyForm();
        person = await SignIn.UserManager.GetUserAsync(Context.User);
        passkeys = person is null ? [] : await SignIn.UserManager.GetPasskeysAsync(person);
    }

    private async Task AddAsync()
    {
        if (!await Proofs.IsRecentAsync(Context))
        {
            Navigation.NavigateTo(SessionProof.AskAddress("/account/passkeys"));
            return;
        }

        if (person is null || ShortName.Read(Form.Name) is not { } name)
        {
            problem = T["NameInvalid"];
            return;
        }

        if (passkeys.Count >= MostPasskeys || await PasskeyCeremonies.CreateAsync(SignIn, Form.Credential) is not { Succeeded: true } attestation
            || attestation.UserEntity.Id != person.Id.ToString())
        {
            problem = T["PasskeyStopped"];
            return;
        }

        attestation.Passkey.Name = name;
        await SignIn.UserManager.AddOrUpdatePasskeyAsync(person, attestation.Passkey);
        await Audit.WriteAsync(Context.ToActor(), "account.passkey", person.Email, $"added {name}", Context.RequestAborted);
        Navigation.NavigateTo("account/passkeys");
    }

    private async Task RemoveAsync(byte[] credentialId)
    {
        if (person is not null)
        {
            await SignIn.UserManager.RemovePasskeyAsync(person, credentialId);
            await Audit.WriteAsync(Context.ToActor(), "account.passkey", person.Email, "removed", Context.RequestAborted);
        }

        Navigation.NavigateTo("account/passkeys");
    }

    public sealed class PasskeyForm
    {
        public string? Name { get; set; }

        /// <summary>The browser's credential response, as JSON.</summary>
        public string? Credential { get; set; }
    }
}
