using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Requests;

/// <summary>What a job is called in an account, where it has no prompt.</summary>
internal static class JobTitles
{
    public static string Of(string kind, string prompt, Material? material) => (prompt, material) switch
    {
        ({ Length: > 0 }, _) => prompt,
        (_, TextDifferenceMaterial difference) => $"{difference.From} → {difference.To}",
        (_, BlendMaterial blend) => string.Join(" + ", blend.Inputs.Select(input => input.Text ?? "a picture")),
        _ => kind switch
        {
            JobKinds.Erase => "something erased",
            JobKinds.Extend => "a picture extended",
            JobKinds.Vary => "variations of a picture",
            _ => kind,
        },
    };
}
