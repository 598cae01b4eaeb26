using System.Globalization;
using System.Numerics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A size as named in OpenAI's API.</summary>
internal readonly record struct NamedSize(int Width, int Height)
{
    public static NamedSize Standard { get; } = new(NewJob.DefaultSize, NewJob.DefaultSize);

    public bool IsSquare => Width == Height;

    /// <summary>The longer side of the pictures that are made; larger ones are enlarged in the answer.</summary>
    public int MadeSide => Math.Min(Math.Max(Width, Height), NewJob.DefaultSize);

    public AspectRatio Aspect
    {
        get
        {
            var divisor = (int)BigInteger.GreatestCommonDivisor(Width, Height);
            return new AspectRatio(Width / divisor, Height / divisor);
        }
    }

    /// <param name="name">1536x1024, for example; null or <c>auto</c> = the standard size.</param>
    public static NamedSize Parse(string? name)
    {
        if (name?.Split('x') is not [var width, var height])
        {
            return Standard;
        }

        return new NamedSize(int.Parse(width, CultureInfo.InvariantCulture), int.Parse(height, CultureInfo.InvariantCulture));
    }

    /// <summary>The size of the same shape whose longer side is given.</summary>
    public NamedSize WithLongerSide(int side)
    {
        var longer = Math.Max(Width, Height);
        return new NamedSize(Scaled(Width), Scaled(Height));

        int Scaled(int length) => Math.Max(1, (int)Math.Round((double)length * side / longer));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
}
