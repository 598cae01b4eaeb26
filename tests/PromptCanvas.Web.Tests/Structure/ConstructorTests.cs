using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>A class depends on few others. One that needs more hides a concept that has no class of its own yet.</summary>
public sealed class ConstructorTests
{
    private const int MostDependencies = 5;
    private const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    [Fact]
    public void Classes_DependOnFewOthers()
    {
        var faults =
            from type in StudioAssemblies.All.SelectMany(assembly => assembly.GetTypes())
            where type.IsClass && !IsData(type)
            let count = type.GetConstructors(Instance | BindingFlags.DeclaredOnly).Select(constructor => constructor.GetParameters().Length).DefaultIfEmpty().Max() + Injected(type)
            where count > MostDependencies
            select $"{type.FullName}: {count}";

        Assert.Empty(faults);
    }

    [Fact]
    public void DependenciesOfComponents_AreCounted()
    {
        Assert.Equal(2, Injected(typeof(Component)));
        Assert.True(IsData(typeof(Data)));
        Assert.False(IsData(typeof(Component)));
    }

    // The texts are injected into every page by _Imports.razor.
    private static int Injected(Type type) => type.GetProperties(Instance)
        .Count(property => property.IsDefined(typeof(InjectAttribute)) && !property.PropertyType.IsAssignableTo(typeof(IStringLocalizer)));

    /// <summary>Excludes records, which carry data, and closures that the compiler generates.</summary>
    private static bool IsData(Type type) => TypeUses.IsRecord(type) || type.IsDefined(typeof(CompilerGeneratedAttribute)) || typeof(Delegate).IsAssignableFrom(type);

    private sealed record Data(int A);

    private sealed class Component : ComponentBase
    {
        [Inject]
        public NavigationManager Navigation { get; set; } = null!;

        [Inject]
        private TimeProvider Clock { get; set; } = null!;

        [Inject]
        public IStringLocalizer<ConstructorTests> Texts { get; set; } = null!;

        public DateTimeOffset Now => Clock.GetUtcNow();
    }
}
