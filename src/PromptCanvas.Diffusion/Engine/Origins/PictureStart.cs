namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>The start of a picture's decoding.</summary>
/// <param name="ImageEmbedding">The CLIP image embedding, E values.</param>
/// <param name="Decoder">Where the decoder starts; null = at the seed's own noise.</param>
internal sealed record PictureStart(float[] ImageEmbedding, DecoderStart? Decoder);

/// <summary>Noise a decoder starts from instead of the seed's own.</summary>
/// <param name="Noise">x_T, in the network's layout.</param>
/// <param name="FreshFraction">How far along the arc from it to the seed's own noise, 0 … 1.</param>
internal sealed record DecoderStart(float[] Noise, double FreshFraction);
