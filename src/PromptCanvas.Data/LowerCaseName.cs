namespace PromptCanvas.Data;

/// <summary>Names of enumerations' members as columns, JSON and metrics have them.</summary>
public static class LowerCaseName
{
    public static string Of<T>(T member)
        where T : struct, Enum => member.ToString().ToLowerInvariant();
}
