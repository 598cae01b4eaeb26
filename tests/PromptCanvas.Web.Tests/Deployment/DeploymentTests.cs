using System.Diagnostics;
using System.Reflection;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Tests.Fakes;
using YamlDotNet.RepresentationModel;

namespace PromptCanvas.Web.Tests.Deployment;

/// <summary>The files of <c>deploy/</c>, as far as they can be checked without a cluster: settings, strict YAML, references, HAProxy's and systemd's own checks.</summary>
public sealed class DeploymentTests
{
    private const string HaProxy = "/usr/sbin/haproxy";
    private const string SystemdAnalyze = "/usr/bin/systemd-analyze";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EverySetting_IsOneOfTheStudio_AndIsRead()
    {
        await using var studio = new Studio();
        var sections = studio.Services.GetServices<SettingsSection>().DistinctBy(section => section.Name).ToList();
        var known = new SettingsService(studio.Services.GetRequiredService<IConfiguration>(), sections, new OptionDescriptions()).Read()
            .ToDictionary(setting => setting.Key, StringComparer.Ordinal);
        var found = DeploymentFiles.All.SelectMany(file => DeploymentFiles.SettingsIn(file).Select(setting => (File: Path.GetFileName(file), setting.Key, setting.Value))).ToList();

        Assert.Contains(found, setting => setting is { File: "compose.yaml", Key: "Studio:Roles", Value: "Worker" });
        Assert.Contains(found, setting => setting is { File: "web.yaml", Key: "Drain:Seconds" });
        Assert.Contains(found, setting => setting is { File: "promptcanvas-web.service", Key: "Cluster:Redis_FILE" });
        Assert.Contains(found, setting => setting is { File: "cluster.env", Key: "Storage:S3:Endpoint" });
        Assert.Empty(found.Where(setting => !IsKnown(setting.Key)).Select(setting => $"{setting.File}: {setting.Key}"));
        foreach (var file in found.GroupBy(setting => setting.File))
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(file.DistinctBy(setting => setting.Key).Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
            Assert.All(sections, section => Read(section, configuration));
        }

        // A secret may be in a file.
        bool IsKnown(string key) => known.ContainsKey(key) || (key.EndsWith(SecretSetting.FileSuffix, StringComparison.Ordinal)
            && known.TryGetValue(key[..^SecretSetting.FileSuffix.Length], out var setting) && setting.Default is null);
    }

