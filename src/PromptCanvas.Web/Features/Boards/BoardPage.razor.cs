using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Boards;

public sealed partial class BoardPage(IBoards boards, IStyles styles, ICurrentActor actor, NavigationManager navigation)
{
    private Lookup<BoardView> lookup;
    private string name = "";
    private string visibility = Visibilities.Private;
    private string? problem;
    private bool isEmpty;
    private IReadOnlyList<StyleView> known = [];

    [Parameter]
    public Guid BoardId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    private BoardView? Board => lookup.Value;

    private LibraryFilter Filter => LibraryFilter.Everything with { Board = BoardId };

    protected override async Task OnParametersSetAsync()
    {
        if (Board?.Id != BoardId)
        {
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        lookup = Lookup.Of(await boards.FindAsync(await actor.GetAsync(CancellationToken.None), BoardId, CancellationToken.None));
        (name, visibility) = (Board?.Name ?? "", Board?.Visibility ?? Visibilities.Private);
        await ReadStylesAsync();
    }

    private async Task ReadStylesAsync() => known = await styles.ReadOfBoardAsync(await actor.GetAsync(CancellationToken.None), BoardId, CancellationToken.None);

    private async Task SaveAsync()
    {
        problem = (await boards.ChangeAsync(await actor.GetAsync(CancellationToken.None), BoardId, name, visibility, CancellationToken.None)).Refusal?.Message;
        if (problem is null)
        {
            await ReadAsync();
        }
    }

    private async Task DeleteAsync()
    {
        await boards.DeleteAsync(await actor.GetAsync(CancellationToken.None), BoardId, CancellationToken.None);
        navigation.NavigateTo("boards");
    }
}
