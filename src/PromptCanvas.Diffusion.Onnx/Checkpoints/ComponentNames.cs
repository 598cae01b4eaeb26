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

    /// <summary>The decoder network of Kandinsky and of Stable unCLIP.</summary>
    public const string UNet = "unet";

    /// <summary>Kandinsky's autoencoder: one file, of which <see cref="MovqEncoder"/> and <see cref="MovqDecoder"/> are the halves.</summary>
    public const string Movq = "movq";
    public const string MovqEncoder = "movq_encoder";
    public const string MovqDecoder = "movq_decoder";

    /// <summary>Stable unCLIP's autoencoder, likewise.</summary>
    public const string Vae = "vae";
    public const string VaeEncoder = "vae_encoder";
    public const string VaeDecoder = "vae_decoder";

    /// <summary>Stable unCLIP: the CLIP pair's tokenizer and text encoder, where the plain names belong to the decoder's.</summary>
    public const string PriorTokenizer = "prior_tokenizer";
    public const string PriorTextEncoder = "prior_text_encoder";
    public const string ImageNormalizer = "image_normalizer";
    public const string ImageNoisingScheduler = "image_noising_scheduler";

    /// <summary>The only scheduler of each of Kandinsky's folders, and the decoder's of Stable unCLIP.</summary>
    public const string Scheduler = "scheduler";

    /// <summary>The components that are networks.</summary>
    public static readonly string[] Networks =
    [
        TextEncoder, ImageEncoder, Prior, AutoregressivePrior, TextProjection, Decoder, SuperResolutionFirst, SuperResolutionLast,
        SuperResolution1024, UNet, Movq, Vae, PriorTextEncoder,
    ];

    /// <summary>The folder of a network's files: both halves of an autoencoder share one.</summary>
    public static string FolderOf(string network) => network switch
    {
        MovqEncoder or MovqDecoder => Movq,
        VaeEncoder or VaeDecoder => Vae,
        _ => network,
    };
}
