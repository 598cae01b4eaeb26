using System.Text.Json;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Generation.Tests.Requests.Operations;

/// <summary>Rows and hashes of requests written by earlier versions stay readable and equal.</summary>
public sealed class OperationJsonTests
{
    private const string A = "00000000-0000-0000-0000-00000000000a";
    private const string B = "00000000-0000-0000-0000-00000000000b";

    public static TheoryData<JobOperation, string> Rows { get; } = new()
    {
        { new EditOperation(Guid.Parse(A), Guid.Parse(B)), $$"""{"kind":"edit","picture":"{{A}}","mask":"{{B}}"}""" },
        { new EditOperation(Guid.Parse(A), Guid.Parse(B)) { Feather = 8 }, $$"""{"kind":"edit","picture":"{{A}}","mask":"{{B}}","feather":8}""" },
        { new EraseOperation(Guid.Parse(A), Guid.Parse(B)), $$"""{"kind":"erase","picture":"{{A}}","mask":"{{B}}"}""" },
        { new ExtendOperation(Guid.Parse(A), new Extension(20, 0, 0, 10)), $$$"""{"kind":"extend","picture":"{{{A}}}","extension":{"left":20,"right":0,"up":0,"down":10}}""" },
        { new VaryOperation(Guid.Parse(A), 0.25), $$"""{"kind":"vary","picture":"{{A}}","strength":0.25}""" },
        {
            new BlendOperation([new BlendInput(Guid.Parse(A), null), new BlendInput(null, "a fox", 3)], 4),
            $$"""{"kind":"blend","inputs":[{"picture":"{{A}}","text":null,"weight":null},{"picture":null,"text":"a fox","weight":3}],"frames":4}"""
        },
        { new TextDifferenceOperation(Guid.Parse(A), "a cat", "a fox", 3), $$"""{"kind":"textdiff","picture":"{{A}}","from":"a cat","to":"a fox","frames":3}""" },
        { new DraftOperation(), """{"kind":"draft"}""" },
        { new FinishOperation([Guid.Parse(A)]) { Seeds = [7, 4294967295] }, $$"""{"kind":"finish","pictures":["{{A}}"],"seeds":[7,4294967295]}""" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_OfEachKind_HasTheFormItAlwaysHad(JobOperation operation, string row)
    {
        Assert.Equal(row, operation.ToJson());
        Assert.Equal(row, JobOperation.FromJson(row).ToJson());
    }

    [Fact]
    public void Rows_CoverEveryKindThatHasOne() =>
        Assert.Equal(OperationDefinitions.All.Select(definition => definition.Kind).Except([JobKinds.Generate]), Rows.Select(row => row.Data.Item1.Kind).Distinct());

    [Fact]
    public void Row_OfAPromptAlone_IsNone()
    {
        Assert.Null(new GenerateOperation().ToJson());
        Assert.IsType<GenerateOperation>(JobOperation.FromJson(null));
    }

    [Fact]
    public void HashedForm_NamesTheOperationAsBefore()
    {
        var generate = JsonSerializer.SerializeToElement(new NewJob { IdempotencyKey = "", Prompt = "a fox" }, OperationDefinitions.Json);
        var vary = JsonSerializer.SerializeToElement(new NewJob { IdempotencyKey = "", Operation = new VaryOperation(Guid.Parse(A)) }, OperationDefinitions.Json);

        Assert.Equal(JsonValueKind.Null, generate.GetProperty("material").ValueKind);
        Assert.Equal("vary", vary.GetProperty("material").GetProperty("kind").GetString());
        Assert.False(generate.TryGetProperty("operation", out _));
        Assert.Equal("generate", generate.GetProperty("kind").GetString());
    }
}
