using System.Net.Http.Json;
using System.Text.Json;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

public sealed class OpenApiTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Document_DescribesEveryOperationOfTheApi_AndTheKey()
    {
        using var stranger = studio.ClientOf(null);
        var document = await stranger.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        var wanted = PermissionTable.Read().Where(row => row.Pattern.StartsWith("/api/", StringComparison.Ordinal))
            .Select(row => row.What.Replace(":guid", "", StringComparison.Ordinal).Replace(":int", "", StringComparison.Ordinal)).Distinct();

        Assert.Equal(wanted.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString());
    }

    // Strings are read by a converter, which a schema cannot see through.
    [Fact]
    public async Task Document_TextFields_AreStrings()
    {
        using var stranger = studio.ClientOf(null);
        var document = await stranger.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        var schemas = document.GetProperty("components").GetProperty("schemas");

        Assert.Contains("string", $"{schemas.GetProperty("CreateJobBody").GetProperty("properties").GetProperty("prompt").GetProperty("type")}", StringComparison.Ordinal);
        Assert.Equal("string", schemas.GetProperty("ImageBody").GetProperty("properties").GetProperty("model").GetProperty("type").GetString());
    }
}
