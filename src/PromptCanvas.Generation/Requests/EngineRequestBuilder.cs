using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests;

/// <summary>A request and its material → what the engine is asked. The same for the check of a request and for its run.</summary>
internal sealed class EngineRequestBuilder(StoredPictures pictures)
{
    /// <summary>Decodes what the material names.</summary>
    /// <param name="request">Everything but what comes of the material.</param>
    /// <param name="material">Null = the prompt alone.</param>
    /// <param name="hashes">The material's pictures, by slot.</param>
    /// <param name="cancellationToken">Stops the decoding.</param>
    /// <exception cref="PictureFormatException">A picture is not in the store, or damaged there.</exception>
    public async Task<Result<EngineRequest>> PrepareAsync(
        GenerationRequest request, Material? material, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        if (material is null)
        {
            return new EngineRequest(request, null);
        }

        if (!material.PaintsInto)
        {
            return new EngineRequest(request with { Origin = await OriginAsync(material, hashes, cancellationToken) }, null);
        }

        return (await PlanAsync(material, hashes, cancellationToken)).TryGet(out var plan, out var refusal) ? new EngineRequest(request, plan) : refusal;
    }

    private async Task<Result<EditPlan>> PlanAsync(Material material, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var picture = await pictures.ReadAsync(hashes[0], cancellationToken);
        return material switch
        {
            EditMaterial edit => EditPlan.Edit(picture, await pictures.ReadMaskAsync(hashes[1], cancellationToken), edit.Feather),
            EraseMaterial => EditPlan.Erase(picture, await pictures.ReadMaskAsync(hashes[1], cancellationToken)),
            ExtendMaterial extend => EditPlan.Extend(picture, extend.Extension),
            _ => throw new ArgumentOutOfRangeException(nameof(material), material, "It does not paint into a picture."),
        };
    }

    private async Task<PictureOrigin> OriginAsync(Material material, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var sources = new List<SourcePicture>();
        foreach (var hash in hashes)
        {
            var picture = await pictures.ReadAsync(hash, cancellationToken);
            sources.Add(new SourcePicture(picture.Width, picture.Height, picture.Bytes));
        }

        return material switch
        {
            VaryMaterial vary => new VariationOrigin(sources[0], vary.Strength),
            BlendMaterial blend => Blend(blend, sources),
            TextDifferenceMaterial difference => new TextDifferenceOrigin(sources[0], difference.From, difference.To),
            _ => throw new ArgumentOutOfRangeException(nameof(material), material, "Nothing is made from it."),
        };
    }

    private static BlendOrigin Blend(BlendMaterial blend, List<SourcePicture> sources)
    {
        var next = 0;
        ConditioningInput[] inputs = [.. blend.Inputs.Select(ConditioningInput (input) =>
            input.Picture is null ? new TextInput(input.Text ?? "") : new ImageInput(sources[next++]))];
        var weights = blend.Inputs.Any(input => input.Weight is not null) ? blend.Inputs.Select(input => input.Weight ?? 1).ToArray() : null;
        return new BlendOrigin(inputs, weights) { AsFrames = blend.Frames is not null };
    }
}
