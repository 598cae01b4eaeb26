namespace PromptCanvas.Diffusion.Engine;

/// <summary>The caption of a style's picture, without the words that describe the style.</summary>
/// <param name="Text">The caption.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Embedding">The image embedding that the prior gives for both.</param>
public sealed record StyleCaption(string Text, uint Seed, float[] Embedding);
