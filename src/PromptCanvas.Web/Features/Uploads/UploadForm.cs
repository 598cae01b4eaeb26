using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Uploads;

/// <summary>Reads the form of an upload as it arrives. The framework's forms are buffered in a folder for temporary files, which not every machine has; the
/// studio needs its data folder only.</summary>
internal static class UploadForm
{
    /// <summary>The form's field.</summary>
    public const string File = "file";

    private const int LongestBoundary = 128;

    /// <summary>The content of the file, which can be read once; null if the form has none.</summary>
    /// <exception cref="InvalidDataException">The body is not a form, or is truncated.</exception>
    public static async Task<Stream?> FileOfAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            throw new InvalidDataException("The body is not a multipart form.");
        }

        var reader = new MultipartReader(boundary.ToString(), new FormFile(request.Body));
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && HeaderUtilities.RemoveQuotes(disposition.Name).Equals(File, StringComparison.OrdinalIgnoreCase))
            {
                return new FormFile(section.Body);
            }
        }

        return null;
    }

    /// <summary>A truncated form must not be reported as a fault of the disk to which its file is written.</summary>
    private sealed class FormFile(Stream body) : BodyStream(body)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException fault) when (fault is not BadHttpRequestException)
            {
                throw new InvalidDataException(fault.Message, fault);
            }
        }
    }
}
