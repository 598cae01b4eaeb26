namespace PromptCanvas.Data.People;

/// <summary>A key that protects sessions and tokens, where several processes share the database.</summary>
public sealed class DataProtectionKey
{
    public int Id { get; set; }

    /// <summary>The framework's name of the key; unique.</summary>
    public required string FriendlyName { get; set; }

    /// <summary>The key as XML. Anyone who can read it can sign in as anyone.</summary>
    public required string Xml { get; set; }
}
