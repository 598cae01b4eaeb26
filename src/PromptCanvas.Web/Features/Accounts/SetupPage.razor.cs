using Microsoft.AspNetCore.Components;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Creates the first administrator; requires the set-up link from the console.</summary>
public sealed partial class SetupPage
{
    private bool closed;
    private bool valid;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "token")]
    public string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "setup")]
    public SetupForm Form { get; set; } = null!;

    [Inject]
    private FirstAdministrator First { get; set; } = null!;

    [Inject]
    private PasswordSignIn SignIn { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new SetupForm();
        closed = !await First.IsMissingAsync(Context.RequestAborted);
        valid = First.Knows(Token);
        if (!closed && !valid && Token is not null)
        {
            Context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
    }

    private async Task SubmitAsync()
    {
        var outcome = await First.MakeAsync(Token, Form.Email ?? "", Form.Password ?? "", Context.RequestAborted);
        problem = outcome.Refusal?.Message;
        if (outcome.TryGet(out var person, out _))
        {
            await SignIn.EnterAsync(person.Id);
            Navigation.NavigateTo("");
        }
    }

    public sealed class SetupForm
    {
        public string? Email { get; set; }

        public string? Password { get; set; }
    }
}
