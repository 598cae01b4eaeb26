namespace PromptCanvas.Imaging.Png;

/// <summary>How a picture was made, in IPTC terms.</summary>
/// <remarks>Source: IPTC NewsCodes, Digital Source Type.</remarks>
internal static class DigitalSourceTypes
{
    /// <summary>The whole picture was drawn by a trained model.</summary>
    public const string Trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    /// <summary>A part was drawn by a trained model; the rest is an uploaded picture.</summary>
    public const string Composite = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
}
