using Microsoft.Extensions.Options;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The sign-in methods of this installation.</summary>
internal sealed class SignInChoices(FirstAdministrator first, Mailer mailer, IOptions<OpenIdOptions> openId, IOptionsMonitor<RegistrationOptions> registration)
{
    /// <summary>Whether people may create their own accounts.</summary>
    public bool CanRegister => registration.CurrentValue.Mode == RegistrationMode.Open;

    /// <summary>Whether a forgotten password can be reset by mail.</summary>
    public bool SendsMail => mailer.IsOn;

    /// <summary>Whether people may sign in through a provider.</summary>
    public bool HasProvider => openId.Value.IsOn;

    public string ProviderName => openId.Value.DisplayName;

    /// <summary>Whether the installation has no administrator yet, so that it must be set up first.</summary>
    public ValueTask<bool> IsNewAsync(CancellationToken cancellationToken) => first.IsMissingAsync(cancellationToken);
}
