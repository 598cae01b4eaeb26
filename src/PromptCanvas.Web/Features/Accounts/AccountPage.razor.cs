using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The person's own account settings.</summary>
public sealed partial class AccountPage
{
    private Person? person;
    private string? chosenLanguage;
    private string? profileProblem;
    private string? passwordProblem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    /// <summary>The action that was just completed.</summary>
    [SupplyParameterFromQuery(Name = "done")]
    public string? Done { get; set; }

    [SupplyParameterFromForm(FormName = "profile")]
    public ProfileForm Profile { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "password")]
    public PasswordForm Change { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "sign-out-everywhere")]
    public bool EndKeys { get; set; }

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private OwnSessions Sessions { get; set; } = null!;

    [Inject]
    private GuessLimits Limits { get; set; } = null!;

    [Inject]
    private SessionProof Proofs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Profile ??= new ProfileForm();
        Change ??= new PasswordForm();
        person = await SignIn.UserManager.GetUserAsync(Context.User);
        chosenLanguage = Context.User.FindFirstValue(Languages.Claim);
    }

    private async Task RenameAsync()
    {
        if (person is null || ShortName.Read(Profile.Name) is not { } name)
        {
            profileProblem = T["NameInvalid"];
            return;
        }

        person.DisplayName = name;
        person.DefaultVisibility = Visibilities.All.Contains(Profile.Visibility) ? Profile.Visibility : person.DefaultVisibility;
        await SignIn.UserManager.UpdateAsync(person);
        if (Profile.Language is { } language)
        {
            await Sessions.SetLanguageAsync(person, Languages.All.Contains(language) ? language : null);
        }

        Navigation.NavigateTo("account");
    }

    private async Task SignOutAsync()
    {
        await Sessions.SignOutAsync(Context, person);
        Navigation.NavigateTo("sign-in");
    }

    private async Task SignOutEverywhereAsync()
    {
        await Sessions.SignOutEverywhereAsync(Context, person, EndKeys);
        Navigation.NavigateTo("sign-in");
    }

    // A new password ends every other session, and the API keys if the form says so.
    private async Task ChangePasswordAsync()
    {
        if (person is null)
        {
            return;
        }

        if ((await ReplacePasswordAsync(person)).Refusal is { } refusal)
        {
            passwordProblem = refusal.Message;
            return;
        }

        await Proofs.MarkAsync(Context);
        await Sessions.KeepThisOneAsync(Context, person, Change.EndKeys);
        Navigation.NavigateTo("account?done=password");
    }

    // The current password counts as correct even if the new one is refused.
    private async Task<Result> ReplacePasswordAsync(Person owner)
    {
        IdentityResult? result = null;
        var proof = await Limits.TryAsync(Context, owner, async () =>
        {
            result = await SignIn.UserManager.ChangePasswordAsync(owner, Change.Current ?? "", Change.New ?? "");
            return result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.PasswordMismatch)) ? Proof.No : Proof.Yes;
        });
        return proof switch
        {
            Proof.Locked => new Forbidden(T["LockedForNow"]),
            Proof.No => new InvalidInput("current", T["CurrentPasswordWrong"]),
            _ when result is { Succeeded: false } => new InvalidInput("new", result.Errors.First().Code switch
            {
                nameof(IdentityErrorDescriber.PasswordTooShort) => T["PasswordTooShort"],
                _ => result.Errors.First().Description,
            }),
            _ => Result.Done,
        };
    }

    public sealed class ProfileForm
    {
        public string? Name { get; set; }

        /// <summary>Null = unchanged.</summary>
        public string? Visibility { get; set; }

        /// <summary>Null = unchanged; empty = the browser's.</summary>
        public string? Language { get; set; }
    }

    public sealed class PasswordForm
    {
        public string? Current { get; set; }

        public string? New { get; set; }

        public bool EndKeys { get; set; }
    }
}
