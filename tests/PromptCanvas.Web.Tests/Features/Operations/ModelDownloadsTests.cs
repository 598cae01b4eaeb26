using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.ModelHub;
using PromptCanvas.Tests.Shared.ModelHub;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Operations;

/// <summary>An administrator adds a model from a hub on this machine.</summary>
public sealed class ModelDownloadsTests : IAsyncLifetime
{
    private const string Repository = "painters/unclip-tiny";

    private readonly string models = Directory.CreateTempSubdirectory("promptcanvas-models-").FullName;
    private readonly TaskCompletionSource open = new();
    private HubServer hub = null!;
    private Studio studio = null!;

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    private IModelDownloads Downloads => studio.Services.GetRequiredService<IModelDownloads>();

    public async ValueTask InitializeAsync()
    {
        hub = await HubServer.StartAsync();
        hub.AddFolder(Repository, TinyCheckpoint.Model(Studio.RepoRoot));
        hub.Licence = "creativeml-openrail-m";
        hub.Gate = _ => open.Task;
        studio = new Studio { Settings = { ["Models:Hub"] = hub.Address.AbsoluteUri, ["Models:Folder"] = models } };
    }

    public async ValueTask DisposeAsync()
    {
        open.TrySetResult();
        await studio.DisposeAsync();
        await hub.DisposeAsync();
        Directory.Delete(models, recursive: true);
    }

    [Fact]
    public async Task Page_LookUpAcceptDownload_MakesAModel_AndIsAudited()
    {
        await using var page = new BunitContext();
        var adding = Show(page);

        adding.Find("form input").Input(Repository);
        await adding.Find("form").SubmitAsync();
        await adding.WaitForStateAsync(() => adding.FindAll("[type=checkbox]").Count == 1 && adding.FindAll("form").Count == 0);
        Assert.Contains("licence: creativeml-openrail-m", adding.Markup, StringComparison.Ordinal);
        Assert.True(Button(adding, "Download").HasAttribute("disabled"));

        await adding.Find("[type=checkbox]").ChangeAsync(new() { Value = true });
        await Button(adding, "Download").ClickAsync(new());
        Assert.Single(adding.FindAll("progress"));
        open.SetResult();
        await adding.WaitForStateAsync(() => adding.FindAll("progress").Count == 0, TimeSpan.FromSeconds(30));

        Assert.Null(Downloads.State!.Problem);
        Assert.True(File.Exists(Path.Combine(models, "unclip-tiny", "model_index.json")));
        Assert.Contains("unclip-tiny", await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/models", Cancellation), StringComparison.Ordinal);
        await using var database = await Databases.CreateDbContextAsync(Cancellation);
        var entry = Assert.Single(await database.AuditLog.Where(entry => entry.Action == "model.download").ToListAsync(Cancellation));
        Assert.Equal(("unclip-tiny", $"{Repository}@{HubServer.Commit[..8]} (creativeml-openrail-m)"), (entry.Target, entry.Detail));
    }

    [Fact]
    public async Task Page_ModelTooLargeForThisMachine_SaysSo_AndDownloadsItOnlyForAnother()
    {
        var needs = new NeedsFacts(4_000_000_000, 9_000_000_000, Machine: 3_000_000_000, Least: 4_900_000_000, null, null);
        await using var downloads = new ModelDownloads(
            () => new HubClient(HubSettings.Of(hub.Address.AbsoluteUri, null)), models, _ => null, NullLogger<ModelDownloads>.Instance)
        { Forecast = _ => needs };
        await using var page = new BunitContext();
        var adding = Show(page, downloads);

        adding.Find("form input").Input(Repository);
        await adding.Find("form").SubmitAsync();
        await adding.WaitForStateAsync(() => adding.FindAll("[type=checkbox]").Count == 2);
        await adding.Find("[type=checkbox]").ChangeAsync(new() { Value = true });

        Assert.Contains("needs at least 4.90 GB of memory and this machine has 3.00 GB", adding.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.True(Button(adding, "Download").HasAttribute("disabled"));
        await adding.FindAll("[type=checkbox]")[1].ChangeAsync(new() { Value = true });
        Assert.False(Button(adding, "Download").HasAttribute("disabled"));
    }

    [Fact]
    public async Task ModelsPage_SaysWhichDeviceRunsTheNetworks()
    {
        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/models", Cancellation);

        Assert.Contains($"Networks run on: {studio.Services.GetRequiredService<IModelLibrary>().Device}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Networks run on: Auto", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_StopAndDiscard_LeavesNothing()
    {
        await using var page = new BunitContext();
        var plan = await PlanAsync();
        Assert.Null(Downloads.Start(plan).Refusal);
        Assert.Equal("unclip-tiny is being downloaded; wait until it is there, or stop it.", Downloads.Start(plan).Refusal?.Message);
        var adding = Show(page);

        await Button(adding, "Stop").ClickAsync(new());
        await adding.WaitForStateAsync(() => adding.FindAll("progress").Count == 0, TimeSpan.FromSeconds(30));
        Assert.Contains("The download was stopped. What is there is kept.", adding.Markup, StringComparison.Ordinal);
        Assert.NotNull(Button(adding, "Continue"));
        await Button(adding, "Discard").ClickAsync(new());

        Assert.Empty(Directory.EnumerateFileSystemEntries(models));
        Assert.DoesNotContain("Continue", adding.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_OfDamagedFiles_EndsInWords_AndTheStudioGoesOn()
    {
        (hub.Damages, hub.Faults) = (true, int.MaxValue);
        open.SetResult();
        var ended = new TaskCompletionSource();
        Downloads.Changed += () =>
        {
            if (Downloads.State is { IsRunning: false })
            {
                ended.TrySetResult();
            }
        };

        Downloads.Start(await PlanAsync());
        await ended.Task.WaitAsync(Cancellation);

        Assert.Contains("does not have the checksum", Downloads.State!.Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(models, "unclip-tiny")));
    }

    [Fact]
    public async Task LookUp_OfWhatIsNotThere_IsRefusedInWords()
    {
        var refusal = (await Downloads.LookUpAsync(new ModelRequest("painters/unknown"), Cancellation)).Refusal;

        Assert.Contains("no such repository", refusal?.Message, StringComparison.Ordinal);
    }

    private IDbContextFactory<AppDbContext> Databases => studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();

    private async Task<ModelPlan> PlanAsync()
    {
        Assert.True((await Downloads.LookUpAsync(new ModelRequest(Repository), Cancellation)).TryGet(out var plan, out _));
        return plan;
    }

    private IRenderedComponent<ModelAdding> Show(BunitContext page, IModelDownloads? downloads = null)
    {
        page.Services.AddLocalization();
        page.Services.AddSingleton(downloads ?? Downloads);
        page.Services.AddSingleton(new AdministratorActs(Databases, new SignedIn(new Actor(studio.Administrator.Id, PersonRoles.Administrator)), studio.Services.GetRequiredService<AuditLog>()));
        return page.Render<ModelAdding>();
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<ModelAdding> page, string text) => page.FindAll("button").Single(button => button.TextContent == text);

    private sealed class SignedIn(Actor actor) : ICurrentActor
    {
        public ValueTask<Actor> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(actor);

        public ValueTask<Actor?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult<Actor?>(actor);
    }
}
