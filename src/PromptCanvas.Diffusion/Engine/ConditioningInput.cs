using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>What an image embedding comes from: a picture or a phrase, which CLIP can look at, or an embedding that is known already.</summary>
public abstract record ConditioningInput;

/// <summary>A picture.</summary>
/// <param name="Picture">Its pixels.</param>
public sealed record ImageInput(SourcePicture Picture) : ConditioningInput;

/// <summary>A phrase.</summary>
/// <param name="Text">1 … <see cref="GenerationRequest.MaximumPromptLength"/> characters.</param>
public sealed record TextInput(string Text) : ConditioningInput;

/// <summary>An image embedding that was computed before: a picture's, or what the prior made of a phrase.</summary>
/// <param name="Embedding">E values, not normalised. Not to be changed.</param>
public sealed record EmbeddingInput(float[] Embedding) : ConditioningInput;
