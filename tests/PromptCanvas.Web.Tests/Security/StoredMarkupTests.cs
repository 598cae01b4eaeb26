using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Web.Features.Moderation;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Tests.Fakes;
using TestContext = Xunit.TestContext;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>User input is shown as text everywhere: a page with payloads has the same elements as a page with plain words.</summary>
public sealed class StoredMarkupTests
{
    private const string Plain = "plain words";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryPage_OfTextsFullOfMarkup_IsBuiltLikeThatOfPlainWords()
    {
        await using var studio = new Studio();
        var plain = await PlantAsync(studio, 0, Plain);
        var shapes = new Dictionary<string, HashSet<string>>();
        foreach (var page in PagesOf(plain))
        {
            var shape = await LookAsync(studio, page.Path, page.ByStranger);
            Assert.True(shape.Shows(Plain), $"{page.Path} does not show what was written; it proves nothing.");
            (shapes.TryGetValue(page.Name, out var known) ? known : shapes[page.Name] = []).UnionWith(shape.Elements);
        }

        var planted = new List<Plant>();
        foreach (var (text, number) in MarkupPayloads.All.Select((text, at) => (text, at + 1)))
        {
            planted.Add(await PlantAsync(studio, number, text));
        }

        var problems = new List<string>();
        foreach (var plant in planted)
        {
            foreach (var page in PagesOf(plant).Where(page => page.OfOne))
            {
                problems.AddRange(ProblemsOf(page, await LookAsync(studio, page.Path, page.ByStranger), shapes, [plant.Text]));
            }
        }

        foreach (var page in PagesOf(plain).Where(page => !page.OfOne))
        {
            // The gallery's first page shows only some pictures; each one has its own page.
            var expected = page.Path == "/gallery" ? [planted[^1].Text] : planted.Select(plant => plant.Text);
            problems.AddRange(ProblemsOf(page, await LookAsync(studio, page.Path, page.ByStranger), shapes, expected));
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task PauseReason_FullOfMarkup_IsTextForAdministrators_AndChangesNoPageOfWhoWaits()
    {
        await using var studio = new Studio { Settings = { ["Generation:ForecastInterval"] = "00:00:00" } };
        var queue = studio.Services.GetRequiredService<IQueueAdmin>();
        var person = await studio.PersonAsync("waits@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        Guid? job = null;
        Dictionary<string, HashSet<string>> shapes = [];
        var problems = new List<string>();
        foreach (var text in (string[])[Plain, .. MarkupPayloads.All])
        {
            await queue.PauseAsync(text, studio.Administrator.Id, Cancellation);
            job ??= await client.StartJobAsync(count: 1);
            foreach (var page in (Page[])[new("queue", "/admin/queue"), new("job", $"/jobs/{job}")])
            {
                using var browser = studio.Browser(page.Name == "queue" ? studio.Administrator.Cookie : person.Cookie);
                var shape = new PageShape(await browser.GetStringAsync(page.Path, Cancellation));
                shapes.TryAdd(page.Name, [.. shape.Elements]);
                problems.AddRange(ProblemsOf(page, shape, shapes, page.Name == "queue" ? [text] : []));
            }
        }

        Assert.Empty(problems);
    }

    [Fact]
    public async Task FileName_FullOfMarkup_IsInNoAnswer()
    {
        await using var studio = new Studio();
        using var client = studio.ClientOf(studio.Administrator);
        foreach (var text in MarkupPayloads.All)
        {
            using var file = new ByteArrayContent(TestPictures.Png(8, 8));
            file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(text)}.png");
            using var form = new MultipartFormDataContent { file };
            using var taken = await client.PostAsync("/api/uploads", form, Cancellation);
            var answer = await taken.ReadJsonAsync();
            using var content = await client.GetAsync($"/api/uploads/{answer.GetProperty("id").GetGuid()}/content", Cancellation);

            Assert.DoesNotContain(MarkupPayloads.Mark, answer.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain(MarkupPayloads.Mark, content.Content.Headers.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Toast_FullOfMarkup_IsText()
    {
        await using var page = new BunitContext();
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        page.Services.AddMudServices(options => options.SnackbarConfiguration.PreventDuplicates = true);
        var toasts = page.Render<MudSnackbarProvider>();
        var snackbar = page.Services.GetRequiredService<ISnackbar>();
        snackbar.Configuration.MaxDisplayedSnackbars = MarkupPayloads.All.Count + 1;
        await toasts.InvokeAsync(() => snackbar.Show(new InvalidInput("prompt", Plain)));
        var plain = new PageShape(toasts.Markup).Elements;
        foreach (var text in MarkupPayloads.All)
        {
            await toasts.InvokeAsync(() => snackbar.Show(new InvalidInput("prompt", text)));
        }

        var shape = new PageShape(toasts.Markup);

        Assert.All(MarkupPayloads.All, text => Assert.True(shape.Shows(text), text));
        Assert.Empty(shape.WhatRuns());
        Assert.Empty(shape.Elements.Except(plain));
    }

    [Fact]
    public async Task Mail_FullOfMarkup_IsPlainText_WithTheSameHeaders()
    {
        await using var box = new MailBox();
        await using var studio = new Studio();
        studio.Settings["Mail:Host"] = "127.0.0.1";
        studio.Settings["Mail:Port"] = $"{box.Port}";
        studio.Settings["Mail:Security"] = "None";
        studio.Settings["Mail:From"] = "studio@example.com";
        studio.Settings["Mail:PublicAddress"] = "https://studio.example";
        var mailer = studio.Services.GetRequiredService<Mailer>();
        foreach (var text in (string[])[Plain, .. MarkupPayloads.All, "canary\r\nContent-Type: text/html\r\n\r\n<canary-element>"])
        {
            var notice = new Notice { PersonId = studio.Administrator.Id, Kind = NoticeKinds.Opened, By = text, Reason = text, At = DateTimeOffset.UnixEpoch };
            mailer.Post(new NoticeLetter(notice).WriteAsync);
            var (_, letter) = await box.ReadAsync(Cancellation);
            var headers = letter[..letter.IndexOf("\n\n", StringComparison.Ordinal)];

            Assert.Contains("Content-Type: text/plain", headers, StringComparison.Ordinal);
            Assert.DoesNotContain("text/html", headers, StringComparison.Ordinal);
            Assert.DoesNotContain(MarkupPayloads.Mark, headers, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> ProblemsOf(Page page, PageShape shape, Dictionary<string, HashSet<string>> shapes, IEnumerable<string> texts) =>
    [
        .. shape.Elements.Except(shapes[page.Name]).Select(element => $"{page.Path}: new {element}"),
        .. shape.WhatRuns().Select(what => $"{page.Path}: {what}"),
        .. texts.Where(text => !shape.Shows(text)).Select(text => $"{page.Path} does not show {text}"),
    ];

    private static async Task<PageShape> LookAsync(Studio studio, string path, bool byStranger)
    {
        using var browser = studio.Browser(byStranger ? null : studio.Administrator.Cookie);
        return new PageShape(await browser.GetStringAsync(path, Cancellation));
    }

    private static IEnumerable<Page> PagesOf(Plant plant) =>
    [
        new("picture", $"/images/{plant.Picture}"),
        new("how", $"/images/{plant.Picture}/how"),
        new("family", $"/images/{plant.Picture}/family"),
        new("report", $"/admin/pictures/{plant.Picture}"),
        new("board", $"/boards/{plant.Board}"),
        new("link", $"/s/{plant.Link}", ByStranger: true),
        new("board link", $"/s/{plant.BoardLink}", ByStranger: true),
        new("person", $"/admin/people/{plant.Person}"),
        new("boards", "/boards", OfOne: false),
        new("gallery", "/gallery", OfOne: false),
        new("people", "/admin/people", OfOne: false),
        new("reports", "/admin/reports", OfOne: false),
        new("audit", "/admin/audit", OfOne: false),
        new("safety", "/admin/safety", OfOne: false),
    ];

    /// <summary>Stores a text in every place where people can enter one.</summary>
    private static async Task<Plant> PlantAsync(Studio studio, int number, string text)
    {
        var services = studio.Services;
        var person = await studio.PersonAsync($"writer{number}@example.com", PersonRoles.Member);
        await using (var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            await database.People.Where(row => row.Id == person.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.DisplayName, text), Cancellation);
        }

        using var client = studio.ClientOf(person);
        var job = await client.MakeAsync(new { kind = "generate", prompt = text, negativePrompt = text, count = 1, size = 64 });
        var picture = job.GetProperty("images")[0].GetProperty("id").GetGuid();
        var actor = new Actor(person.Id, PersonRoles.Member);
        await using var scope = services.CreateAsyncScope();
        var boards = scope.ServiceProvider.GetRequiredService<IBoards>();
        Assert.True((await boards.MakeAsync(actor, text, Cancellation)).TryGet(out var board, out _));
        Assert.Null((await boards.ChangeAsync(actor, board, text, Visibilities.Team, Cancellation)).Refusal);
        await boards.AddAsync(actor, board, [picture], Cancellation);
        Assert.Null((await scope.ServiceProvider.GetRequiredService<IComments>().AddAsync(actor, picture, text, Cancellation)).Refusal);
        Assert.Null((await scope.ServiceProvider.GetRequiredService<Moderation>().ReportAsync(actor, picture, null, text, Cancellation)).Refusal);
        var auditor = new AuditActor(person.Id, text, text);
        Assert.Null((await scope.ServiceProvider.GetRequiredService<ISafetyRules>().AddAsync(auditor, new NewSafetyRule(SafetyRuleKinds.Words, $"forbidden{number} {text}", text, null), Cancellation)).Refusal);
        var links = scope.ServiceProvider.GetRequiredService<ShareLinks>();
        var open = await links.MakeAsync(actor, new NewShareLink(picture, null, 30, null, AllowsDownload: true, ShowsPrompt: true), Cancellation);
        var whole = await links.MakeAsync(actor, new NewShareLink(null, board, 30, null, AllowsDownload: false, ShowsPrompt: true), Cancellation);
        Assert.True(open.TryGet(out var link, out _) & whole.TryGet(out var boardLink, out _));
        return new Plant(text, person.Id, picture, board, link!, boardLink!);
    }

    private sealed record Plant(string Text, Guid Person, Guid Picture, Guid Board, string Link, string BoardLink);

    private sealed record Page(string Name, string Path, bool OfOne = true, bool ByStranger = false);
}
