using PromptCanvas.Generation.Library;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Tells clients that of an animation only the first frame is used.</summary>
internal static class FirstFrame
{
    public const string Header = "x-promptcanvas-image-note";

    public static void Write(ImageRequest request, HttpResponse response)
    {
        if (request.Images.Append(request.Mask ?? []).Any(image => ForeignFormats.IsAnimation(image)))
        {
            response.Headers[Header] = UploadView.OfAnimation;
        }
    }
}
