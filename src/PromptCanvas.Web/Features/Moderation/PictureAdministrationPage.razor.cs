using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Identity;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Moderation;

/// <summary>The moderation page of one picture.</summary>
public sealed partial class PictureAdministrationPage
{
    private Lookup<ModeratedPicture> lookup;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [Parameter]
    public Guid ImageId { get; set; }

    /// <summary>The reason for the action.</summary>
    [SupplyParameterFromForm]
    public string? Reason { get; set; }

    [Inject]
    private Moderation Moderation { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync() =>
        lookup = Lookup.Of(await Moderation.FindAsync(Context.User.ToActor(), ImageId, Context.RequestAborted));

    private async Task ActAsync(Func<AuditActor, Guid, string?, CancellationToken, Task<Result>> act)
    {
        problem = (await act(Context.ToActor(), ImageId, Reason, Context.RequestAborted)).Refusal?.Message;
        if (problem is null)
        {
            Navigation.NavigateTo($"admin/pictures/{ImageId}");
        }
    }
}
