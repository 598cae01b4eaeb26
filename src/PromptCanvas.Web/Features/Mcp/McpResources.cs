using System.ComponentModel;
using System.Security.Claims;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary>Pictures as resources.</summary>
[McpServerResourceType]
internal sealed class McpResources(McpPictures pictures)
{
    [McpServerResource(UriTemplate = McpPictures.Scheme + "{id}", Name = "picture", MimeType = "image/png")]
    [Description("A picture of yours or of your team, as a PNG.")]
    public async Task<ResourceContents> PictureAsync(string id, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        user.HasClaim(StudioClaims.Scope, ApiScopes.Read) && Guid.TryParse(id, out var imageId)
        && await pictures.ReadAsync(user.ToActor(), imageId, cancellationToken) is { } bytes
            ? BlobResourceContents.FromBytes(bytes, $"{McpPictures.Scheme}{id}", "image/png")
            : throw new McpException("There is no picture with this id, or the key has no scope \"read\".");
}
