namespace PromptCanvas.Web.Tests.Structure;

/// <summary>A slice uses only the public interfaces and records of other slices.</summary>
public sealed class SliceTests
{
    private const string Features = "PromptCanvas.Web.Features.";

    [Fact]
    public void Slices_UseOfEachOther_OnlyInterfacesAndRecords()
    {
        var faults =
            from type in StudioAssemblies.Web.GetTypes()
            let slice = SliceOf(type)
            where slice is not null
            from used in TypeUses.Of(type).Distinct()
            let other = SliceOf(used)
            where other is not null && other != slice && !(used.IsPublic && (used.IsInterface || TypeUses.IsRecord(used)))
            select $"{type.FullName} uses {used.FullName}";

        Assert.Empty(faults);
    }

    [Fact]
    public void Slices_AreFound()
    {
        Assert.Equal(
            ["Accounts", "Bias", "Blend", "Boards", "Change", "Create", "Datasets", "Edit", "Family", "Gallery", "Jobs", "Machines", "Mcp", "Moderation", "OpenAi", "Operations", "People", "Previews", "Provenance", "Queue", "Safety", "Sharing", "Styles", "Uploads", "Usage", "Verify"],
            StudioAssemblies.Web.GetTypes().Select(SliceOf).OfType<string>().Distinct().Order());
    }

    private static string? SliceOf(Type type) =>
        type.Namespace is { } name && name.StartsWith(Features, StringComparison.Ordinal) ? name[Features.Length..].Split('.')[0] : null;
}
