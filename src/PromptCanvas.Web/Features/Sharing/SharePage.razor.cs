using Microsoft.AspNetCore.Components;

using PromptCanvas.Data.Sharing;
using PromptCanvas.Web.Components;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>The public page of a share link. Needs no account and no script.</summary>
public sealed partial class SharePage
{
    private ShareLink? link;
    private Shared? shared;
    private string? problem;

    [CascadingParameter]
    public HttpContext Context { get; set; } = null!;

    [Parameter]
    public string Token { get; set; } = "";

    [SupplyParameterFromForm(FormName = "password")]
    public string? Password { get; set; }

    [Inject]
    private ShareLinkAccess Access { get; set; } = null!;

    [Inject]
    private LinkView View { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Title => shared switch
    {
        { Board: { } board } => board,
        { Pictures: [{ Prompt: { } prompt }] } => prompt,
        _ => link?.BoardId is null ? T["SharedPicture"] : T["SharedBoard"],
    };

    private string Here => $"{Context.Request.Scheme}://{Context.Request.Host}{Context.Request.PathBase}";

    protected override async Task OnInitializedAsync()
    {
        link = await Access.FindAsync(Token, Context.RequestAborted);
        if (link is not null && Access.IsOpen(link, Context))
        {
            shared = await View.ReadAsync(link, Context.RequestAborted);
            link = shared is null ? null : link;
        }

        if (link is null)
        {
            Navigation.NotFound();
        }
        else if (shared is not null)
        {
            Context.Response.Headers.CacheControl = "private, no-store";
            await Access.CountAsync(link, Context.RequestAborted);
        }
    }

    private async Task EnterAsync()
    {
        problem = link is null ? null : await Access.TryAsync(link, Token, Password ?? "", Context) switch
        {
            LinkAnswer.TooOften => T["SharedTooOften"].Value,
            LinkAnswer.Wrong => T["SharedWrong"].Value,
            _ => null,
        };
        if (problem is null)
        {
            Navigation.NavigateTo($"s/{Token}");
        }
    }

    private string ThumbnailOf(SharedPicture picture) => PictureAddress.SharedThumbnail(Token, picture.Id);

    private string ContentOf(SharedPicture picture) => PictureAddress.SharedContent(Token, picture.Id);
}
