namespace PromptCanvas.ModelHub;

/// <summary>A model with a name of its own here.</summary>
/// <param name="Parts">Its repositories.</param>
/// <param name="Index">The index that joins several parts; null = the repository has one.</param>
internal sealed record KnownModel(string Name, IReadOnlyList<KnownPart> Parts, string? Index);

/// <summary>A repository of a known model.</summary>
/// <param name="Folder">The folder it goes into; empty = the model's own.</param>
internal sealed record KnownPart(string Repository, string Folder = "")
{
    /// <summary>The only components that are taken, with their folders' names here; null = all.</summary>
    public IReadOnlyDictionary<string, string>? Places { get; init; }

    /// <summary>Whether it is also a model on its own.</summary>
    public bool StandsAlone { get; init; }
}

/// <summary>The models that can be asked for by name.</summary>
public static class KnownModels
{
    private const string Karlo = "kakaobrain/karlo-v1-alpha";

    private static readonly KnownModel[] All =
    [
        new("karlo", [new(Karlo) { StandsAlone = true }], null),
        new(
            "kandinsky-2-2",
            [
                new("kandinsky-community/kandinsky-2-2-prior", "prior"),
                new("kandinsky-community/kandinsky-2-2-decoder", "decoder"),
                new("kandinsky-community/kandinsky-2-2-decoder-inpaint", "inpaint"),
            ],
            """{ "_class_name": "PromptCanvasKandinsky22", "prior": "prior", "decoder": "decoder", "inpaint": "inpaint" }"""),
        new(
            "stable-unclip-small",
            [
                new("stabilityai/stable-diffusion-2-1-unclip-small") { StandsAlone = true },

                // The published model draws from pictures only; this is the prior of the same CLIP, which reads texts.
                new(Karlo)
                {
                    StandsAlone = true,
                    Places = new Dictionary<string, string>
                    {
                        ["prior"] = "prior",
                        ["prior_scheduler"] = "prior_scheduler",
                        ["tokenizer"] = "prior_tokenizer",
                        ["text_encoder"] = "prior_text_encoder",
                    },
                },
            ],
            """
            {
              "_class_name": "StableUnCLIPImg2ImgPipeline",
              "feature_extractor": ["transformers", "CLIPImageProcessor"],
              "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
              "image_noising_scheduler": ["diffusers", "DDPMScheduler"],
              "image_normalizer": ["stable_diffusion", "StableUnCLIPImageNormalizer"],
              "prior": ["diffusers", "PriorTransformer"],
              "prior_scheduler": ["diffusers", "UnCLIPScheduler"],
              "prior_text_encoder": ["transformers", "CLIPTextModelWithProjection"],
              "prior_tokenizer": ["transformers", "CLIPTokenizer"],
              "scheduler": ["diffusers", "PNDMScheduler"],
              "text_encoder": ["transformers", "CLIPTextModel"],
              "tokenizer": ["transformers", "CLIPTokenizer"],
              "unet": ["diffusers", "UNet2DConditionModel"],
              "vae": ["diffusers", "AutoencoderKL"]
            }
            """),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(model => model.Name)];

    /// <summary>A known model, or one repository on its own.</summary>
    /// <exception cref="ModelHubException">It is neither.</exception>
    internal static KnownModel Find(string name) =>
        Array.Find(All, model => model.Name == name)
        ?? (name.Contains('/')
            ? new KnownModel(name[(name.LastIndexOf('/') + 1)..], [new KnownPart(name)], null)
            : throw new ModelHubException($"There is no model '{name}' to download: name {string.Join(", ", Names)}, or a repository as OWNER/REPO."));

    /// <summary>The known model that a repository is only a part of; null = it stands alone.</summary>
    internal static string? WholeOf(string repository) =>
        Array.Find(All, model => model.Parts.Any(part => !part.StandsAlone && part.Repository.Equals(repository, StringComparison.OrdinalIgnoreCase)))?.Name;
}
