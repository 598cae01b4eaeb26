namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The folder names of an unCLIP model's components.</summary>
internal static class ComponentNames
{
    public const string Tokenizer = "tokenizer";
    public const string TextEncoder = "text_encoder";
    public const string ImageEncoder = "image_encoder";
    public const string Prior = "prior";
    public const string PriorScheduler = "prior_scheduler";
    public const string AutoregressivePrior = "prior_autoregressive";
    public const string FeatureExtractor = "feature_extractor";
    public const string TextProjection = "text_proj";
    public const string Decoder = "decoder";
    public const string DecoderScheduler = "decoder_scheduler";
    public const string SuperResolutionFirst = "super_res_first";
    public const string SuperResolutionLast = "super_res_last";
    public const string SuperResolutionScheduler = "super_res_scheduler";
    public const string SuperResolution1024 = "super_res_1024";
    public const string SuperResolution1024Scheduler = "super_res_1024_scheduler";

    /// <summary>Kandinsky's decoder network.</summary>
    public const string UNet = "unet";

    /// <summary>Kandinsky's autoencoder: one file, of which <see cref="MovqEncoder"/> and <see cref="MovqDecoder"/> are the halves.</summary>
    public const string Movq = "movq";
    public const string MovqEncoder = "movq_encoder";
    public const string MovqDecoder = "movq_decoder";

    /// <summary>The only scheduler of each of Kandinsky's folders.</summary>
    public const string Scheduler = "scheduler";

    /// <summary>The components that are networks.</summary>
    public static readonly string[] Networks =
    [
        TextEncoder, ImageEncoder, Prior, AutoregressivePrior, TextProjection, Decoder, SuperResolutionFirst, SuperResolutionLast,
        SuperResolution1024, UNet, Movq,
    ];
}
