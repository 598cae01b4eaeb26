using System.Globalization;
using Bunit;
using Microsoft.AspNetCore.Components.Rendering;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Components;

public sealed class LiveComponentTests : IDisposable
{
    private readonly BunitContext page = new();

    public void Dispose() => page.Dispose();

    [Fact]
    public void Post_FromAThreadOfAnotherLanguage_RendersInThePages()
    {
        var component = Languages.In(Languages.German, () => page.Render<Speaker>());
        Languages.In(Languages.English, () => component.Instance.Push());

        component.WaitForAssertion(() => Assert.Equal("de 1,5", component.Markup));
    }

    private sealed class Speaker : LiveComponent
    {
        private int changes;

        public int Push()
        {
            Post(() =>
            {
                changes++;
                StateHasChanged();
            });
            return changes;
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) =>
            builder.AddContent(0, $"{CultureInfo.CurrentUICulture.Name} {changes + 0.5:0.0}");
    }
}
