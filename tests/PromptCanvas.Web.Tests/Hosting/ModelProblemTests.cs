using System.Net;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class ModelProblemTests
{
    private const string Damage = "models/starter/decoder/model.safetensors ends too early; copy it there once more.";

    [Fact]
    public async Task DamagedModel_TheStudioServes_AndRefusesToGenerateWithTheReason()
    {
        await using var studio = new Studio();
        studio.Engine.Damage = Damage;
        var client = studio.CreateClient();

        using var refused = await client.PostJobAsync(new { kind = "generate", prompt = "a cube" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(Damage, (await refused.ReadJsonAsync()).GetProperty("detail").GetString());

        // The trial runs in the background after the start; the page shows its result as soon as it is known.
        while (!(await client.GetStringAsync("/", TestContext.Current.CancellationToken)).Contains(Damage, StringComparison.Ordinal))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
