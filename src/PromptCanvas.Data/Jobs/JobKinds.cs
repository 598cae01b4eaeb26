namespace PromptCanvas.Data.Jobs;

/// <summary>The kind of a job, as used by the database and the API.</summary>
public static class JobKinds
{
    /// <summary>Pictures from a prompt.</summary>
    public const string Generate = "generate";

    /// <summary>Regenerates a part of a picture from a prompt.</summary>
    public const string Edit = "edit";

    /// <summary>Removes a part of a picture.</summary>
    public const string Erase = "erase";

    /// <summary>Extends a picture beyond its edges.</summary>
    public const string Extend = "extend";

    /// <summary>Variations of a picture.</summary>
    public const string Vary = "vary";

    /// <summary>Mixes pictures and phrases.</summary>
    public const string Blend = "blend";

    /// <summary>Changes a picture along the difference of two texts, in a series of frames.</summary>
    public const string TextDifference = "textdiff";

    /// <summary>Small pictures from a prompt, to choose from; they expire.</summary>
    public const string Draft = "draft";

    /// <summary>Makes drafts into finished pictures; these are generated ones.</summary>
    public const string Finish = "finish";

    /// <summary>The kinds of pictures in the gallery.</summary>
    public static IReadOnlyList<string> OfPictures { get; } = [Generate, Edit, Erase, Extend, Vary, Blend, TextDifference];

    public static IReadOnlyList<string> All { get; } = [.. OfPictures, Draft, Finish];
}
