using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class ModelProblemTests
{
    private const string Damage = "models/starter/decoder/model.safetensors ends too early; copy it there once more.";

    [Fact]
    public async Task DamagedModel_TheStudioServes_AndOnlyAdministratorsReadTheReason()
    {
        await using var studio = new Studio();
        studio.Engine.Damage = Damage;
        var client = studio.CreateClient();
        using var member = studio.ClientOf(await studio.PersonAsync("member@example.com", PersonRoles.Member));

        // The trial runs in the background after the start; the page shows its result as soon as it is known.
        while (!(await client.GetStringAsync("/", TestContext.Current.CancellationToken)).Contains(Damage, StringComparison.Ordinal))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var page = await member.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("The model cannot be used", page, StringComparison.Ordinal);
        Assert.DoesNotContain("safetensors", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedModel_IsRefusedByItsName_AndIsNoReasonToTryAgain()
    {
        await using var studio = new Studio();
        studio.Engine.Damage = Damage;
        using var client = studio.CreateClient();

        using var refused = await client.PostJobAsync(new { kind = "generate", prompt = "a cube" });
        var problem = await refused.ReadJsonAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "model-unavailable"), (refused.StatusCode, problem.GetProperty("type").GetString()));
        Assert.StartsWith("The model \"starter\" cannot be opened", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("safetensors", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Null(refused.Headers.RetryAfter);

        using var program = await client.GenerateAsync(new { prompt = "a cube" });
        var fault = await program.FaultAsync();
        Assert.Equal("model_unavailable", fault.GetProperty("code").GetString());
        Assert.DoesNotContain("safetensors", fault.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("false", Assert.Single(program.Headers.GetValues("x-should-retry")));
    }
}
