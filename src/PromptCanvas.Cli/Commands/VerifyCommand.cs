using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>verify FILE</c>: a picture's signed provenance, and whether the file was changed since.</summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A PNG, JPEG or WebP." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var data = Installation.Option();
        var command = new Command("verify", "Shows a picture's signed provenance (C2PA). Exit 0 if the file is as it was signed, 1 if it was changed, is not signed or cannot be checked.") { file, json, data };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(json), parsed.GetValue(data), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool json, string? data, CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        var isOurs = manifest is { IsSigned: true, Signer: { } signer } ? await IsOursAsync(data, signer.Thumbprint, cancellationToken).ConfigureAwait(false) : null;
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { Intact = manifest?.IsIntact, Ours = isOurs, Manifest = manifest }, Format)).ConfigureAwait(false);
        }
        else
        {
            foreach (var line in Lines(manifest, isOurs))
            {
                await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
            }
        }

        return manifest?.IsIntact is true ? ExitCodes.Success : ExitCodes.Fault;
    }

    private static async Task<ManifestReport?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return PictureVerifier.Verify(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false), TimeProvider.System.GetUtcNow()).Manifest;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ProvenanceException)
        {
            throw new BadInputException($"{file} cannot be verified: {fault.Message}");
        }
    }

    /// <returns>Null without an installation.</returns>
    private static async Task<bool?> IsOursAsync(string? data, string thumbprint, CancellationToken cancellationToken)
    {
        try
        {
            using var installation = Installation.Open(data);
            await using var database = installation.OpenDatabase();
            return await database.SigningKeys.AnyAsync(key => key.Thumbprint == thumbprint, cancellationToken).ConfigureAwait(false);
        }
        catch (BadInputException) when (data is null)
        {
            return null;
        }
    }

    private static IEnumerable<string> Lines(ManifestReport? manifest, bool? isOurs)
    {
        if (manifest is null)
        {
            yield return "Not signed: the file carries no manifest. Some sites remove it.";
            yield break;
        }

        yield return manifest.IsIntact switch
        {
            true => "Unchanged since it was signed.",
            false => "Changed since it was signed, or not signed correctly.",
            null => "Cannot be checked completely: it uses a method that is not supported.",
        };
        yield return $"Signed by: {(manifest.IsSigned ? manifest.Signer!.Name : "unknown")}{isOurs switch { true => ", this installation", false => ", not this installation", null => "" }}";
        yield return $"Software:  {manifest.Generator}";
        foreach (var action in manifest.Actions)
        {
            yield return $"Action:    {string.Join(", ", new[] { action.Name, action.SourceType, action.Agent, action.When }.OfType<string>())}";
        }

        foreach (var ingredient in manifest.Ingredients)
        {
            yield return $"Made from: {string.Join(", ", new[] { ingredient.Title, ingredient.Relationship, ingredient.InstanceId }.OfType<string>())}";
        }

        if (manifest.Recipe is { } recipe)
        {
            yield return $"Model:     {recipe.Model}";
            yield return $"Prompt:    {recipe.Prompt}";
            yield return $"Seed:      {recipe.Seed}";
            yield return $"Recipe:    {recipe.Settings}";
        }

        foreach (var check in manifest.Checks.Where(check => check.Outcome != CheckOutcome.Passed))
        {
            yield return $"{check.Outcome}: {check.Explanation} ({check.Code})";
        }
    }
}
