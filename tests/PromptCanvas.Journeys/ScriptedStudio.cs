using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Series;
using PromptCanvas.Data.Styles;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>A studio with a scripted engine on a real port, for everything that does not depend on the model.</summary>
public sealed class ScriptedStudio : IAsyncLifetime
{
    private readonly Studio studio = new();

    public Uri Address => studio.ClientOptions.BaseAddress;

    /// <summary>The person with this address; created if absent.</summary>
    public Task<SomebodyInTest> PersonAsync(string email, string role) => studio.PersonAsync(email, role);

    /// <summary>Gives a person an allowance of their own.</summary>
    public async Task AllowAsync(Guid personId, int credits) =>
        await studio.Services.GetRequiredService<ICredits>().SetLimitsAsync(personId, new PersonLimits(credits), CancellationToken.None);

    public ScriptedEngine Engine => studio.Engine;

    /// <summary>Adds copies of the newest picture to the gallery, each one hour older than the last; separate rows, the same bytes.</summary>
    public async Task FillGalleryAsync(int copies)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var newest = await database.Pictures.AsNoTracking().OrderByDescending(image => image.CreatedAt).FirstAsync();
        var first = await database.Pictures.MaxAsync(image => image.ImageIndex) + 1;
        for (var copy = 0; copy < copies; copy++)
        {
            var row = database.Entry(newest).CurrentValues.Clone();
            row[nameof(Picture.Id)] = Guid.NewGuid();
            row[nameof(Picture.ImageIndex)] = first + copy;
            row[nameof(Picture.CreatedAt)] = newest.CreatedAt.AddHours(-1 - copy);
            row[nameof(Picture.Prompt)] = $"picture {copy}";
            database.Pictures.Add((Picture)row.ToObject());
        }

        await database.SaveChangesAsync();
    }

    /// <summary>Adds a copy of the newest picture with some columns changed.</summary>
    public async Task AddPictureAsync(string prompt, params (string Column, object Value)[] changes)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var newest = await database.Pictures.AsNoTracking().OrderByDescending(image => image.CreatedAt).FirstAsync();
        var row = database.Entry(newest).CurrentValues.Clone();
        row[nameof(Picture.Id)] = Guid.NewGuid();
        row[nameof(Picture.ImageIndex)] = await database.Pictures.MaxAsync(image => image.ImageIndex) + 1;
        row[nameof(Picture.CreatedAt)] = newest.CreatedAt.AddSeconds(-1);
        row[nameof(Picture.Prompt)] = prompt;
        foreach (var (column, value) in changes)
        {
            row[column] = value;
        }

        database.Pictures.Add((Picture)row.ToObject());
        await database.SaveChangesAsync();
    }

    /// <summary>A board of the administrator's, and the token of a link to it.</summary>
    public async Task<(Guid Board, string Token)> ShareBoardAsync(string name)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var actor = new Actor(studio.Administrator.Id, PersonRoles.Administrator);
        var made = await scope.ServiceProvider.GetRequiredService<IBoards>().MakeAsync(actor, name, CancellationToken.None);
        Assert.True(made.TryGet(out var board, out _));
        var link = new NewShareLink(null, board, NewShareLink.Spans.Max(), null, AllowsDownload: true, ShowsPrompt: true);
        var shared = await scope.ServiceProvider.GetRequiredService<ShareLinks>().MakeAsync(actor, link, CancellationToken.None);
        Assert.True(shared.TryGet(out var token, out _));
        return (board, token!);
    }

    /// <summary>A style of the administrator's.</summary>
    public async Task AddStyleAsync(string name)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        database.Styles.Add(new Style
        {
            Id = Guid.NewGuid(),
            PersonId = studio.Administrator.Id,
            Name = name,
            Model = "starter",
            Direction = [0, 0, 0x80, 0x3f],
            HalfReach = 0.1,
            PictureCount = 3,
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
        await database.SaveChangesAsync();
    }

    /// <summary>A finished bias audit of the administrator's, which read a picture in three ways.</summary>
    public async Task<Guid> AddBiasAuditAsync(string name, Guid picture)
    {
        var plan = new BiasPlan
        {
            Name = name,
            Model = "starter",
            Prompts = ["a cube", "a ring"],
            PicturesPerPrompt = 3,
            Attributes = [new("colour", [new("red", ["a red {thing}"]), new("blue", ["a blue {thing}"])])],
        };
        await using var scope = studio.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var audit = new BiasAudit
        {
            Id = Guid.NewGuid(),
            PersonId = studio.Administrator.Id,
            Name = name,
            State = SeriesState.Done,
            Plan = JsonSerializer.Serialize(plan, JsonSerializerOptions.Web),
            Pictures = plan.Pictures,
            CreatedAt = DateTimeOffset.UnixEpoch,
            EndedAt = DateTimeOffset.UnixEpoch,
        };
        database.BiasAudits.Add(audit);
        float[][] readings = [[0.9f, 0.1f], [0.2f, 0.8f], [0.5f, 0.5f]];
        database.BiasReadings.AddRange(
            from prompt in Enumerable.Range(0, plan.Prompts.Count)
            from reading in readings.Index()
            select new BiasReading
            {
                AuditId = audit.Id,
                PromptIndex = prompt,
                PictureIndex = reading.Index,
                ImageId = picture,
                Probabilities = MemoryMarshal.AsBytes<float>(reading.Item).ToArray(),
            });
        await database.SaveChangesAsync();
        return audit.Id;
    }

    /// <summary>Puts all pictures of the administrator's onto a board.</summary>
    public async Task PutOnBoardAsync(Guid board)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var pictures = await scope.ServiceProvider.GetRequiredService<AppDbContext>().Pictures.Select(picture => picture.Id).ToListAsync();
        await scope.ServiceProvider.GetRequiredService<IBoards>().AddAsync(new Actor(studio.Administrator.Id, PersonRoles.Administrator), board, pictures, CancellationToken.None);
    }

    /// <summary>A finished data set of the administrator's with one picture of two.</summary>
    public async Task<Guid> AddDatasetAsync(string name, Guid picture)
    {
        var plan = new DatasetPlan
        {
            Template = "a {colour} cube",
            Slots = [new TemplateSlot("colour", [new SlotValue("red", 2), new SlotValue("blue", 1)])],
            Split = "train=1",
            Count = 2,
            Seed = 7,
            Size = 256,
            Model = "starter",
            LeastSimilarity = 0.5,
            Redraws = 0,
            Edit = new DatasetEdit("a floor", DatasetEdit.DefaultBox),
        };
        await using var scope = studio.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var dataset = new Dataset
        {
            Id = Guid.NewGuid(),
            PersonId = studio.Administrator.Id,
            Name = name,
            State = SeriesState.Done,
            Plan = JsonSerializer.Serialize(plan, JsonSerializerOptions.Web),
            Pictures = plan.Count,
            CreatedAt = DateTimeOffset.UnixEpoch,
            EndedAt = DateTimeOffset.UnixEpoch,
        };
        database.Datasets.Add(dataset);
        database.DatasetDraws.AddRange(
            new DatasetDraw { DatasetId = dataset.Id, PictureIndex = 0, Attempt = 0, ImageId = picture, Width = 64, Height = 64, Similarity = 0.9 },
            new DatasetDraw { DatasetId = dataset.Id, PictureIndex = 1, Attempt = 0, Refusal = "its similarity to the prompt, 0.100, is below 0.5" });
        await database.SaveChangesAsync();
        return dataset.Id;
    }

    public ValueTask InitializeAsync()
    {
        studio.Engine.ShowsWhileWaiting = true;
        studio.UseKestrel(0);
        studio.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();
}
