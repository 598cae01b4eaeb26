namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>How a request's origin becomes each picture's image embedding and start. One for each request, used by the engine's thread.</summary>
internal abstract class OriginPlan
{
    /// <summary>The prior's name when a picture's own embedding replaces it.</summary>
    protected const string GivenEmbedding = "given";

    /// <summary>Encodes the origin's inputs, and returns the preparations needed before the pictures.</summary>
    public abstract IEnumerable<Preparation> Begin(OriginContext context);

    /// <summary>Stores the result of a preparation.</summary>
    /// <param name="preparation">One of those <see cref="Begin"/> gave.</param>
    /// <param name="result">An embedding (E values) or noise in the decoder's layout.</param>
    public abstract void Accept(Preparation preparation, float[] result);

    /// <summary>The start of a picture's decoding; all preparations are done.</summary>
    /// <param name="imageIndex">Whose.</param>
    /// <param name="seed">Its own seed.</param>
    /// <param name="context">The inputs of the plan.</param>
    public abstract PictureStart StartOf(int imageIndex, uint seed, OriginContext context);

    /// <summary>Adds the origin's settings to a recipe.</summary>
    public abstract EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count);

    /// <summary>How far along a row a frame is, 0 … 1.</summary>
    protected static double Fraction(int imageIndex, int count) => count == 1 ? 0 : (double)imageIndex / (count - 1);
}
