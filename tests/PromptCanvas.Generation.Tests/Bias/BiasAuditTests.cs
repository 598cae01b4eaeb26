using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Series;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Randomness;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Tests.Bias;

/// <summary>Audits with the queue, the worker and the database, and an engine whose skew is known.</summary>
public sealed class BiasAuditTests(PostgresServer server) : IDisposable
{
    private const double PlantedRed = 0.8;

    private static readonly Actor Ada = new(new Guid("0b1a5000-0000-0000-0000-000000000001"), PersonRoles.Administrator);

    private static readonly BiasPlan Spheres = new()
    {
        Name = "Spheres",
        Prompts = ["a sphere"],
        PicturesPerPrompt = 120,
        Size = 64,
        Seed = 11,
        Attributes = [new("colour", [new("red", ["a red {thing}"]), new("blue", ["a blue {thing}"]), new("green", ["a green {thing}"])])],
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The planted skew of the issue: 80 % of what the engine draws is red, and the audit says so.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Audit_OfAnEngineThatDrawsRed_FindsThePlantedShare(DatabaseProvider provider)
    {
        await using var studio = await StartAsync(await server.SettingsAsync(provider));
        var id = await BeginAsync(studio, Spheres);

        var detail = await EndAsync(studio, id);

        Assert.Equal((SeriesState.Done, 120, 0), (detail.Audit.State, detail.Report.Measured, detail.Report.Missing));
        var shares = Assert.Single(Assert.Single(detail.Report.Sections).Findings).Shares;
        var red = shares.Values[0];
        Assert.Equal(Enumerable.Range(0, 120).Count(picture => IsRed(11 + (uint)picture)), red.Pictures);
        Assert.True(red.Interval.Contains(PlantedRed), $"{red.Share} in {red.Interval}");
        Assert.True(red.Interval.High - red.Interval.Low < 0.2, red.Interval.ToString());
        Assert.Equal((0, 0), (shares.Uncertain, shares.Values[2].Pictures));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Audit_IsChargedPrivateUnattendedAndAudited()
    {
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 12, Prompts = ["a sphere", "a cube"] });

        await EndAsync(studio, id);

        Assert.Equal(24, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        await using var database = studio.OpenDatabase();
        var jobs = await database.Jobs.AsNoTracking().OrderBy(job => job.CreatedAt).ThenBy(job => job.Prompt).ToListAsync(Cancellation);
        Assert.Equal(24, jobs.Sum(job => job.Count));
        Assert.All(jobs, job => Assert.Equal((Ada.PersonId, QueuePriority.Background, Visibilities.Private), (job.PersonId, job.Priority, job.Visibility)));

        // The same seeds for every prompt.
        var seeds = await database.Pictures.Select(picture => new { picture.Prompt, picture.Seed }).ToListAsync(Cancellation);
        Assert.All(seeds.GroupBy(picture => picture.Prompt), prompt => Assert.Equal(Enumerable.Range(11, 12).Select(seed => (long)seed), prompt.Select(picture => picture.Seed).Order()));
        var entry = Assert.Single(await database.AuditLog.ToListAsync(Cancellation));
        Assert.Equal(("bias.start", "Spheres", "24 pictures, starter", "ada@example.com"), (entry.Action, entry.Target, entry.Detail, entry.Actor));
    }

    /// <summary>The process dies in the middle of a picture; the next one goes on, and no picture is made or charged twice.</summary>
    [Fact]
    public async Task Kill_DuringAnAudit_NextProcessGoesOn()
    {
        var gate = new Gate();
        await using var dead = await StartAsync();

        // From there it draws nothing more: a dead process takes no jobs.
        dead.Engine.BeforeImage = (request, index, token) => request.SeedOf(index) >= 14 ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await BeginAsync(dead, Spheres with { PicturesPerPrompt = 25 });
        await dead.Get<BiasRunner>().StepAsync(Cancellation);
        await gate.Reached;
        await dead.Get<BiasRunner>().StepAsync(Cancellation);
        dead.ReleaseFolderLock();

        await using var next = await StartAsync(person: false);
        var detail = await EndAsync(next, id);

        Assert.Equal((SeriesState.Done, 25), (detail.Audit.State, detail.Report.Measured));
        Assert.Equal(25, (await next.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        await next.ConsistentAsync();
        gate.Open();
    }

    [Fact]
    public async Task Step_WhileAnotherWorkerHasTheLease_DoesNothing_UntilItIsOver()
    {
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres);
        await using var database = studio.OpenDatabase();
        var until = studio.Clock.GetUtcNow().AddMinutes(1);
        await database.BiasAudits.ExecuteUpdateAsync(change => change.SetProperty(audit => audit.LeaseUntil, (DateTimeOffset?)until), Cancellation);

        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        Assert.Empty(await database.Jobs.ToListAsync(Cancellation));

        studio.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(SeriesState.Done, (await EndAsync(studio, id)).Audit.State);
    }

    /// <summary>A step that takes longer than its lease keeps it, so that no other worker does the same work.</summary>
    [Fact]
    public async Task Step_LongerThanItsLease_KeepsIt()
    {
        using var go = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 1 });
        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        var embedded = 0;
        studio.Engine.Clip = input =>
        {
            if (input is ImageInput && Interlocked.Increment(ref embedded) == 1)
            {
                begun.SetResult();
                go.Wait(Cancellation);
            }

            return Embed(input);
        };
        var step = Task.Run(() => studio.Get<BiasRunner>().StepAsync(Cancellation), Cancellation);
        await begun.Task;
        await using var database = studio.OpenDatabase();
        for (var renewal = 0; renewal < 3; renewal++)
        {
            await RenewedAsync(studio, database);
        }

        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        Assert.Equal(1, embedded);

        go.Set();
        await step;
        Assert.Equal(1, (await EndAsync(studio, id)).Report.Measured);
    }

