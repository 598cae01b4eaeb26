using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Generation.Requests;

/// <summary>A model's tokenizer and captions.</summary>
/// <param name="Captions">Captions and caption patterns of the training pictures; empty if the model has none.</param>
public sealed record ModelVocabulary(ITokenizer Tokenizer, IReadOnlyList<string> Captions);
