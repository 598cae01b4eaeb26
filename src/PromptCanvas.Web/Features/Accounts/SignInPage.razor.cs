using Microsoft.AspNetCore.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Sign-in by password, passkey or provider.</summary>
public sealed partial class SignInPage
{
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    /// <summary>"failed" after a failed sign-in with the provider.</summary>
    [SupplyParameterFromQuery(Name = "external")]
    public string? External { get; set; }

    [SupplyParameterFromForm(FormName = "sign-in")]
    public SignInForm Form { get; set; } = null!;

    /// <summary>The browser's credential response, as JSON.</summary>
    [SupplyParameterFromForm(FormName = "passkey")]
    public string? PasskeyCredential { get; set; }

    [Inject]
    private PasswordSignIn SignIn { get; set; } = null!;

    [Inject]
    private SignInLimits Limits { get; set; } = null!;

    [Inject]
    private SignInChoices Choices { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new SignInForm();
        problem = External is null ? null : T["ExternalRefused", Choices.ProviderName].Value;
        if (await Choices.IsNewAsync(Context.RequestAborted))
        {
            Navigation.NavigateTo("setup");
        }
    }

    private async Task SubmitAsync()
    {
        if (await Limits.RefuseAsync(Context, Form.Email ?? "") is { } wait)
        {
            TooManyAttempts.Answer(Context, wait);
            problem = T["TooManyAttempts"];
            return;
        }

        switch (await SignIn.TryAsync(Form.Email ?? "", Form.Password ?? "", Form.Remember))
        {
            case SignInAnswer.Yes:
                Navigation.NavigateTo(LocalAddress.Of(ReturnUrl, Context.Request.PathBase));
                break;
            case SignInAnswer.SecondFactor:
                Navigation.NavigateTo(Navigation.GetUriWithQueryParameters("sign-in/code", new Dictionary<string, object?> { ["returnUrl"] = LocalAddress.Of(ReturnUrl, Context.Request.PathBase) }));
                break;
            default:
                problem = T["SignInRefused"];
                break;
        }
    }

    private async Task PasskeyAsync()
    {
        if (await Limits.RefuseAsync(Context, "") is null && await SignIn.TryPasskeyAsync(PasskeyCredential))
        {
            Navigation.NavigateTo(LocalAddress.Of(ReturnUrl, Context.Request.PathBase));
            return;
        }

        problem = T["PasskeyStopped"];
    }

    public sealed class SignInForm
    {
        public string? Email { get; set; }

        public string? Password { get; set; }

        public bool Remember { get; set; }
    }
}
