using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Finds the source file of each type of an assembly in its symbol file. A component and its code-behind are one file.</summary>
internal static class SourceFiles
{
    /// <summary>The record in a symbol file that names the files of a type without method bodies.</summary>
    /// <remarks>Source: Portable PDB specification, "Type Definition Documents".</remarks>
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>Path below <c>src</c> of each type, nested ones with their outermost type; types without a source file are left out.</summary>
    public static Dictionary<Type, string> Of(Assembly assembly)
    {
        using var file = File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb"));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(file);
        var symbols = provider.GetMetadataReader();
        var outermost = assembly.GetTypes().Where(type => !type.IsNested)
            .Select(type => (Type: type, File: FileOf(symbols, type))).Where(pair => pair.File is not null).ToDictionary(pair => pair.Type, pair => pair.File!);
        return assembly.GetTypes().Select(type => (Type: type, Outer: OutermostOf(type))).Where(pair => outermost.ContainsKey(pair.Outer))
            .ToDictionary(pair => pair.Type, pair => outermost[pair.Outer]);
    }

    private static Type OutermostOf(Type type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type;

    /// <summary>Of the files of a partial type, the one named after it.</summary>
    private static string? FileOf(MetadataReader symbols, Type type)
    {
        var written = Documents(symbols, type).Concat(type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(nested => Documents(symbols, nested)))
            .Select(path => path.Replace('\\', '/')).Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && path.Contains("/src/", StringComparison.Ordinal))
            .Select(path => path[(path.LastIndexOf("/src/", StringComparison.Ordinal) + "/src/".Length)..].Replace(".razor.cs", ".razor", StringComparison.Ordinal)).Distinct().ToList();
        var name = type.Name.Split('`')[0];
        return written.Find(path => Path.GetFileNameWithoutExtension(path) == name) ?? written.FirstOrDefault();
    }

    private static IEnumerable<string> Documents(MetadataReader symbols, Type type)
    {
        const BindingFlags everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(everything).Cast<MethodBase>().Concat(type.GetConstructors(everything)))
        {
            var information = symbols.GetMethodDebugInformation(MetadataTokens.MethodDebugInformationHandle(method.MetadataToken & 0xFFFFFF));
            if (!information.Document.IsNil)
            {
                yield return NameOf(symbols, information.Document);
            }
            else if (!information.SequencePointsBlob.IsNil)
            {
                foreach (var point in information.GetSequencePoints())
                {
                    yield return NameOf(symbols, point.Document);
                }
            }
        }

        foreach (var handle in symbols.GetCustomDebugInformation(MetadataTokens.EntityHandle(type.MetadataToken)))
        {
            var record = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(record.Kind) == TypeDefinitionDocuments)
            {
                for (var blob = symbols.GetBlobReader(record.Value); blob.RemainingBytes > 0;)
                {
                    yield return NameOf(symbols, MetadataTokens.DocumentHandle(blob.ReadCompressedInteger()));
                }
            }
        }
    }

    private static string NameOf(MetadataReader symbols, DocumentHandle document) => symbols.GetString(symbols.GetDocument(document).Name);
}
