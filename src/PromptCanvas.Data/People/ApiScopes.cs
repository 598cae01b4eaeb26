namespace PromptCanvas.Data.People;

/// <summary>What an API key may be used for; never more than its owner may do.</summary>
public static class ApiScopes
{
    public const string Generate = "generate";
    public const string Edit = "edit";
    public const string Vary = "vary";
    public const string Read = "read";

    public static IReadOnlyList<string> All { get; } = [Generate, Edit, Vary, Read];
}
