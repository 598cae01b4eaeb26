using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.ModelHub;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>models pull</c>: downloads a model from a hub into the models folder.</summary>
internal static class ModelsPullCommand
{
    private const double Gigabyte = 1e9;

    public static Command Create()
    {
        var model = new Argument<string>("NAME|OWNER/REPO") { Description = $"{string.Join(", ", KnownModels.Names)}, or a repository of the hub." };
        var revision = new Option<string?>("--revision") { Description = "A branch, tag or commit; main if omitted." };
        var half = new Option<bool>("--fp16") { Description = "Prefers 16-bit weights where there are both: half the download." };
        var name = new Option<string?>("--name") { Description = "The model's name here, if it is not its own." };
        var accept = new Option<bool>("--accept-licence", "--accept-license") { Description = "Accepts the model's licence without asking." };
        var anyway = new Option<bool>("--anyway") { Description = "Downloads a model that does not fit into this machine's memory, for another machine." };
        var pull = new Command("pull", "Downloads a model. Run it again after an interruption: it goes on where it stopped.") { model, revision, half, name, accept, anyway };
        pull.SetAction((parsed, cancellationToken) => PullAsync(
            new ModelRequest(parsed.GetRequiredValue(model), parsed.GetValue(revision), parsed.GetValue(half), parsed.GetValue(name)),
            parsed.GetValue(accept),
            parsed.GetValue(anyway),
            cancellationToken));
        return pull;
    }

    private static async Task<int> PullAsync(ModelRequest request, bool isAccepted, bool isForAnyMachine, CancellationToken cancellationToken)
    {
        try
        {
            var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            using var hub = new HubClient(HubSettings.Of(environment["Models:Hub"] ?? HubSettings.Default, SecretSetting.Read(environment, "Models:HubToken")));
            var download = new ModelDownload(hub, ModelOptions.ModelsFolder()) { Check = Check };
            var plan = await download.PlanAsync(request, cancellationToken).ConfigureAwait(false);
            Describe(plan);
            ThrowIfTooLarge(plan, isForAnyMachine);
            AcceptLicence(plan, isAccepted);
            using var progress = new DownloadBar();
            var place = await download.RunAsync(plan, progress.Report, cancellationToken).ConfigureAwait(false);
            progress.Clear();
            Console.Out.WriteLine(OnnxModelLibrary.Needs(place, precision: ModelOptions.Inference().Precision).Refusal is { } refusal
                ? $"{plan.Name} is in {place}. It cannot run on this machine: {refusal}"
                : $"{plan.Name} is in {place}. Make it the default with Models__Default={plan.Name}.");
            return ExitCodes.Success;
        }
        catch (ModelHubException fault)
        {
            throw new BadInputException(fault.Message);
        }
    }

    private static void Describe(ModelPlan plan)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Name}: {plan.Count} files, {plan.Bytes / Gigabyte:0.00} GB, from {plan.Hub}"));
        foreach (var part in plan.Parts)
        {
            Console.Out.WriteLine($"  {part.Repository} at {part.Commit[..8]}, licence: {part.Licence ?? "none named"}{(part.LicenceAddress is { } address ? $" ({address})" : "")}");
        }
    }

    /// <exception cref="BadInputException">It cannot run here, and nothing says that it is for another machine.</exception>
    private static void ThrowIfTooLarge(ModelPlan plan, bool isForAnyMachine)
    {
        if (!isForAnyMachine && OnnxModelLibrary.Forecast(plan.Bytes, plan.Networks.Sum(), plan.Networks.DefaultIfEmpty().Max(), ModelOptions.Inference().Precision).Refusal is { } refusal)
        {
            throw new BadInputException($"{plan.Name} cannot run on this machine: {refusal} Nothing was downloaded; for another machine, run this again with --anyway.");
        }
    }

    private static void AcceptLicence(ModelPlan plan, bool isAccepted)
    {
        if (isAccepted)
        {
            return;
        }

        var licences = string.Join(", ", plan.Licences);
        if (Console.IsInputRedirected)
        {
            throw new BadInputException($"Read the licence ({licences}) on {plan.Hub}{plan.Parts[0].Repository}, then run this again with --accept-licence.");
        }

        Console.Error.Write($"Do you accept the licence ({licences})? [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new BadInputException("Nothing was downloaded: the licence was not accepted.");
        }
    }

    private static string? Check(string folder)
    {
        try
        {
            using var library = new OnnxModelLibrary(ModelOptions.ModelsFolder(), "none", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu }) { OpensTooLarge = true };
            library.OpenFolder(folder);
            return null;
        }
        catch (ModelException fault)
        {
            return fault.Message;
        }
    }
}
