using Microsoft.AspNetCore.Components;

using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Password recovery by mail. Response and response time are the same for every address.</summary>
public sealed partial class ForgotPage
{
    private bool sent;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "forgot")]
    public string? Email { get; set; }

    [Inject]
    private Mailer Mailer { get; set; } = null!;

    [Inject]
    private SignInLimits Limits { get; set; } = null!;

    private async Task SubmitAsync()
    {
        if (await Limits.RefuseAsync(Context, Email ?? "") is { } wait)
        {
            TooManyAttempts.Answer(Context, wait);
            problem = T["TooManyAttempts"];
            return;
        }

        var letter = new RecoveryLetter(Email?.Trim() ?? "", Languages.Current);
        Mailer.Post(letter.WriteAsync);
        sent = true;
    }
}