    [Fact]
    public void Manifests_ReadStrictly_AreWhatTheyShouldBe()
    {
        var all = DeploymentFiles.Manifests.Where(file => Path.GetFileName(file) != "kustomization.yaml").SelectMany(Strictly).ToList();

        var web = Assert.Single(all.OfType<V1Deployment>(), deployment => deployment.Metadata.Name == "web");
        var worker = Assert.Single(all.OfType<V1Deployment>(), deployment => deployment.Metadata.Name == "worker");
        Assert.Equal(2, web.Spec.Replicas);
        Assert.Null(worker.Spec.Replicas);
        Assert.Contains("nvidia.com/gpu", worker.Spec.Template.Spec.Containers.Single().Resources.Limits.Keys);
        foreach (var deployment in (V1Deployment[])[web, worker])
        {
            var pod = deployment.Spec.Template;
            Assert.Equal(deployment.Spec.Selector.MatchLabels, pod.Metadata.Labels);
            Assert.Single(all.OfType<V1PodDisruptionBudget>(), budget => budget.Spec.Selector.MatchLabels.SequenceEqual(pod.Metadata.Labels));
            var container = Assert.Single(pod.Spec.Containers);
            Assert.All((V1Probe[])[container.StartupProbe, container.ReadinessProbe, container.LivenessProbe], probe => Assert.StartsWith("/health/", probe.HttpGet.Path, StringComparison.Ordinal));
            Assert.Equal(pod.Spec.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
            Assert.All(container.EnvFrom, from => Assert.Single(all.OfType<V1ConfigMap>(), map => map.Metadata.Name == from.ConfigMapRef.Name));
        }

        var service = Assert.Single(all.OfType<V1Service>());
        Assert.Equal(web.Spec.Template.Metadata.Labels, service.Spec.Selector);
        Assert.Equal(service.Metadata.Name, Assert.Single(all.OfType<V1Ingress>()).Spec.Rules.Single().Http.Paths.Single().Backend.Service.Name);
        var scaler = Assert.Single(all.OfType<V2HorizontalPodAutoscaler>());
        Assert.Equal(("Deployment", "worker"), (scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
        Assert.Equal("promptcanvas_queue_jobs", scaler.Spec.Metrics.Single().External.Metric.Name);

        static IEnumerable<object> Strictly(string file) => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true);
    }

    [Fact]
    public void Manifest_WithAFieldThatDoesNotExist_IsRefused() =>
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString("apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selectors: { part: web } }\n", strict: true));

    [Fact]
    public void Nodes_HaveLongerToStopThanTheyHandOver()
    {
        // The host itself waits up to 30 s for its services.
        const int host = 30;
        var compose = Root(DeploymentFiles.Compose[1]);
        var drain = int.Parse(DeploymentFiles.SettingsIn(DeploymentFiles.Compose[1]).Single(setting => setting.Key == "Drain:Seconds").Value, System.Globalization.CultureInfo.InvariantCulture);
        foreach (var node in (string[])["web-a", "web-b"])
        {
            var grace = compose["services"][node]["stop_grace_period"].ToString();
            Assert.InRange(int.Parse(grace.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture), drain + host, 600);
        }

        var web = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(DeploymentFiles.Folder, "kubernetes", "web.yaml")), strict: true).OfType<V1Deployment>().Single();
        Assert.InRange(web.Spec.Template.Spec.TerminationGracePeriodSeconds!.Value, drain + host, 600);
        Assert.Contains("TimeoutStopSec=60", File.ReadAllText(Path.Combine(DeploymentFiles.Folder, "systemd", "promptcanvas-web.service")), StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_RefersToNothingThatIsNotThere()
    {
        foreach (var file in DeploymentFiles.Compose)
        {
            var root = Root(file);
            var services = (YamlMappingNode)root["services"];
            var names = Keys(services);
            foreach (var (name, node) in services.Children)
            {
                var service = DeployedEnvironments.Merged((YamlMappingNode)node);
                Assert.True(service.ContainsKey("image") || service.ContainsKey("build") || service.ContainsKey("extends"), $"{file}: {name}");
                Assert.Subset(names, Names(service, "depends_on"));
                Assert.Subset(Keys(root, "networks"), Names(service, "networks"));
                Assert.Subset(Keys(root, "secrets"), Names(service, "secrets"));
                Assert.Subset(
                    Keys(root, "volumes"),
                    Names(service, "volumes").Where(volume => volume.Contains(':', StringComparison.Ordinal) && volume[0] is not ('.' or '/')).Select(volume => volume.Split(':')[0]).ToHashSet());
                Assert.All(Names(service, "volumes").Where(volume => volume[0] == '.').Select(volume => volume.Split(':')[0]), path => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, path)), path));
            }
        }
    }

    [Fact]
    public async Task Secrets_OfCompose_AreWrittenOnceAndAreAllThatItNames()
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-secrets-").FullName;
        try
        {
            var script = Path.Combine(folder, "secrets.sh");
            File.Copy(Path.Combine(DeploymentFiles.Folder, "compose", "secrets.sh"), script);
            Assert.Equal((0, ""), await RunAsync("bash", [script]));
            var written = Directory.GetFiles(Path.Combine(folder, "secrets")).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
            Assert.Equal((0, ""), await RunAsync("bash", [script]));

            Assert.Equal(Keys(Root(DeploymentFiles.Compose[1]), "secrets").Order(), written.Keys.Order());
            Assert.All(written, secret => Assert.Equal(secret.Value, File.ReadAllText(Path.Combine(folder, "secrets", secret.Key))));
            Assert.Equal(written["database-password"], new Npgsql.NpgsqlConnectionStringBuilder(written["connection"]).Password);
            Assert.Contains(written["s3-secret-key"], System.Text.Json.JsonDocument.Parse(written["s3-identities"]).RootElement.GetRawText(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task HaProxy_AcceptsItsFile()
    {
        Assert.SkipUnless(File.Exists(HaProxy), "HAProxy is not installed (Debian: apt-get install haproxy).");

        var (code, output) = await RunAsync(HaProxy, ["-c", "-f", Path.Combine(DeploymentFiles.Folder, "haproxy", "haproxy.cfg")], ("STUDIO_BIND", "127.0.0.1:8080"), ("NODE_A", "127.0.0.1:5081"), ("NODE_B", "127.0.0.1:5082"));

        Assert.True(code == 0 && !output.Contains("WARNING", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task Systemd_AcceptsItsUnits()
    {
        Assert.SkipUnless(File.Exists(SystemdAnalyze), "systemd is not installed here.");
        var folder = Directory.CreateTempSubdirectory("promptcanvas-units-").FullName;
        try
        {
            // systemd checks that the program exists.
            foreach (var unit in DeploymentFiles.Units)
            {
                var text = await File.ReadAllTextAsync(unit, Cancellation);
                Assert.Contains("ExecStart=/opt/promptcanvas/PromptCanvas.Web\n", text, StringComparison.Ordinal);
                await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(unit)), text.Replace("ExecStart=/opt/promptcanvas/PromptCanvas.Web", "ExecStart=/bin/true", StringComparison.Ordinal), Cancellation);
            }

            Assert.Equal((0, ""), await RunAsync(SystemdAnalyze, ["verify", .. Directory.GetFiles(folder)]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Without a home, .NET cannot encrypt a connection to PostgreSQL.
    [Fact]
    public void Units_OfADynamicUser_HaveAHome()
    {
        foreach (var unit in DeploymentFiles.Units)
        {
            var lines = File.ReadAllLines(unit);
            Assert.Contains("DynamicUser=yes", lines);
            Assert.Contains($"Environment=HOME={DeploymentFiles.SettingsIn(unit).Single(setting => setting.Key == "Data:Folder").Value}", lines);
        }
    }

    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("Dockerfile.cuda")]
    public void Image_CopiesOnlyWhatTheBuildGets(string dockerfile)
    {
        var given = File.ReadAllLines(Path.Combine(Studio.RepoRoot, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToHashSet();

        var copied = File.ReadLines(Path.Combine(Studio.RepoRoot, dockerfile)).Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).Select(path => path.TrimEnd('/')).ToHashSet();

        Assert.NotEmpty(copied);
        Assert.Subset(given, copied);
    }

    private static void Read(SettingsSection section, IConfiguration configuration) =>
        typeof(SettingValues).GetMethod(nameof(SettingValues.Read))!.MakeGenericMethod(section.Options).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [configuration, section.Name], null);

    private static YamlMappingNode Root(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(file)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static HashSet<string> Keys(YamlMappingNode node) => [.. node.Children.Keys.Select(key => key.ToString())];

    private static HashSet<string> Keys(YamlMappingNode root, string section) => root.Children.TryGetValue(section, out var node) ? Keys((YamlMappingNode)node) : [];

    private static HashSet<string> Names(Dictionary<string, YamlNode> service, string part) => service.GetValueOrDefault(part) switch
    {
        YamlMappingNode map => Keys(map),
        YamlSequenceNode list => [.. list.Select(item => item.ToString())],
        _ => [],
    };

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        var text = await output + await errors;
        return (process.ExitCode, program == HaProxy ? text : text.Trim());
    }
}
