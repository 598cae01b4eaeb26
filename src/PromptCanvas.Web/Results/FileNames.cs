using Microsoft.Net.Http.Headers;

namespace PromptCanvas.Web.Results;

/// <summary>Names of files in responses.</summary>
internal static class FileNames
{
    /// <param name="name">Any characters; they are encoded as HTTP requires.</param>
    /// <param name="download">Whether the browser saves the file instead of showing it.</param>
    public static void NameFile(this HttpResponse response, string name, bool download)
    {
        var disposition = new ContentDispositionHeaderValue(download ? "attachment" : "inline");
        disposition.SetHttpFileName(name);
        response.Headers.ContentDisposition = disposition.ToString();
    }
}
