using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Mail;

internal static class MailRegistration
{
    public static void AddMail(this IServiceCollection services)
    {
        services.AddSettings<MailOptions>(MailOptions.Section);
        services.AddSingleton<Mailer>();
        services.AddHostedService(provider => provider.GetRequiredService<Mailer>());
    }
}
