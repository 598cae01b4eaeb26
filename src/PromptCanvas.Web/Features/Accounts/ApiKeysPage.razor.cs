using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Texts;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A person's API keys.</summary>
public sealed partial class ApiKeysPage
{
    private const int MostKeys = 50;
    private static readonly int[] Lives = [90, 30, 365, 0];

    private IReadOnlyList<ApiKey> keys = [];
    private NewApiKey? made;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "new-key")]
    public NewKeyForm New { get; set; } = null!;

    [Inject]
    private ApiKeys Keys { get; set; } = null!;

    [Inject]
    private SessionProof Proofs { get; set; } = null!;

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private Guid PersonId => Context.User.ToActor().PersonId;

    protected override async Task OnInitializedAsync()
    {
        New ??= new NewKeyForm();
        New.Scopes ??= [];
        keys = await Keys.ListAsync(PersonId, Context.RequestAborted);
    }

    private async Task MakeAsync()
    {
        if (!await Proofs.IsRecentAsync(Context))
        {
            Navigation.NavigateTo(SessionProof.AskAddress("/account/keys"));
            return;
        }

        if (ShortName.Read(New.Name) is not { } name)
        {
            problem = T["NameInvalid"];
            return;
        }

        if (!New.Scopes.Intersect(ApiScopes.All).Any() || !Lives.Contains(New.Days))
        {
            problem = T["PermissionsMissing"];
            return;
        }

        if (keys.Count >= MostKeys)
        {
            problem = T["KeysFull", MostKeys];
            return;
        }

        DateTimeOffset? end = New.Days == 0 ? null : Clock.GetUtcNow().AddDays(New.Days);
        made = await Keys.CreateAsync(PersonId, name, New.Scopes, end, Context.RequestAborted);
        await Audit.WriteAsync(Context.ToActor(), "keys.make", made.Row.Prefix, made.Row.Scopes, Context.RequestAborted);

        // The key is shown in this response only, so the response must not be cached.
        Context.Response.Headers.CacheControl = "no-cache, no-store";
        New = new NewKeyForm();
        keys = await Keys.ListAsync(PersonId, Context.RequestAborted);
    }

    private async Task RevokeAsync(Guid keyId)
    {
        if (await Keys.RevokeAsync(PersonId, keyId, Context.RequestAborted))
        {
            await Audit.WriteAsync(Context.ToActor(), "keys.revoke", keys.First(key => key.Id == keyId).Prefix, null, Context.RequestAborted);
        }

        Navigation.NavigateTo("account/keys");
    }

    public sealed class NewKeyForm
    {
        public string? Name { get; set; }

        public string[] Scopes { get; set; } = [];

        public int Days { get; set; } = Lives[0];
    }
}
