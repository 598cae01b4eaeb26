using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The second-factor step of signing in.</summary>
public sealed partial class CodePage
{
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    [SupplyParameterFromForm(FormName = "code")]
    public CodeForm Form { get; set; } = null!;

    [Inject]
    private SignInManager<Person> SignIn { get; set; } = null!;

    [Inject]
    private PasswordSignIn Passwords { get; set; } = null!;

    [Inject]
    private SignInLimits Limits { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized() => Form ??= new CodeForm();

    private async Task SubmitAsync()
    {
        if (await SignIn.GetTwoFactorAuthenticationUserAsync() is not { } person)
        {
            Navigation.NavigateTo("sign-in");
            return;
        }

        if (await Limits.RefuseAsync(Context, person.Email ?? "") is { } wait)
        {
            TooManyAttempts.Answer(Context, wait);
            problem = T["TooManyAttempts"];
            return;
        }

        var code = string.Concat((Form.Code ?? "").Where(letter => !char.IsWhiteSpace(letter)));
        switch (await Passwords.TryCodeAsync(person, code))
        {
            case Proof.Yes:
                Navigation.NavigateTo(LocalAddress.Of(ReturnUrl, Context.Request.PathBase));
                break;
            case Proof.Locked:
                problem = T["LockedForNow"];
                break;
            default:
                problem = T["CodeWrong"];
                break;
        }
    }

    public sealed class CodeForm
    {
        public string? Code { get; set; }
    }
}
