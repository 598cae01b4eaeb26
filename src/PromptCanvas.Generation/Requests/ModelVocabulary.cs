using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Generation.Requests;

/// <summary>How a model reads words.</summary>
/// <param name="Tokenizer">Words → tokens.</param>
/// <param name="Captions">What its pictures can show: captions, and patterns of captions; empty where the model brings none.</param>
public sealed record ModelVocabulary(ITokenizer Tokenizer, IReadOnlyList<string> Captions);
