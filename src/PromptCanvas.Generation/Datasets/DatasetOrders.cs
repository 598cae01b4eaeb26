using System.Buffers.Binary;
using System.Security.Cryptography;
using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Refuses orders that make no sense, are forbidden or cannot be paid, before anything is made.</summary>
internal sealed class DatasetOrders(IEngineProvider engines, RequestChecks requests, ICredits credits)
{
    private const int LongestName = 100;
    private const int MostSlots = 20;
    private const int MostValues = 500;

    /// <returns>The plan and what it costs.</returns>
    public async Task<Result<(DatasetPlan Plan, DatasetQuote Quote)>> CheckAsync(Actor actor, DatasetOrder order, CancellationToken cancellationToken)
    {
        if (!actor.MayMake)
        {
            return new Forbidden("Viewers cannot make pictures.");
        }

        if ((CheckName(order.Name) && CheckNumbers(order) && DatasetEdit.Check(order.Base, order.Box)).Refusal is { } invalid)
        {
            return invalid;
        }

        if (!Slots(order).TryGet(out var slots, out var badSlots))
        {
            return badSlots;
        }

        var plan = PlanOf(order, slots);
        if (!DatasetPrompts.Of(plan).TryGet(out var prompts, out var badPlan))
        {
            return badPlan;
        }

        if ((await CheckPromptsAsync(actor, plan, prompts, cancellationToken)).Refusal is { } refused)
        {
            return refused;
        }

        if (CheckJudge(plan).Refusal is { } blind)
        {
            return blind;
        }

        var quota = await credits.GetAsync(actor.PersonId, actor.Role, cancellationToken);
        return (plan, new DatasetQuote(plan.Count, prompts.Combinations, CostOf(plan), CostOf(plan) * MostDraws(plan), quota.Remaining));
    }

    /// <summary>Whether the credits suffice for every picture once.</summary>
    public async Task<Result> CheckCreditsAsync(Actor actor, DatasetPlan plan, CancellationToken cancellationToken)
    {
        var quota = await credits.GetAsync(actor.PersonId, actor.Role, cancellationToken);
        return quota.Remaining < CostOf(plan)
            ? new QuotaExceeded(FormattableString.Invariant($"The data set needs {CostOf(plan)} credits, and you have {quota.Remaining}; ask for fewer pictures, or an administrator for credits."), CostOf(plan), quota.Remaining, quota.ResetsAt)
            : Result.Done;
    }

    private static decimal CostOf(DatasetPlan plan) => plan.Count * plan.CostOfDraw;

    private static decimal MostDraws(DatasetPlan plan) => plan.LeastSimilarity is null && plan.LeastDistance is null ? 1 : 1 + plan.Redraws;

    private static Result CheckName(string name) => string.IsNullOrWhiteSpace(name) || RequestRules.CodePoints(name) > LongestName
        ? new InvalidInput("name", $"A data set needs a name of at most {LongestName} characters.")
        : TextChecks.Check("name", name);

    private static Result CheckNumbers(DatasetOrder order) => order switch
    {
        { Count: < 1 or > DatasetOrder.MostPictures } => new InvalidInput("count", $"Ask for 1 to {DatasetOrder.MostPictures} pictures."),
        { LeastSimilarity: not (null or (>= -1 and <= 1)) } => new InvalidInput("leastSimilarity", "The least similarity is a cosine: −1 to 1."),
        { LeastDistance: not (null or (>= 0 and <= 2)) } => new InvalidInput("leastDistance", "The least distance is 1 minus a cosine: 0 to 2."),
        { Redraws: < 0 or > DatasetPlan.MostRedraws } => new InvalidInput("redraws", $"A picture can be drawn again 0 to {DatasetPlan.MostRedraws} times."),
        _ => Result.Done,
    };

    private static Result<IReadOnlyList<TemplateSlot>> Slots(DatasetOrder order)
    {
        if (order.Slots.Count > MostSlots)
        {
            return new InvalidInput("slots", $"Give at most {MostSlots} slots.");
        }

        var slots = new List<TemplateSlot>();
        foreach (var text in order.Slots)
        {
            if (TextChecks.Check("slots", text).Refusal is { } invalid)
            {
                return invalid;
            }

            if (!PromptTemplate.Slot(text).TryGet(out var slot, out var refusal))
            {
                return refusal;
            }

            if (slot.Values.Count > MostValues || slot.Values.FirstOrDefault(value => RequestRules.Text("A value", value.Text) is not null) is not null)
            {
                return new InvalidInput("slots", $"The slot {Excerpt.Of(slot.Name)} has more than {MostValues} values, or one that is longer than a prompt may be.");
            }

            slots.Add(slot);
        }

        return slots;
    }

    private DatasetPlan PlanOf(DatasetOrder order, IReadOnlyList<TemplateSlot> slots) => new()
    {
        Template = order.Template,
        Slots = slots,
        Split = order.Split,
        Count = order.Count,
        Seed = order.Seed ?? BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))),
        Size = order.Size,
        Model = order.Model ?? engines.DefaultModel,
        LeastSimilarity = order.LeastSimilarity,
        LeastDistance = order.LeastDistance,
        Redraws = order.Redraws,
        Edit = DatasetEdit.Of(order.Base, order.Box),
    };

    private async Task<Result> CheckPromptsAsync(Actor actor, DatasetPlan plan, DatasetPrompts prompts, CancellationToken cancellationToken)
    {
        if ((TextChecks.Check("template", plan.Template) && TextChecks.Check("base", plan.Edit?.Base)).Refusal is { } invalid)
        {
            return invalid;
        }

        var first = DatasetPictures.ToJob("", actor, plan, prompts, 0, attempt: 0) with { IdempotencyKey = $"{Guid.NewGuid()}" };
        if ((await requests.CheckAsync(first, cancellationToken)).Refusal is { } refused)
        {
            return OfField(refused, plan.Edit is null ? "template" : "base");
        }

        // The jobs differ in nothing but their prompts.
        var indices = Enumerable.Range(0, plan.Count).ToList();
        if ((await requests.CheckPromptsAsync(first, indices.Select(prompts.PromptOf), cancellationToken)).Refusal is { } refusal)
        {
            return OfField(refusal, "template");
        }

        return (await requests.CheckPromptsAsync(first, indices.Select(prompts.BaseOf).OfType<string>(), cancellationToken)).Refusal is { } badBase ? OfField(badBase, "base") : Result.Done;
    }

    private static Refusal OfField(Refusal refusal, string field) => refusal is InvalidInput { Field: "prompt" } prompt ? new InvalidInput(field, prompt.Message) : refusal;

    private Result CheckJudge(DatasetPlan plan)
    {
        if (!engines.RunsHere || (plan.LeastSimilarity ?? plan.LeastDistance) is null)
        {
            return Result.Done;
        }

        try
        {
            return DatasetJudge.Of(engines, plan.Model) is null ? DatasetJudge.NoJudge(plan.Model) : Result.Done;
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(plan.Model);
        }
    }
}
