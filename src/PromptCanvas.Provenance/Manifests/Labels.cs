namespace PromptCanvas.Provenance.Manifests;

/// <summary>Labels and terms of the C2PA specification.</summary>
internal static class Labels
{
    public const string Store = "c2pa";
    public const string Assertions = "c2pa.assertions";
    public const string Claim = "c2pa.claim.v2";
    public const string ClaimOfVersion1 = "c2pa.claim";
    public const string Signature = "c2pa.signature";
    public const string DataHash = "c2pa.hash.data";
    public const string Actions = "c2pa.actions.v2";
    public const string Ingredient = "c2pa.ingredient.v3";

    /// <summary>This software's own assertion: model and recipe.</summary>
    public const string Recipe = "promptcanvas.recipe";

    public const string Created = "c2pa.created";
    public const string Opened = "c2pa.opened";
    public const string Edited = "c2pa.edited";
    public const string Converted = "c2pa.converted";
    public const string Resized = "c2pa.resized";

    /// <summary>The picture continues the ingredient.</summary>
    public const string ParentOf = "parentOf";

    /// <summary>The ingredient was an input of the model.</summary>
    public const string InputTo = "inputTo";

    public const string Trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    public const string Composite = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

    public const string Sha256 = "sha256";
}
