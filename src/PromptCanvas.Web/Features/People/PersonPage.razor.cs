using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.People;

/// <summary>One person's credits and limits.</summary>
public sealed partial class PersonPage
{
    private const int ShownLines = 100;
    private Lookup<Person> lookup;
    private QuotaView? quota;
    private IReadOnlyList<LedgerLine> lines = [];
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [Parameter]
    public Guid PersonId { get; set; }

    [SupplyParameterFromForm(FormName = "top-up")]
    public TopUpForm TopUp { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "limits")]
    public LimitsForm Limits { get; set; } = null!;

    [Inject]
    private CreditAdministration Administration { get; set; } = null!;

    [Inject]
    private ICredits Credits { get; set; } = null!;

    [Inject]
    private UserManager<Person> People { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        TopUp ??= new TopUpForm();
        var person = await People.FindByIdAsync(PersonId.ToString());
        if (person is not null)
        {
            Limits ??= LimitsForm.Of(await Credits.LimitsOfAsync(PersonId, Context.RequestAborted));
            quota = await Credits.GetAsync(PersonId, person.Role, Context.RequestAborted);
            lines = await Credits.HistoryAsync(PersonId, null, ShownLines, Context.RequestAborted);
        }

        lookup = Lookup.Of(person);
    }

    private static string? Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture);

    private async Task TopUpAsync() =>
        Leave(await Administration.TopUpAsync(Context.ToActor(), lookup.Value!, TopUp.Amount ?? 0, TopUp.Reason ?? "", Context.RequestAborted));

    private async Task SetLimitsAsync() =>
        Leave(await Administration.SetLimitsAsync(Context.ToActor(), lookup.Value!, Limits.ToLimits(), Context.RequestAborted));

    private void Leave(Result done)
    {
        problem = done.Refusal?.Message;
        if (problem is null)
        {
            Navigation.NavigateTo($"admin/people/{PersonId}");
        }
    }

    public sealed class TopUpForm
    {
        public int? Amount { get; set; }

        public string? Reason { get; set; }
    }

    /// <summary>Form data; an empty field means the default.</summary>
    public sealed class LimitsForm
    {
        public int? Allowance { get; set; }

        /// <summary>A browser sends numbers with a point, in every language.</summary>
        public string? Weight { get; set; }

        public int? MaximumQueued { get; set; }

        public int? MaximumRunning { get; set; }

        internal static LimitsForm Of(PersonLimits limits) => new()
        {
            Allowance = limits.Allowance,
            Weight = Text(limits.Weight),
            MaximumQueued = limits.MaximumQueued,
            MaximumRunning = limits.MaximumRunning,
        };

        internal PersonLimits ToLimits() => new(Allowance, string.IsNullOrWhiteSpace(Weight) ? 1 : double.TryParse(Weight.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) ? weight : 0, MaximumQueued, MaximumRunning);
    }
}
