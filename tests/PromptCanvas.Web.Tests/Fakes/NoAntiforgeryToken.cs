using Microsoft.AspNetCore.Components.Forms;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>For components that send a token to their scripts.</summary>
internal sealed class NoAntiforgeryToken : AntiforgeryStateProvider
{
    public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
}
