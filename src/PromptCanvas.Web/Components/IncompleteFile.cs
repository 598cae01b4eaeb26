using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>A file whose content stopped coming from the browser. The exception would end in the browser, and the page would wait for ever.</summary>
internal static class IncompleteFile
{
    /// <summary>Whether an exception of reading a chosen file means this.</summary>
    public static bool Is(Exception fault) => fault is IOException or TimeoutException or JSException or InvalidOperationException { InnerException: null };
}
