using Microsoft.AspNetCore.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Sets a password from an invitation or from an administrator's link.</summary>
public sealed partial class JoinPage
{
    private string? email;
    private bool isReturning;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "token")]
    public string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "join")]
    public JoinForm Form { get; set; } = null!;

    [Inject]
    private Data.Identity.Accounts Accounts { get; set; } = null!;

    [Inject]
    private PasswordSignIn SignIn { get; set; } = null!;

    [Inject]
    private Sessions Sessions { get; set; } = null!;

    [Inject]
    private KeyRevocation Keys { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new JoinForm();
        var person = await Accounts.FindByLinkAsync(Token, Context.RequestAborted);
        email = person?.Email;
        isReturning = person?.PasswordHash is not null;
        Form.Name ??= person?.DisplayName;
    }

    private async Task SubmitAsync()
    {
        var outcome = await Accounts.RedeemAsync(Token, Form.Name, Form.Password ?? "", Context.RequestAborted);
        if (!outcome.TryGet(out var person, out var refusal))
        {
            problem = refusal.Message;
            return;
        }

        Sessions.End(person.Id);
        if (Form.EndKeys)
        {
            await Keys.EndAllAsync(Context, person, Context.RequestAborted);
        }

        // With a second factor the link alone must not sign the person in.
        if (person.TwoFactorEnabled)
        {
            Navigation.NavigateTo("sign-in");
            return;
        }

        await SignIn.EnterAsync(person.Id);
        Navigation.NavigateTo("");
    }

    public sealed class JoinForm
    {
        public string? Name { get; set; }

        public string? Password { get; set; }

        public bool EndKeys { get; set; }
    }
}
