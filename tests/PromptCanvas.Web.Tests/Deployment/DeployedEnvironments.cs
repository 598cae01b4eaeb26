using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace PromptCanvas.Web.Tests.Deployment;

/// <summary>The environment of a web node and of a worker, as the files of <c>deploy/</c> make it.</summary>
internal static class DeployedEnvironments
{
    private const string UnitEnvironment = "Environment=";

    /// <summary>Where the files of the secrets are, in the three forms.</summary>
    public static string[] SecretFolders { get; } = ["/run/secrets/promptcanvas/", "/run/secrets/", "%d/"];

    /// <param name="form">The folder in <c>deploy/</c>.</param>
    /// <param name="part">"web" or "worker".</param>
    public static Dictionary<string, string> Of(string form, string part) => form switch
    {
        "compose" => OfService(part == "web" ? "web-a" : part),
        "kubernetes" => OfPod(part),
        "systemd" => OfUnit(part),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form of deployment."),
    };

    /// <summary>The mapping with those that it merges ("&lt;&lt;").</summary>
    public static Dictionary<string, YamlNode> Merged(YamlMappingNode node)
    {
        var merged = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        if (node.Children.TryGetValue("<<", out var parent))
        {
            merged = Merged((YamlMappingNode)parent);
        }

        foreach (var (key, value) in node.Children.Where(pair => pair.Key.ToString() != "<<"))
        {
            merged[key.ToString()] = value;
        }

        return merged;
    }

    private static Dictionary<string, string> OfService(string name)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(DeploymentFiles.Compose[1])));
        var service = Merged((YamlMappingNode)stream.Documents[0].RootNode["services"][name]);
        return Merged((YamlMappingNode)service["environment"]).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    private static Dictionary<string, string> OfPod(string part)
    {
        var all = DeploymentFiles.Manifests.Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true)).ToList();
        var container = all.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == part).Spec.Template.Spec.Containers.Single();
        var environment = new Dictionary<string, string>(container.EnvFrom.SelectMany(from => all.OfType<V1ConfigMap>().Single(map => map.Metadata.Name == from.ConfigMapRef.Name).Data));
        foreach (var variable in container.Env)
        {
            environment[variable.Name] = variable.Value;
        }

        return environment;
    }

    private static Dictionary<string, string> OfUnit(string part)
    {
        var folder = Path.Combine(DeploymentFiles.Folder, "systemd");
        var unit = File.ReadLines(Path.Combine(folder, $"promptcanvas-{part}.service")).Where(line => line.StartsWith(UnitEnvironment, StringComparison.Ordinal)).Select(line => line[UnitEnvironment.Length..]);
        return File.ReadLines(Path.Combine(folder, "cluster.env")).Where(line => line.Length > 0 && line[0] != '#').Concat(unit)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}
