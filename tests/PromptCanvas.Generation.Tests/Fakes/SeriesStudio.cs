using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>What tests of series need: their owner, the end of their jobs, and pictures of one colour.</summary>
internal static class SeriesStudio
{
    public static async Task AddAdaAsync(this Studio studio, Actor ada)
    {
        await using var database = studio.OpenDatabase();
        database.People.Add(new Person { Id = ada.PersonId, UserName = "ada", Email = "ada@example.com", DisplayName = "Ada", Role = ada.Role, CreatedAt = DateTimeOffset.UnixEpoch });
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A studio that draws red and whose CLIP sees red and blue only.</summary>
    /// <param name="person">Who is added; null = nobody.</param>
    public static async Task<Studio> StartAsync(TemporaryFolder folder, Actor? person, Dictionary<string, string?>? settings = null)
    {
        var studio = new Studio(folder.Path, settings: settings);
        studio.Engine.Draws = _ => Plane(0);
        studio.Engine.Clip = input => input is ImageInput { Picture.Rgb: var rgb } ? [rgb.Span[0], rgb.Span[2]] : [1, 0];
        await studio.StartAsync();
        if (person is not null)
        {
            await studio.AddAdaAsync(person);
        }

        return studio;
    }

    /// <summary>Waits until no job is queued or runs.</summary>
    public static async Task DrainAsync(this Studio studio)
    {
        foreach (var job in await studio.Queries.ActiveAsync(TestContext.Current.CancellationToken))
        {
            await studio.WaitAsync(job.Id, view => view.State is not (JobState.Queued or JobState.Running));
        }
    }

    /// <summary>A picture of red (0), green (1) or blue (2).</summary>
    public static SignedImage Plane(int plane)
    {
        const int pixels = 64 * 64;
        var values = new float[SignedImage.Channels * pixels];
        Array.Fill(values, -1);
        Array.Fill(values, 1, plane * pixels, pixels);
        return new SignedImage(64, 64, values);
    }
}