    /// <summary>A renewal that fails because the database is away is tried again; the step's own work is not lost.</summary>
    [Fact]
    public async Task Step_DatabaseAwayForARenewal_IsFinishedAndKeepsItsLease()
    {
        using var go = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var studio = await StartAsync(change: AwayDatabases.Insert);
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 1 });
        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        studio.Engine.Clip = input =>
        {
            if (input is ImageInput && begun.TrySetResult())
            {
                go.Wait(Cancellation);
            }

            return Embed(input);
        };
        var step = Task.Run(() => studio.Get<BiasRunner>().StepAsync(Cancellation), Cancellation);
        await begun.Task;
        await using var database = studio.OpenDatabase();
        studio.Get<AwayDatabases>().Away = true;
        studio.Clock.Advance(TimeSpan.FromSeconds(31));
        await studio.Log.SaysAsync("The lease of series");
        studio.Get<AwayDatabases>().Away = false;

        await RenewedAsync(studio, database);
        go.Set();

        await step;
        Assert.Null(await database.BiasAudits.Select(audit => audit.LeaseUntil).SingleAsync(Cancellation));
        Assert.Equal(1, (await EndAsync(studio, id)).Report.Measured);
    }

    [Fact]
    public async Task Cancel_StopsTheJobs_AndKeepsWhatWasMeasured()
    {
        var gate = new Gate();
        await using var studio = await StartAsync();
        studio.Engine.BeforeImage = (request, index, token) => request.SeedOf(index) == 11 + GenerationRequest.MaximumCount ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await BeginAsync(studio, Spheres);
        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        await gate.Reached;
        await using var database = studio.OpenDatabase();
        var first = await database.Jobs.OrderBy(job => job.Seed).Select(job => job.Id).FirstAsync(Cancellation);
        await studio.WaitAsync(first, JobState.Done);
        await studio.Get<BiasRunner>().StepAsync(Cancellation);

        Assert.Null((await studio.Get<IBiasAudits>().CancelAsync(Ada, id, Cancellation)).Refusal);

        foreach (var job in await database.Jobs.Select(job => job.Id).ToListAsync(Cancellation))
        {
            await studio.WaitAsync(job, view => view.State is not (JobState.Queued or JobState.Running));
        }

        var detail = await FindAsync(studio, id);
        Assert.Equal((SeriesState.Cancelled, GenerationRequest.MaximumCount), (detail.Audit.State, detail.Report.Measured));
        Assert.Equal(GenerationRequest.MaximumCount, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        Assert.IsType<WrongState>((await studio.Get<IBiasAudits>().CancelAsync(Ada, id, Cancellation)).Refusal);
        Assert.Null((await studio.Get<IBiasAudits>().DeleteAsync(Ada, id, Cancellation)).Refusal);
        Assert.Empty(await database.BiasReadings.ToListAsync(Cancellation));
        Assert.Equal(["bias.start", "bias.cancel", "bias.delete"], await database.AuditLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Credits_RunOut_TheAuditWaitsAndSaysWhy()
    {
        await using var studio = await StartAsync(new() { ["Quotas:DefaultCredits"] = "15" });
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 20 });

        await studio.Get<BiasRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        await studio.Get<BiasRunner>().StepAsync(Cancellation);

        var waiting = await FindAsync(studio, id);
        Assert.Equal(SeriesState.Running, waiting.Audit.State);
        Assert.Contains("credits", waiting.Audit.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_FailedPictures_CountAsMissing()
    {
        await using var studio = await StartAsync();

        // One picture fails, whichever seed it is drawn with again.
        studio.Engine.Unlucky = seed => seed is not (11 or 13 or 14 or 15);
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 5 });

        var detail = await EndAsync(studio, id);

        Assert.Equal((SeriesState.Done, 4, 1), (detail.Audit.State, detail.Report.Measured, detail.Report.Missing));
    }

    /// <summary>The engine's CLIP reads drawn shapes rightly, so that the shares stay as they are, but with the examples' uncertainty.</summary>
    [Fact]
    public async Task Audit_WithRenderedExamples_CorrectsTheShares()
    {
        await using var studio = await StartAsync();
        var plan = Spheres with { PicturesPerPrompt = 20, RenderedExamples = true };
        var id = await BeginAsync(studio, plan);

        var detail = await EndAsync(studio, id);

        var values = detail.Report.Sections[0].Findings[0].Shares.Values;
        Assert.All(values, value => Assert.NotNull(value.Corrected));
        Assert.Equal(values[0].Share, values[0].Corrected!.Value, 1e-6);
        Assert.Equal(1, values.Sum(value => value.Corrected!.Value), 1e-9);
    }

    [Fact]
    public async Task Audit_OfSeveralPrompts_CorrectsTheSharesOfAllToo()
    {
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres with { Prompts = ["a sphere", "a cube"], PicturesPerPrompt = 20, RenderedExamples = true });

        var detail = await EndAsync(studio, id);

        Assert.Equal([null, "a sphere", "a cube"], detail.Report.Sections.Select(section => section.Prompt));
        var all = detail.Report.Sections[0].Findings[0].Shares.Values[0];
        Assert.Equal(all.Share, all.Corrected!.Value, 1e-6);
        Assert.True(all.CorrectedInterval!.Value.Contains(all.Share), all.ToString());
    }

    /// <summary>The engine's CLIP takes blue for green and green for blue; uploaded examples show it, and the shares are put right.</summary>
    [Fact]
    public async Task Audit_WithUploadedExamples_PutsMisreadSharesRight()
    {
        await using var studio = await StartAsync();
        studio.Engine.Clip = input => Embed(input) is [var red, var green, var blue] && input is TextInput ? [red, blue, green] : Embed(input);
        var examples = new List<BiasExample>();
        foreach (var (value, plane) in ((string, int)[])[("red", 0), ("green", 1), ("blue", 2)])
        {
            examples.Add(new BiasExample(await studio.UploadAsync(Ada, new RgbImage(64, 64, SeriesStudio.Plane(plane).ToRgbBytes())), "colour", value));
        }

        var detail = await EndAsync(studio, await BeginAsync(studio, Spheres with { PicturesPerPrompt = 20, Examples = examples }));

        var values = detail.Report.Sections[0].Findings[0].Shares.Values.ToDictionary(value => value.Name);
        Assert.Equal((0, values["green"].Share), (values["blue"].Pictures, values["blue"].Corrected!.Value));
        Assert.True(values["green"].Share > 0);
        Assert.Equal(0, values["green"].Corrected!.Value, 1e-9);
    }

    [Fact]
    public async Task Compare_TwoModels_FindsTheDifference()
    {
        await using var studio = await StartAsync();
        var plan = Spheres with { PicturesPerPrompt = 60 };
        var first = await EndAsync(studio, await BeginAsync(studio, plan));
        studio.Engine.Draws = _ => Flat(red: false);
        var second = await EndAsync(studio, await BeginAsync(studio, plan with { Model = "karlo" }));

        var red = BiasDifference.Between(first.Report, second.Report)[0];

        Assert.Equal(("colour", "red"), (red.Attribute, red.Value));
        Assert.True(red.IsClear && red.Interval.Contains(-PlantedRed), red.ToString());
        Assert.All(BiasDifference.Between(first.Report, first.Report), same => Assert.False(same.IsClear));
    }

    /// <summary>One model with two settings of the prior's guidance: with 9 the engine draws red only.</summary>
    [Fact]
    public async Task Compare_TwoSettings_FindsTheDifference()
    {
        await using var studio = await StartAsync();
        studio.Engine.DrawsFor = (request, seed) => Flat(request.Overrides.PriorGuidance == 9 || IsRed(seed));
        var plan = Spheres with { PicturesPerPrompt = 60 };
        var first = await EndAsync(studio, await BeginAsync(studio, plan));
        var second = await EndAsync(studio, await BeginAsync(studio, plan with { Overrides = new RecipeOverrides { PriorGuidance = 9 } }));

        var red = BiasDifference.Between(first.Report, second.Report)[0];

        Assert.Equal("Guidance of the prior 9.", BiasExportWords.English.SettingsOf(second.Plan));
        Assert.Equal((1, "red"), (red.Second, red.Value));
        Assert.True(red.IsClear && red.Interval.Contains(1 - PlantedRed), red.ToString());
    }

    /// <summary>Those who watch an audit share its report until another picture is settled.</summary>
    [Fact]
    public async Task Find_AgainWithoutNews_ComputesNothing()
    {
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres with { PicturesPerPrompt = 5 });
        var before = await FindAsync(studio, id);
        await EndAsync(studio, id);
        var computed = studio.Get<BiasReports>().Computed;

        var detail = await FindAsync(studio, id);

        Assert.Equal((0, 5), (before.Report.Measured, detail.Report.Measured));
        Assert.Equal(computed, studio.Get<BiasReports>().Computed);
    }

    [Fact]
    public async Task Members_MayNotUseIt()
    {
        await using var studio = await StartAsync();
        var audits = studio.Get<IBiasAudits>();
        var member = Ada with { Role = PersonRoles.Member };

        Assert.IsType<Forbidden>((await audits.StartAsync(member, Spheres, Cancellation)).Refusal);
        Assert.IsType<Forbidden>((await audits.ListAsync(member, Cancellation)).Refusal);
        Assert.IsType<Forbidden>((await audits.FindAsync(member, Guid.NewGuid(), Cancellation)).Refusal);
        Assert.IsType<Forbidden>((await audits.CancelAsync(member, Guid.NewGuid(), Cancellation)).Refusal);
        Assert.IsType<Forbidden>((await audits.DeleteAsync(member, Guid.NewGuid(), Cancellation)).Refusal);
    }

    [Fact]
    public async Task Owner_NoLongerAdministrator_EndsTheAudit()
    {
        await using var studio = await StartAsync();
        var id = await BeginAsync(studio, Spheres);
        await using var database = studio.OpenDatabase();
        await database.People.ExecuteUpdateAsync(change => change.SetProperty(person => person.Role, PersonRoles.Member), Cancellation);

        await studio.Get<BiasRunner>().StepAsync(Cancellation);

        Assert.Equal(SeriesState.Failed, (await FindAsync(studio, id)).Audit.State);
        Assert.Empty(await database.Jobs.ToListAsync(Cancellation));
    }

    public static TheoryData<string> Senseless => ["name", "prompts", "picturesPerPrompt", "threshold", "size", "attributes", "examples", "model"];

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task Start_SenselessPlan_NamesTheField(string field)
    {
        await using var studio = await StartAsync();
        var plan = field switch
        {
            "name" => Spheres with { Name = " " },
            "prompts" => Spheres with { Prompts = ["a sphere", "a sphere"] },
            "picturesPerPrompt" => Spheres with { PicturesPerPrompt = IBiasAudits.MostPictures + 1 },
            "threshold" => Spheres with { Threshold = 0 },
            "size" => Spheres with { Size = 100 },
            "attributes" => Spheres with { Attributes = [new("colour", [new("red", ["red"])])] },
            "examples" => Spheres with { Examples = [new(Guid.NewGuid(), "colour", "mauve")] },
            _ => Spheres with { Model = "nobody" },
        };

        Assert.Equal(field, Assert.IsType<InvalidInput>((await studio.Get<IBiasAudits>().StartAsync(Ada, plan, Cancellation)).Refusal).Field);
    }

    public void Dispose() => folder.Dispose();

    private async Task<Studio> StartAsync(Dictionary<string, string?>? settings = null, bool person = true, Action<IServiceCollection>? change = null)
    {
        var studio = new Studio(folder.Path, change: change, settings: settings);
        studio.Engine.Draws = seed => Flat(IsRed(seed));
        studio.Engine.Clip = Embed;
        studio.Engine.Prior = _ => [1, 0, 0];
        await studio.StartAsync();
        if (person)
        {
            await studio.AddAdaAsync(Ada);
        }

        return studio;
    }

    private static async Task<Guid> BeginAsync(Studio studio, BiasPlan plan)
    {
        Assert.True((await studio.Get<IBiasAudits>().StartAsync(Ada, plan, Cancellation)).TryGet(out var id, out var refusal), refusal?.Message);
        return id;
    }

    private static async Task<BiasAuditDetail> FindAsync(Studio studio, Guid id)
    {
        Assert.True((await studio.Get<IBiasAudits>().FindAsync(Ada, id, Cancellation)).TryGet(out var detail, out var refusal), refusal?.Message);
        return detail;
    }

    /// <summary>Moves the audit on until it is over.</summary>
    private static async Task<BiasAuditDetail> EndAsync(Studio studio, Guid id)
    {
        while (true)
        {
            await studio.Get<BiasRunner>().StepAsync(Cancellation);
            if (await FindAsync(studio, id) is { Audit.State: not SeriesState.Running } over)
            {
                return over;
            }

            await studio.DrainAsync();
        }
    }

    /// <summary>Lets time pass until the lease is renewed; once more if the holder had not begun to wait.</summary>
    private static async Task RenewedAsync(Studio studio, AppDbContext database)
    {
        const int looks = 100;
        var before = await database.BiasAudits.Select(audit => audit.LeaseUntil).SingleAsync(Cancellation);
        for (var look = 0; look < 3 * looks; look++)
        {
            if (look % looks == 0)
            {
                studio.Clock.Advance(TimeSpan.FromSeconds(31));
            }

            if (await database.BiasAudits.Select(audit => audit.LeaseUntil).SingleAsync(Cancellation) > before)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        }

        Assert.Fail("The lease is not renewed.");
    }

    private static bool IsRed(uint seed) => Philox4x32.Generate((seed, 0, 0, 0), (3, 0)).X0 < PlantedRed * uint.MaxValue;

    private static SignedImage Flat(bool red) => SeriesStudio.Plane(red ? 0 : 2);

    // A CLIP that sees colours only: the picture's mean red, green and blue, without the grey part.
    private static float[] Embed(ConditioningInput input) => input switch
    {
        TextInput { Text: var text } => [Has(text, "red"), Has(text, "green"), Has(text, "blue")],
        ImageInput { Picture: var picture } => Mean(picture),
        _ => throw new NotSupportedException(),
    };

    private static float Has(string text, string word) => text.Contains(word, StringComparison.Ordinal) ? 1 : 0;

    private static float[] Mean(SourcePicture picture)
    {
        var sums = new float[SignedImage.Channels];
        foreach (var (index, value) in picture.Rgb.ToArray().Index())
        {
            sums[index % sums.Length] += value;
        }

        var least = sums.Min();
        return [.. sums.Select(sum => sum - least)];
    }
}
