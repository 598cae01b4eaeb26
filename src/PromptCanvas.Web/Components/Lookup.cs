namespace PromptCanvas.Web.Components;

/// <summary>The object that a page's address names by its id: still being read, found, or missing.</summary>
/// <param name="IsRead">False until the read has finished; the default value is therefore "still being read".</param>
/// <param name="Value">Null while it is read, and when it does not exist or is hidden from the actor.</param>
public readonly record struct Lookup<T>(bool IsRead, T? Value)
    where T : class
{
    public bool IsMissing => IsRead && Value is null;
}

/// <summary>Creates finished lookups.</summary>
public static class Lookup
{
    /// <param name="value">Null = missing.</param>
    public static Lookup<T> Of<T>(T? value)
        where T : class => new(true, value);
}
