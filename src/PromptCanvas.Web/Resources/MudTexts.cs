using Microsoft.Extensions.Localization;
using MudBlazor;

namespace PromptCanvas.Web.Resources;

/// <summary>MudBlazor's own texts, of the components that the pages use, in the languages of the interface.</summary>
internal sealed class MudTexts(IStringLocalizer<Texts> texts) : MudLocalizer
{
    public override LocalizedString this[string key] => this[key, []];

    public override LocalizedString this[string key, params object[] arguments] => key switch
    {
        "MudSnackbar_Close" => new LocalizedString(key, texts["Close"]),
        _ => new LocalizedString(key, key, resourceNotFound: true),
    };
}
