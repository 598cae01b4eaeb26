namespace PromptCanvas.Web.Features.Edit;

/// <summary>Result of an upload: an id, or the server's error.</summary>
internal sealed record UploadAnswer(Guid? Id, string? Error);
