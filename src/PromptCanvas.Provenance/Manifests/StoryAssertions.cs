using System.Formats.Cbor;

namespace PromptCanvas.Provenance.Manifests;

/// <summary>A story as assertions.</summary>
/// <remarks>Source: C2PA specification 2.1, sections 18.12 (actions) and 18.13 (ingredients).</remarks>
internal static class StoryAssertions
{
    public static IReadOnlyList<Assertion> Of(PictureStory story)
    {
        var ingredients = story.Sources.Select((source, index) => Ingredient(source, index, IsParent(story, index))).ToList();
        var assertions = new List<Assertion>(ingredients) { Assertion.Of(Labels.Actions, writer => WriteActions(writer, story, ingredients)) };
        if (story.Recipe is { } recipe)
        {
            assertions.Add(Assertion.Of(Labels.Recipe, writer => WriteRecipe(writer, recipe, story.Sources)));
        }

        return assertions;
    }

    private static bool IsParent(PictureStory story, int index) => story.IsComposite && index == 0;

    private static Assertion Ingredient(SourcePicture source, int index, bool isParent) =>
        Assertion.Of(index == 0 ? Labels.Ingredient : $"{Labels.Ingredient}__{index}", writer =>
        {
            writer.WriteStartMap(4);
            Cbor.WriteText(writer, "dc:title", source.Id is { } id ? $"Picture {id}" : "A deleted picture");
            Cbor.WriteText(writer, "dc:format", "image/png");
            Cbor.WriteText(writer, "instanceID", source.Id is null ? $"sha256:{source.Sha256}" : $"xmp:iid:{source.Id}");
            Cbor.WriteText(writer, "relationship", isParent ? Labels.ParentOf : Labels.InputTo);
            writer.WriteEndMap();
        });

    private static void WriteActions(CborWriter writer, PictureStory story, IReadOnlyList<Assertion> ingredients)
    {
        var parents = ingredients.Where((_, index) => IsParent(story, index)).ToList();
        var inputs = ingredients.Where((_, index) => !IsParent(story, index)).ToList();
        var actions = new List<Action<CborWriter>>();
        if (parents.Count > 0)
        {
            actions.Add(action => WriteAction(action, story, Labels.Opened, null, parents));
            actions.Add(action => WriteAction(action, story, Labels.Edited, Labels.Composite, inputs));
        }
        else
        {
            actions.Add(action => WriteAction(action, story, Labels.Created, story.IsComposite ? Labels.Composite : Labels.Trained, inputs));
        }

        if (story.Changes.HasFlag(FileChange.Resized))
        {
            actions.Add(action => WriteAction(action, story, Labels.Resized, null, []));
        }

        if (story.Changes.HasFlag(FileChange.Converted))
        {
            actions.Add(action => WriteAction(action, story, Labels.Converted, null, []));
        }

        writer.WriteStartMap(1);
        Cbor.WriteArray(writer, "actions", actions, action => action(writer));
        writer.WriteEndMap();
    }

    private static void WriteAction(CborWriter writer, PictureStory story, string name, string? sourceType, List<Assertion> ingredients)
    {
        writer.WriteStartMap(null);
        Cbor.WriteText(writer, "action", name);
        if (sourceType is not null)
        {
            Cbor.WriteText(writer, "digitalSourceType", sourceType);
            writer.WriteTextString("when");
            writer.WriteDateTimeOffset(story.CreatedAt.ToUniversalTime());
        }

        writer.WriteTextString("softwareAgent");
        WriteGenerator(writer, story);
        if (ingredients.Count > 0)
        {
            writer.WriteTextString("parameters");
            writer.WriteStartMap(1);
            Cbor.WriteArray(writer, "ingredients", ingredients, ingredient => ingredient.WriteReference(writer));
            writer.WriteEndMap();
        }

        writer.WriteEndMap();
    }

    public static void WriteGenerator(CborWriter writer, PictureStory story)
    {
        writer.WriteStartMap(2);
        Cbor.WriteText(writer, "name", story.Generator);
        Cbor.WriteText(writer, "version", story.Version);
        writer.WriteEndMap();
    }

    private static void WriteRecipe(CborWriter writer, PictureRecipe recipe, IReadOnlyList<SourcePicture> sources)
    {
        writer.WriteStartMap(null);
        Cbor.WriteText(writer, "kind", recipe.Kind);
        Cbor.WriteText(writer, "model", recipe.Model);
        Cbor.WriteText(writer, "prompt", recipe.Prompt);
        writer.WriteTextString("seed");
        writer.WriteUInt32(recipe.Seed);
        Cbor.WriteText(writer, "recipe", recipe.Settings);
        if (sources.Count > 0)
        {
            Cbor.WriteArray(writer, "sources", sources, source =>
            {
                writer.WriteStartMap(null);
                if (source.Id is { } id)
                {
                    Cbor.WriteText(writer, "id", id.ToString());
                }

                Cbor.WriteText(writer, "sha256", source.Sha256);
                writer.WriteEndMap();
            });
        }

        writer.WriteEndMap();
    }
}
