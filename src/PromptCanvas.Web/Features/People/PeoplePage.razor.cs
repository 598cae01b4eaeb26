using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.People;

/// <summary>The accounts and their roles.</summary>
public sealed partial class PeoplePage
{
    private IReadOnlyList<Person> people = [];
    private ILookup<Guid, SignInLock> locked = Array.Empty<SignInLock>().ToLookup(row => row.PersonId);
    private IReadOnlyDictionary<Guid, int> usage = new Dictionary<Guid, int>();
    private string? link;
    private string linkOwner = "";
    private string? problem;
    private string? mailedTo;

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
    private LockAdministration Locks { get; set; } = null!;

    [Inject]
    private RecentUsage Usage { get; set; } = null!;

    [Inject]
    private Data.Identity.Accounts Accounts { get; set; } = null!;

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    [Inject]
    private Mailer Mailer { get; set; } = null!;

    [Inject]
    private IOptionsMonitor<RegistrationOptions> Registration { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Invitation ??= new InvitationForm();
        people = await Administration.ListAsync(Words, Context.RequestAborted);
        locked = await Locks.ListAsync(Context.RequestAborted);
        usage = await Usage.ReadAsync(Context.RequestAborted);
    }

    private async Task InviteAsync()
    {
        if (!Registration.CurrentValue.TakesInvitations)
        {
            problem = T["InvitationsClosed"];
            return;
        }

        var invited = await Accounts.InviteAsync(Invitation.Email ?? "", Invitation.Role ?? "");
        problem = invited.Refusal?.Message;
        if (invited.TryGet(out var invitation, out _))
        {
            await Audit.WriteAsync(Context.ToActor(), "people.invite", Invitation.Email, Invitation.Role, Context.RequestAborted);
            await ShowLinkAsync(Invitation.Email, invitation.Token);
            SendInvitation(invitation.Person.Email, invitation.Token);
            Invitation = new InvitationForm();
        }
    }

    private async Task MakeLinkAsync(Person person)
    {
        if (await Accounts.MakeLinkAsync(person.Id) is { } token)
        {
            await Audit.WriteAsync(Context.ToActor(), "people.link", person.Email, null, Context.RequestAborted);
            await ShowLinkAsync(person.DisplayName, token);
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

    private async Task ShowLinkAsync(string? owner, string token)
    {
        Context.Response.Headers.CacheControl = "no-cache, no-store";
        linkOwner = owner ?? "";
        link = Navigation.ToAbsoluteUri($"join?token={token}").ToString();
        people = await Administration.ListAsync(Words, Context.RequestAborted);
    }

    // Show the link on the page as well: the mail may be delayed or filtered as spam.
    private void SendInvitation(string? email, string token)
    {
        if (Mailer.IsOn && email is not null)
        {
            var letter = new Letter(email, T["InvitationSubject"], T["InvitationText", Mailer.AddressOf($"/join?token={token}")]);
            Mailer.Post((_, _) => Task.FromResult<Letter?>(letter));
            mailedTo = email;
        }
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
