using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data.Search;

/// <summary>Fills <see cref="Picture.SearchText"/> of the pictures that an earlier version made; databases cannot fold letters alike.</summary>
public static class SearchTextFill
{
    private const int Batch = 500;

    /// <summary>Returns when every picture has its text; does nothing on later starts.</summary>
    public static async Task RunAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        while (await FillAsync(database, cancellationToken))
        {
        }
    }

    /// <returns>Whether there was anything to fill.</returns>
    private static Task<bool> FillAsync(AppDbContext database, CancellationToken cancellationToken) => database.Database.CreateExecutionStrategy().ExecuteAsync(
        async token =>
        {
            var pictures = await database.Pictures.AsNoTracking().Where(picture => picture.SearchText == null)
                .OrderBy(picture => picture.Id).Select(picture => new { picture.Id, picture.Prompt }).Take(Batch).ToListAsync(token);
            await using var transaction = await database.Database.BeginTransactionAsync(token);
            foreach (var picture in pictures)
            {
                var text = SearchTexts.Of(picture.Prompt);
                await database.Pictures.Where(row => row.Id == picture.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.SearchText, text), token);
            }

            await transaction.CommitAsync(token);
            return pictures.Count > 0;
        },
        cancellationToken);
}
