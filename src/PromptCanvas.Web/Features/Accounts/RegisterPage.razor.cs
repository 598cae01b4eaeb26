using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Self-registration, if the installation allows it.</summary>
public sealed partial class RegisterPage
{
    private bool isOpen;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "register")]
    public RegisterForm Form { get; set; } = null!;

    [Inject]
    private Data.Identity.Accounts Accounts { get; set; } = null!;

    [Inject]
    private SignInChoices Choices { get; set; } = null!;

    [Inject]
    private SignInLimits Limits { get; set; } = null!;

    [Inject]
    private PasswordSignIn SignIn { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new RegisterForm();
        isOpen = Choices.CanRegister && !await Choices.IsNewAsync(Context.RequestAborted);
    }

    private async Task SubmitAsync()
    {
        if (!isOpen)
        {
            return;
        }

        if (await Limits.RefuseAsync(Context, Form.Email ?? "") is { } wait)
        {
            TooManyAttempts.Answer(Context, wait);
            problem = T["TooManyAttempts"];
            return;
        }

        var outcome = await Accounts.CreateAsync(Form.Email ?? "", PersonRoles.Member, Form.Password ?? "");
        problem = outcome.Refusal?.Message;
        if (outcome.TryGet(out var person, out _))
        {
            await SignIn.EnterAsync(person.Id);
            Navigation.NavigateTo("");
        }
    }

    public sealed class RegisterForm
    {
        public string? Email { get; set; }

        public string? Password { get; set; }
    }
}
