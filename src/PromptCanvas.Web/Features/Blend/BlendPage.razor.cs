using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>Blends pictures and phrases placed in the corners of a pad. Corners, handle position and job are part of the URL.</summary>
public sealed partial class BlendPage(
    PersonRuns runs, ICurrentActor actor, CornerNames names, IPromptIdeas ideas, NavigationManager navigation)
{
    private const int MinimumCorners = 2;
    private const int MaximumCorners = 4;

    private readonly List<NamedCorner> corners = [];
    private Actor? person;
    private BlendPad? pad;
    private CornerPicker picker = null!;
    private IReadOnlyList<double> weights = [];
    private IDisposable? creditsRead;
    private Run? run;
    private StyleChoice? style;
    private string? problem;
    private string? shown;
    private int? replaced;
    private int count = 1;
    private int size = 1024;
    private uint seed;
    private bool missing;
    private bool busy;

    [SupplyParameterFromQuery(Name = "c")]
    public string[]? Codes { get; set; }

    [SupplyParameterFromQuery(Name = "at")]
    public string? At { get; set; }

    [SupplyParameterFromQuery(Name = "seed")]
    public string? SeedText { get; set; }

    [SupplyParameterFromQuery(Name = "job")]
    public Guid? JobId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    private bool IsReady => corners.Count >= MinimumCorners;

    private string Address => string.Join('\n', corners.Select(corner => corner.Corner.Code));

    protected override async Task OnInitializedAsync()
    {
        creditsRead = runs.Credits.Subscribe(OnCreditsRead);
        person = await actor.GetAsync(Gone);
        seed = uint.TryParse(SeedText, CultureInfo.InvariantCulture, out var given) ? given : NewSeed();
        await CountCreditsAsync();
        run = JobId is { } id && await runs.FindAsync(id, Gone) is { } job ? Run.Of(job) : null;
    }

    protected override ValueTask DisposeCoreAsync()
    {
        creditsRead?.Dispose();
        return base.DisposeCoreAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        var asked = string.Join('\n', Codes ?? []);
        if (asked == shown || asked == Address)
        {
            return;
        }

        shown = asked;
        corners.Clear();
        weights = [];
        missing = false;
        foreach (var code in (Codes ?? []).Take(MaximumCorners))
        {
            await AddAsync(Corner.Parse(code));
        }
    }

    private static uint NewSeed() => (uint)RandomNumberGenerator.GetInt32(int.MaxValue);

    private async Task AddAsync(Corner? corner)
    {
        if (corner is not null && await NameOfAsync(corner) is { } name)
        {
            corners.Add(new NamedCorner(corner, name));
            return;
        }

        missing = true;
    }

    private async Task<string?> NameOfAsync(Corner corner) => await names.FindAsync(person ??= await actor.GetAsync(Gone), corner, Gone);

    private async Task Pick(int? place)
    {
        replaced = place;
        await picker.OpenAsync();
    }

    private async Task ChooseAsync(Corner corner)
    {
        if (await NameOfAsync(corner) is not { } name)
        {
            return;
        }

        if (replaced is { } place && place < corners.Count)
        {
            corners[place] = new NamedCorner(corner, name);
        }
        else if (corners.Count < MaximumCorners)
        {
            corners.Add(new NamedCorner(corner, name));
        }

        await ChangedAsync();
    }

    private Task RemoveAsync(int place)
    {
        corners.RemoveAt(place);
        return ChangedAsync();
    }

    private async Task SurpriseAsync()
    {
        while (corners.Count < MinimumCorners)
        {
            var idea = ideas.Next();
            corners.Add(new NamedCorner(new Corner(null, null, idea), idea));
        }

        await ChangedAsync();
    }

    private async Task ChangedAsync()
    {
        weights = [];
        missing = false;
        At = null;
        shown = Address;
        Remember();
        StateHasChanged();
        if (pad is not null && IsReady)
        {
            await pad.UpdateAsync();
        }
    }

    private async Task ReseedAsync()
    {
        seed = NewSeed();
        Remember();
        StateHasChanged();
        await (pad?.UpdateAsync() ?? Task.CompletedTask);
    }

    private void SettleAsync(PadPlace place)
    {
        weights = place.Weights;
        At = place.ToString();
        problem = null;
        Remember();
    }

    private void Tell(string what) => problem = what;

    private void Remember() => navigation.NavigateTo(
        navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            ["c"] = corners.Select(corner => corner.Corner.Code).ToArray(),
            ["at"] = At,
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
            ["job"] = run?.Job?.Id,
        }),
        replace: true);

    private async Task MakeAsync()
    {
        if (busy || person is null || weights.Count != corners.Count)
        {
            return;
        }

        busy = true;
        var job = new NewJob
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Operation = new BlendOperation([.. corners.Zip(weights, (corner, weight) =>
                new BlendInput(corner.Corner.Picture ?? corner.Corner.Upload, corner.Corner.Text, weight))]),
            Count = count,
            Size = size,
            Seed = seed,
            Style = style,
        };
        if ((await runs.StartAsync(job, Gone)).TryGet(out var id, out var refusal))
        {
            run = await runs.FindAsync(id, Gone) is { } made ? Run.Of(made) : null;
            Remember();
        }

        (busy, problem) = (false, refusal?.Message);
    }

    private QuotaView? Credits => runs.Credits.Now;

    private void OnCreditsRead() => Post(StateHasChanged);

    private async Task CountCreditsAsync() => await runs.CountCreditsAsync(Gone);
}
