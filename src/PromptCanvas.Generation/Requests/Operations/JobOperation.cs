using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>The operation of a job; one file per kind. Pictures are named by the id of an upload, or of a picture that the person may see.</summary>
/// <remarks>The JSON form is stored in the database, so properties keep their first names.</remarks>
/// <param name="Definition">The properties common to all operations of the kind.</param>
public abstract record JobOperation([property: JsonIgnore] OperationDefinition Definition)
{
    /// <summary>One of <see cref="JobKinds"/>.</summary>
    [JsonIgnore]
    public string Kind => Definition.Kind;

    /// <summary>The number of frames if the pictures form a row; null if they are independent.</summary>
    [JsonIgnore]
    public int? FrameCount => Row;

    // Members that kinds override are internal: JSON would treat a public override as a field of the row, even if the base is ignored.
    internal virtual int? Row => null;

    // Such an operation is not stored.
    internal virtual bool NeedsOnlyPrompt => false;

    /// <summary>The title of a job without a prompt, in the credit history.</summary>
    internal abstract string Title { get; }

    /// <summary>The pictures it uses, in the order of the job's inputs.</summary>
    internal virtual IReadOnlyList<PictureUse> Pictures => [];

    /// <summary>Texts in addition to the prompt that the administrators' prompt rules check.</summary>
    internal virtual IEnumerable<string> Texts => [];

    /// <summary>Why no style can be added to its pictures, in one sentence; null = one can.</summary>
    /// <param name="prompt">The job's prompt.</param>
    internal virtual string? WithoutStyle(string? prompt) => Definition.WithoutStyle;

    /// <summary>The number of pictures it makes, which is its cost in credits.</summary>
    /// <param name="count">The requested count; a row has as many pictures as frames.</param>
    internal int PictureCount(int count) => FrameCount ?? count;

    /// <summary>Checks its own fields, without reading anything else.</summary>
    internal virtual Result Check() => Result.Done;

    /// <summary>The same operation with other ids for its pictures.</summary>
    internal virtual JobOperation WithPictures(Func<Guid, Guid> idOf) => this;

    /// <summary>The same operation with other texts.</summary>
    internal virtual JobOperation WithTexts(Func<string, string> of) => this;

    /// <summary>Decodes its pictures and builds the engine's request.</summary>
    /// <param name="request">Everything that does not depend on the operation.</param>
    /// <param name="inputs">Its pictures.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="Imaging.Pixels.PictureFormatException">A picture is missing from the store or damaged there.</exception>
    internal abstract Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken);

    /// <summary>The form stored in the job's row; null for a job that needs only its prompt.</summary>
    internal string? ToJson() => NeedsOnlyPrompt ? null : JsonSerializer.Serialize(this, OperationDefinitions.Json);

    /// <summary>Reads the result of <see cref="ToJson"/>.</summary>
    internal static JobOperation FromJson(string? json) =>
        json is null ? new GenerateOperation() : JsonSerializer.Deserialize<JobOperation>(json, OperationDefinitions.Json) ?? new GenerateOperation();
}

/// <summary>An input picture and its role in the job.</summary>
/// <param name="Role">One of <see cref="JobInputRoles"/>.</param>
internal readonly record struct PictureUse(Guid Id, string Role);
