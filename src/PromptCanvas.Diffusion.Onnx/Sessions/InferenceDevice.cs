using System.Globalization;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>The device that runs the networks of one engine.</summary>
/// <param name="Provider">One of the three words of <see cref="ProviderNames"/>, or a plug-in library's path.</param>
/// <param name="Index">Which of the provider's devices, from 0.</param>
internal readonly record struct InferenceDevice(string Provider, int Index)
{
    private const char Separator = ':';

    /// <summary>Reads a list such as <c>cuda:0,cuda:1</c> or <c>cpu,cpu</c>.</summary>
    /// <param name="list">Devices with commas between them; blank = none.</param>
    /// <param name="devices">In the order of the list; empty where there is none or one cannot be read.</param>
    /// <returns>False when an entry is no device.</returns>
    public static bool TryParse(string list, out IReadOnlyList<InferenceDevice> devices)
    {
        devices = [];
        if (string.IsNullOrWhiteSpace(list))
        {
            return true;
        }

        var read = new List<InferenceDevice>();
        foreach (var entry in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Parse(entry) is not { } device)
            {
                return false;
            }

            read.Add(device);
        }

        devices = read;
        return true;
    }

    private static InferenceDevice? Parse(string entry)
    {
        if (ProviderNames.Is(entry, ProviderNames.Cpu))
        {
            return new InferenceDevice(ProviderNames.Cpu, 0);
        }

        var parts = entry.Split(Separator, 2);
        var index = 0;
        return ProviderNames.Is(parts[0], ProviderNames.Cuda)
            && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
            ? new InferenceDevice(ProviderNames.Cuda, index)
            : null;
    }
}
