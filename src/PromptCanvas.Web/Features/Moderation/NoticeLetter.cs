using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Moderation;

/// <summary>Sends a notice by mail too, because the owner may not open the account page for weeks.</summary>
internal sealed record NoticeLetter(Notice Notice)
{
    public async Task<Letter?> WriteAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var databases = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var address = await database.People.Where(person => person.Id == Notice.PersonId).Select(person => person.Email).SingleOrDefaultAsync(cancellationToken);
        if (string.IsNullOrEmpty(address))
        {
            return null;
        }

        var language = await database.MailLanguageOfAsync(Notice.PersonId, cancellationToken);
        return Languages.In(language, () => Write(services, address));
    }

    private Letter Write(IServiceProvider services, string address)
    {
        var T = services.GetRequiredService<IStringLocalizer<Texts>>();
        string what = Notice.Kind switch
        {
            NoticeKinds.Opened => T["NoticeOpened", Notice.By],
            NoticeKinds.TakenDown => T["NoticeTakenDown", Notice.By],
            _ => T["NoticePutBack", Notice.By],
        };

        // No prompt and no picture: other people may read the mail.
        return new Letter(address, T["NoticeSubject"], T["NoticeMail", what, Notice.Reason, services.GetRequiredService<Mailer>().AddressOf("/account#notices")]);
    }
}
