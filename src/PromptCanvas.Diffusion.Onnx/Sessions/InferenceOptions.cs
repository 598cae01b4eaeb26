using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>How networks are run: the section <c>Inference</c> of the configuration.</summary>
public sealed record InferenceOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Inference";

    /// <summary>The execution provider: <c>Auto</c>, <c>Cpu</c>, <c>Cuda</c>, or the path of a plug-in provider's library.</summary>
    /// <value>Default: <c>Auto</c>, which is CUDA where this build and machine have it, otherwise the CPU.</value>
    [Required(AllowEmptyStrings = false)]
    public string ExecutionProvider { get; init; } = ProviderNames.Auto;

    /// <summary>
    /// Comma-separated devices that get one engine each, such as <c>cuda:0,cuda:1</c> or <c>cpu,cpu</c>; empty = one engine on the device of
    /// <see cref="ExecutionProvider"/>.
    /// </summary>
    /// <value>Default: empty.</value>
    public string Devices { get; init; } = "";

    /// <summary>Threads of the one pool all networks share; 0 = all cores.</summary>
    /// <value>Default: 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>The largest number of rows in one run of a network.</summary>
    /// <value>Default: 8.</value>
    [Range(1, 256)]
    public int MaxBatch { get; init; } = 8;

    /// <summary>Folder for graphs that the runtime has optimised, so that the next start is faster; empty = none are kept.</summary>
    /// <value>Default: empty. The studio uses <c>cache/graphs</c> in its data folder, the command line the user's cache folder.</value>
    public string GraphCache { get; init; } = "";

    /// <summary>Minutes after which an idle network is unloaded; the next run loads it again. 0 = never.</summary>
    /// <value>Default: 0.</value>
    [Range(0, 10080)]
    public double KeepLoadedMinutes { get; init; }

    /// <summary>How networks are run on a CUDA device.</summary>
    /// <value>Default: as <see cref="GpuOptions"/> says.</value>
    public GpuOptions Gpu { get; init; } = new();

    /// <summary>Whether the graph cache also keeps the blocks that matrix products read.</summary>
    /// <value>Default: <see cref="PackedGraphs.Auto"/>.</value>
    public PackedGraphs PackedGraphs { get; init; } = PackedGraphs.Auto;

    /// <summary>The precision of the networks' computations.</summary>
    /// <value>Default: <see cref="InferencePrecision.Auto"/>.</value>
    public InferencePrecision Precision { get; init; } = InferencePrecision.Auto;

    /// <summary>Gigabytes this process may use before it frees idle networks to load another; 0 = half of the machine's memory.</summary>
    /// <value>Default: 0.</value>
    [Range(0, 1_000_000)]
    public double MemoryGigabytes { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!ProviderNames.IsKnown(ExecutionProvider))
        {
            yield return new ValidationResult(
                $"'{ExecutionProvider}' is not an execution provider: it must be Auto, Cpu, Cuda, or the path of a plug-in library that exists.",
                [nameof(ExecutionProvider)]);
        }

        if (!InferenceDevice.TryParse(Devices, out _))
        {
            yield return new ValidationResult(
                $"'{Devices}' is not a list of devices: name them as in cuda:0,cuda:1 or cpu,cpu, or leave it empty for one engine.",
                [nameof(Devices)]);
        }
    }

    /// <summary>How many engines each model has: one a device.</summary>
    public int EngineCount => EngineDevices().Count;

    /// <summary>The device of each engine; at least one entry.</summary>
    internal IReadOnlyList<InferenceDevice> EngineDevices() =>
        InferenceDevice.TryParse(Devices, out var devices) && devices.Count > 0 ? devices : [new InferenceDevice(ExecutionProvider, 0)];

    /// <summary>Checks every value.</summary>
    /// <exception cref="ValidationException">A value is outside its range; the message says which.</exception>
    public void ThrowIfInvalid() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
