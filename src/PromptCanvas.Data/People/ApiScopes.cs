namespace PromptCanvas.Data.People;

/// <summary>Scopes of an API key. A key never permits more than its owner's role.</summary>
public static class ApiScopes
{
    public const string Generate = "generate";
    public const string Edit = "edit";
    public const string Vary = "vary";
    public const string Read = "read";

    public static IReadOnlyList<string> All { get; } = [Generate, Edit, Vary, Read];
}
