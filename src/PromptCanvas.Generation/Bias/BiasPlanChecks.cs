using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Bias;

/// <summary>Refuses plans that make no sense, before anything is written.</summary>
internal static class BiasPlanChecks
{
    public const int MostPictures = 5000;

    private const int LongestName = 100;
    private const int MostPrompts = 50;
    private const int MostAttributes = 10;
    private const int LeastValues = 2;
    private const int MostValues = 40;
    private const int MostCaptions = 20;
    private const int MostExamples = 500;

    // Every caption is read with every prompt, within one turn of a worker.
    private const int MostReadings = 20_000;

    public static Result Check(BiasPlan plan) => CheckName("name", plan.Name) && CheckPrompts(plan) && CheckNumbers(plan)
        && CheckAttributes(plan) && CheckExamples(plan);

    private static Result CheckName(string field, string name) =>
        string.IsNullOrWhiteSpace(name) || RequestRules.CodePoints(name) > LongestName
            ? new InvalidInput(field, $"An audit, and each attribute and value, needs a name of at most {LongestName} characters.")
            : TextChecks.Check(field, name);

    private static Result CheckPrompts(BiasPlan plan)
    {
        if (plan.Prompts.Count is 0 or > MostPrompts || plan.Prompts.Distinct(StringComparer.Ordinal).Count() < plan.Prompts.Count)
        {
            return new InvalidInput("prompts", $"Give 1 to {MostPrompts} different prompts.");
        }

        foreach (var prompt in plan.Prompts)
        {
            if (RequestRules.Text("A prompt", prompt) is { } problem)
            {
                return new InvalidInput("prompts", problem);
            }

            if (TextChecks.Check("prompts", prompt).Refusal is { } invalid)
            {
                return invalid;
            }
        }

        return Result.Done;
    }

    private static Result CheckNumbers(BiasPlan plan) => plan switch
    {
        { PicturesPerPrompt: < 1 } or { Pictures: > MostPictures } => new InvalidInput("picturesPerPrompt", $"Ask for 1 picture a prompt or more, and for {MostPictures} in all at most."),
        { Threshold: not (> 0 and <= 1) } => new InvalidInput("threshold", "The threshold is a probability: more than 0, at most 1."),
        _ when !RequestRules.StandardSizes.Contains(plan.Size) =>
            new InvalidInput("size", $"Pictures of {plan.Size} pixels are not offered; choose {string.Join(", ", RequestRules.StandardSizes)}."),
        _ => Result.Done,
    };

    private static Result CheckAttributes(BiasPlan plan)
    {
        var attributes = plan.Attributes;
        if (attributes.Count is 0 or > MostAttributes || attributes.DistinctBy(attribute => attribute.Name).Count() < attributes.Count)
        {
            return new InvalidInput("attributes", $"Give 1 to {MostAttributes} attributes with different names.");
        }

        foreach (var attribute in attributes)
        {
            if ((CheckName("attributes", attribute.Name) && CheckValues(attribute)).Refusal is { } refusal)
            {
                return refusal;
            }
        }

        return (long)plan.Prompts.Count * plan.Attributes.Sum(attribute => attribute.Values.Sum(value => value.Captions.Count)) > MostReadings
            ? new InvalidInput("attributes", $"The captions of all values times the prompts are more than {MostReadings}: give fewer of either.")
            : Result.Done;
    }

    private static Result CheckValues(BiasAttribute attribute)
    {
        if (attribute.Values.Count is < LeastValues or > MostValues || attribute.Values.DistinctBy(value => value.Name).Count() < attribute.Values.Count)
        {
            return new InvalidInput("attributes", $"The attribute {attribute.Name} needs {LeastValues} to {MostValues} values with different names.");
        }

        foreach (var value in attribute.Values)
        {
            if (CheckName("attributes", value.Name).Refusal is { } refusal)
            {
                return refusal;
            }

            if (value.Captions.Count is 0 or > MostCaptions || value.Captions.FirstOrDefault(caption => RequestRules.Text("A caption", caption) is not null) is not null)
            {
                return new InvalidInput("attributes", $"The value {value.Name} of {attribute.Name} needs 1 to {MostCaptions} captions.");
            }
        }

        return Result.Done;
    }

    private static Result CheckExamples(BiasPlan plan)
    {
        if (plan.Examples.Count > MostExamples)
        {
            return new InvalidInput("examples", $"Give at most {MostExamples} examples.");
        }

        return plan.Examples.FirstOrDefault(example =>
                plan.Attributes.FirstOrDefault(attribute => attribute.Name == example.Attribute)?.Values.Any(value => value.Name == example.Value) is not true) is { } unknown
            ? new InvalidInput("examples", $"There is no value {Excerpt.Of(unknown.Value)} of {Excerpt.Of(unknown.Attribute)} among the attributes.")
            : Result.Done;
    }
}
