using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A picture or a phrase: whatever CLIP can look at.</summary>
public abstract record ConditioningInput;

/// <summary>A picture.</summary>
/// <param name="Picture">Its pixels.</param>
public sealed record ImageInput(SourcePicture Picture) : ConditioningInput;

/// <summary>A phrase.</summary>
/// <param name="Text">1 … <see cref="GenerationRequest.MaximumPromptLength"/> characters.</param>
public sealed record TextInput(string Text) : ConditioningInput;
