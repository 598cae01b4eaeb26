using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace PromptCanvas.Data;

/// <summary>Stores a member of an enumeration by its name in lower case.</summary>
internal sealed class LowerCaseNameConverter<T>() : ValueConverter<T, string>(member => LowerCaseName.Of(member), name => Enum.Parse<T>(name, ignoreCase: true))
    where T : struct, Enum;
