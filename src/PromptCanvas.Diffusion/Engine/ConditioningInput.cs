using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The source of an image embedding: a picture or a phrase for CLIP, or a known embedding.</summary>
public abstract record ConditioningInput;

/// <summary>A picture.</summary>
/// <param name="Picture">Its pixels.</param>
public sealed record ImageInput(SourcePicture Picture) : ConditioningInput;

/// <summary>A phrase.</summary>
/// <param name="Text">1 … <see cref="GenerationRequest.MaximumPromptLength"/> characters.</param>
public sealed record TextInput(string Text) : ConditioningInput;

/// <summary>An image embedding computed earlier: a picture's, or the prior's for a phrase.</summary>
/// <param name="Embedding">E values, not normalised. Not to be changed.</param>
public sealed record EmbeddingInput(float[] Embedding) : ConditioningInput;
