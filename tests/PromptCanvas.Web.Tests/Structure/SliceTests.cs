using System.Reflection;
using System.Reflection.Emit;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>A slice uses only the public interfaces and records of other slices.</summary>
public sealed class SliceTests
{
    private const string Features = "PromptCanvas.Web.Features.";
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Assembly Web = typeof(Program).Assembly;
    private static readonly Dictionary<short, OpCode> OpCodeOf = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Slices_UseOfEachOther_OnlyInterfacesAndRecords()
    {
        var faults =
            from type in Web.GetTypes()
            let slice = SliceOf(type)
            where slice is not null
            from used in UsedBy(type).Distinct()
            let other = SliceOf(used)
            where other is not null && other != slice && !(used.IsPublic && (used.IsInterface || IsRecord(used)))
            select $"{type.FullName} uses {used.FullName}";

        Assert.Empty(faults);
    }

    [Fact]
    public void Slices_AreFound()
    {
        Assert.Equal(
            ["Accounts", "Blend", "Boards", "Change", "Create", "Edit", "Family", "Gallery", "Jobs", "Moderation", "OpenAi", "Operations", "People", "Previews", "Provenance", "Queue", "Safety", "Sharing", "Uploads", "Usage"],
            Web.GetTypes().Select(SliceOf).OfType<string>().Distinct().Order());
    }

    private static string? SliceOf(Type type) =>
        type.Namespace is { } name && name.StartsWith(Features, StringComparison.Ordinal) ? name[Features.Length..].Split('.')[0] : null;

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", Everything) is not null;

    private static IEnumerable<Type> UsedBy(Type type)
    {
        IEnumerable<Type?> shape =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(Everything).Select(field => field.FieldType),
            .. type.GetMethods(Everything).SelectMany(method => (Type[])[method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)]),
            .. type.GetConstructors(Everything).SelectMany(constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType)),
        ];
        var bodies = type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)).SelectMany(InBody);
        return shape.Concat(bodies).OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)]
        : [type];

    // Reads the IL, because a method body may call types that no signature shows.
    private static IEnumerable<Type?> InBody(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            var instruction = OpCodeOf[value];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return TypeOf(method, BitConverter.ToInt32(code, at));
            }

            at += OperandSize(instruction.OperandType, code, at);
        }
    }

    private static Type? TypeOf(MethodBase method, int token)
    {
        var member = method.Module.ResolveMember(
            token,
            method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
            method.IsGenericMethod ? method.GetGenericArguments() : null);
        return member as Type ?? member?.DeclaringType;
    }

    private static int OperandSize(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
