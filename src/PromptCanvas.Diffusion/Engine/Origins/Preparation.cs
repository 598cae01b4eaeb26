using PromptCanvas.Diffusion.Engine.Conditioning;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>Something made once for all pictures of a request, in a lane of its own, before they are admitted.</summary>
/// <param name="Slot">Which result it is; the origin's plan knows.</param>
internal abstract record Preparation(int Slot);

/// <summary>An image embedding from the prior.</summary>
/// <param name="Slot">Which result it is.</param>
/// <param name="Texts">The phrase and the negative prompt.</param>
internal sealed record EmbeddingPreparation(int Slot, TextConditioning Texts) : Preparation(Slot);

/// <summary>The noise from which the decoder draws a picture again.</summary>
/// <param name="Slot">Which result it is.</param>
/// <param name="Pixels">(3, H, W) planar at the size the decoder draws, signed range.</param>
/// <param name="Embedding">The picture's image embedding, E values.</param>
internal sealed record InversionPreparation(int Slot, float[] Pixels, float[] Embedding) : Preparation(Slot);
