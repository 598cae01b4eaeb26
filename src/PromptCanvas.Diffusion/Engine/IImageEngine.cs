using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>One model on one device, which makes all people's pictures step by step.</summary>
public interface IImageEngine
{
    /// <summary>Differs between models whose pictures differ: another model must not continue from this model's stage results.</summary>
    string Fingerprint => "";

    /// <summary>Validates a request before any work.</summary>
    /// <param name="request">The request.</param>
    /// <returns>One sentence with the fault and its remedy; null when the request is valid.</returns>
    string? Validate(GenerationRequest request);

    /// <summary>The size to ask for when a frame of another picture is painted: the one nearest in proportion that the model makes.</summary>
    /// <param name="side">The frame's side, in pixels.</param>
    int WorkingSizeFor(int side);

    /// <summary>Whether the model makes square pictures only; others are then composed of squares.</summary>
    bool MakesSquaresOnly => true;

    /// <summary>The side in pixels of the decoder's picture, from which larger ones are made: a request of this size ends there, and its picture is a
    /// <see cref="StageResult"/> for a larger one. Null = pictures are made in one piece.</summary>
    int? DraftSize => null;

    /// <summary>The decoder's steps and guidance where a request names none; null = not known.</summary>
    StageRecipe? DecoderDefaults => null;

    /// <summary>Width and height in pixels of the pictures of a request.</summary>
    /// <param name="request">A valid request.</param>
    (int Width, int Height) SizeOf(GenerationRequest request) => (request.Size, request.Size);

    /// <summary>Floating-point operations that a request takes, for an estimate before anything was measured; 0 where they are not known.</summary>
    /// <param name="request">A valid request.</param>
    double OperationsOf(GenerationRequest request) => 0;

    /// <summary>The sides a picture can be asked for, ascending, each with the side the model makes it at.</summary>
    IReadOnlyList<OfferedSize> Sizes => [];

    /// <summary>Makes the pictures of a request. Requests that run at the same time share the device step by step.</summary>
    /// <param name="request">A valid request.</param>
    /// <param name="cancellationToken">Frees the request's lanes within one step.</param>
    /// <returns>Each picture's steps in order, ended by its <see cref="ImageCompleted"/>, <see cref="ImageFailed"/> or <see cref="ImageDropped"/>. Pictures interleave.</returns>
    /// <exception cref="ArgumentException">The request is not valid.</exception>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    /// <exception cref="ModelException">The model's weights cannot be loaded.</exception>
    IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken);
}

/// <summary>A side a picture can be asked for.</summary>
/// <param name="Side">In pixels.</param>
/// <param name="MadeAt">The side of the picture the model makes for it, in pixels.</param>
public sealed record OfferedSize(int Side, int MadeAt);
