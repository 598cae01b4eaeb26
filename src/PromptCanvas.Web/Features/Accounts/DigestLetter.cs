using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Writes the digest of a person's unread notices.</summary>
internal sealed class DigestLetter(DigestLinks links, Mailer mailer, IDbContextFactory<AppDbContext> databases, IStringLocalizer<Texts> T)
{
    private const int MostLines = 30;

    public async Task<string> LanguageOfAsync(DigestTurn turn, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.MailLanguageOfAsync(turn.PersonId, cancellationToken);
    }

    /// <param name="notices">At least one, oldest first.</param>
    public Letter Write(DigestTurn turn, IReadOnlyList<Notice> notices, string language) => Languages.In(language, () => Write(turn, notices));

    private Letter Write(DigestTurn turn, IReadOnlyList<Notice> notices)
    {
        // No prompt, no picture and no words of others: other people may read the mail.
        var lines = notices.Take(MostLines).Select(notice => string.Create(CultureInfo.InvariantCulture, $"- {T.NoticeText(notice)} ({notice.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC)"));
        if (notices.Count > MostLines)
        {
            lines = lines.Append($"- {T["DigestMore", notices.Count - MostLines]}");
        }

        var subject = notices.Count == 1 ? T["DigestSubjectOne"] : T["DigestSubject", notices.Count];
        var text = T["DigestMail", string.Join('\n', lines), mailer.AddressOf("/account/notifications"), links.PageOf(turn.PersonId)];
        return new Letter(turn.Email, subject, text, links.OneClickOf(turn.PersonId));
    }
}
