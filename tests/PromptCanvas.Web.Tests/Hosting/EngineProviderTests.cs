using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Web.Hosting;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class EngineProviderTests
{
    [Fact]
    public void Get_AModelThatCouldNotBeOpened_TriesAgain()
    {
        var library = new Library { Damaged = true };
        using var provider = new EngineProvider(library, _ => new ScriptedEngine());
        Assert.Throws<ModelException>(() => provider.Get("starter"));

        library.Damaged = false;
        Assert.Same(provider.Get("starter"), provider.Get("starter"));
        Assert.Equal(3, library.Opened);
    }

    [Fact]
    public void Get_ModelReplaced_MakesAnEngineForTheNewOne()
    {
        var library = new Library();
        using var provider = new EngineProvider(library, _ => new ScriptedEngine());
        var old = provider.Get("starter");

        library.Model = (UnClipModel)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(UnClipModel));

        Assert.NotSame(old, provider.Get("starter"));
        Assert.Same(provider.Get("starter"), provider.Get("starter"));
    }

    private sealed class Library : IModelLibrary
    {
        public bool Damaged { get; set; }

        public int Opened { get; private set; }

        public UnClipModel? Model { get; set; }

        public string DefaultName => "starter";

        public IReadOnlyList<string> List() => ["starter"];

        public UnClipModel Open(string name)
        {
            Opened++;
            return Damaged ? throw new ModelException("It is damaged.") : Model!;
        }
    }
}
