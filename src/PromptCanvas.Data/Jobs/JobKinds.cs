namespace PromptCanvas.Data.Jobs;

/// <summary>What is asked of the engine, as the database and the API hold it.</summary>
public static class JobKinds
{
    /// <summary>Pictures for a prompt.</summary>
    public const string Generate = "generate";

    /// <summary>A part of a picture anew, as a prompt says.</summary>
    public const string Edit = "edit";

    /// <summary>A part of a picture away.</summary>
    public const string Erase = "erase";

    /// <summary>A picture painted on over its edges.</summary>
    public const string Extend = "extend";

    /// <summary>Other pictures of the same thing.</summary>
    public const string Vary = "vary";

    /// <summary>Pictures and phrases mixed.</summary>
    public const string Blend = "blend";

    /// <summary>A picture changed as its words change, in a row of frames.</summary>
    public const string TextDifference = "textdiff";

    public static IReadOnlyList<string> All { get; } = [Generate, Edit, Erase, Extend, Vary, Blend, TextDifference];
}
