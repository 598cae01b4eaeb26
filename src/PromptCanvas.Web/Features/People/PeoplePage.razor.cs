using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.People;

/// <summary>The accounts and their roles.</summary>
public sealed partial class PeoplePage
{
    private PeopleList list = PeopleList.Empty;
    private PasswordLink? link;
    private string? linkAddress;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [SupplyParameterFromForm(FormName = "invite")]
    public InvitationForm Invitation { get; set; } = null!;

    /// <summary>The search: part of a name or address.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Words { get; set; }

    [SupplyParameterFromForm]
    public string? NewRole { get; set; }

    [Inject]
    private PeopleAdministration Administration { get; set; } = null!;

    [Inject]
    private PeopleOverview Overview { get; set; } = null!;

    [Inject]
    private LockAdministration Locks { get; set; } = null!;

    [Inject]
    private Invitations Invitations { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Invitation ??= new InvitationForm();
        list = await Overview.ReadAsync(Words, Context.RequestAborted);
    }

    private async Task InviteAsync()
    {
        var invited = await Invitations.InviteAsync(Context.ToActor(), Invitation.Email ?? "", Invitation.Role ?? "", Context.RequestAborted);
        problem = invited.Refusal?.Message;
        if (invited.TryGet(out var made, out _))
        {
            await ShowLinkAsync(made);
            Invitation = new InvitationForm();
        }
    }

    private async Task MakeLinkAsync(Person person)
    {
        if (await Invitations.RenewAsync(Context.ToActor(), person, Context.RequestAborted) is { } made)
        {
            await ShowLinkAsync(made);
        }
    }

    private async Task SetRoleAsync(Person person) =>
        Leave(await Administration.SetRoleAsync(Context.ToActor(), person.Id, NewRole ?? "", Context.RequestAborted));

    private async Task SuspendAsync(Person person) =>
        Leave(await Administration.SuspendAsync(Context.ToActor(), person.Id, Context.RequestAborted));

    private async Task RestoreAsync(Person person)
    {
        await Administration.RestoreAsync(Context.ToActor(), person.Id, Context.RequestAborted);
        Leave(Result.Done);
    }

    private async Task CancelInvitationAsync(Person person)
    {
        await Administration.CancelInvitationAsync(Context.ToActor(), person.Id, Context.RequestAborted);
        Leave(null);
    }

    private async Task LiftLocksAsync(Person person)
    {
        await Locks.LiftAsync(Context.ToActor(), person, Context.RequestAborted);
        Leave(Result.Done);
    }

    // The page shows the link even where it was mailed: the mail may be delayed or filtered as spam.
    private async Task ShowLinkAsync(PasswordLink made)
    {
        Context.Response.Headers.CacheControl = "no-cache, no-store";
        link = made;
        linkAddress = Navigation.ToAbsoluteUri($"join?token={made.Token}").ToString();
        list = await Overview.ReadAsync(Words, Context.RequestAborted);
    }

    private void Leave(Result done)
    {
        problem = done.Refusal?.Message;
        if (problem is null)
        {
            Navigation.NavigateTo("admin/people");
        }
    }

    public sealed class InvitationForm
    {
        public string? Email { get; set; }

        public string? Role { get; set; } = PersonRoles.Member;
    }
}
