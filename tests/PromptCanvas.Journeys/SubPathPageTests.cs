using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Microsoft.Playwright;

using PromptCanvas.Web.Tests.Fakes;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The studio below a path of the host, behind a real nginx.</summary>
public sealed class SubPathPageTests(Browser browser) : IClassFixture<Browser>, IAsyncDisposable
{
    private const string Nginx = "/usr/sbin/nginx";
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-nginx-").FullName;
    private readonly Studio studio = new();
    private Process? nginx;

    /// <summary>Proxies that pass the path on, and proxies that remove it and name it.</summary>
    [Theory]
    [InlineData("proxy_pass http://STUDIO;", "/studio")]
    [InlineData("proxy_pass http://STUDIO/; proxy_set_header X-Forwarded-Prefix /studio;", "")]
    public async Task Studio_BehindNginxBelowAPath_WorksThroughout(string pass, string pathBase)
    {
        Assert.SkipUnless(File.Exists(Nginx), "nginx is not installed (Debian: apt-get install nginx).");
        studio.Settings["PathBase"] = pathBase;
        studio.Settings["TrustedProxies"] = "127.0.0.1";
        studio.UseKestrel(0);
        studio.StartServer();
        _ = studio.Administrator;
        var address = Start(pass.Replace("STUDIO", studio.ClientOptions.BaseAddress.Authority, StringComparison.Ordinal));
        await using var tab = await browser.OpenAsync();

        await tab.Page.GotoAsync(new Uri(address, "gallery").ToString());
        await Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/studio/sign-in"));
        await tab.Page.GetByLabel("E-mail address").FillAsync(Studio.AdministratorEmail);
        await tab.Page.GetByLabel("Password").First.FillAsync(Studio.Password);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await tab.Page.WaitForURLAsync(new Uri(address, "gallery").ToString());

        // A picture, its previews and its actions over the live connection.
        await tab.Page.GotoAsync(address.ToString());
        await tab.Page.WaitForSelectorAsync(".studio[data-live]");
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/studio/jobs/"));
        await Expect(tab.Page.Locator(".tile-picture").First).ToHaveJSPropertyAsync("complete", true);
        Assert.True(await tab.Page.Locator(".tile-picture").First.EvaluateAsync<bool>("image => image.naturalWidth > 0"), "The picture did not load.");
        await tab.Page.Locator("a.tile-link").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("e");
        await Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/studio/edit"));

        foreach (var page in (string[])["boards", "account", "account/usage", "admin/people", "admin/settings", "blend", "change"])
        {
            var answer = await tab.Page.GotoAsync(new Uri(address, page).ToString());
            Assert.Equal(200, answer?.Status);
            Assert.Empty(await tab.Page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('a[href], img[src], form[action], link[href], script[src]')].map(e => e.href || e.src || e.action).filter(u => typeof u === 'string' && u.startsWith(location.origin) && !u.startsWith(location.origin + '/studio/'))"));
        }

        Assert.Empty(tab.Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        if (nginx is { HasExited: false })
        {
            nginx.Kill(entireProcessTree: true);
            await nginx.WaitForExitAsync();
        }

        nginx?.Dispose();
        await studio.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Uri Start(string pass)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                map $http_upgrade $connection_upgrade { default upgrade; '' close; }
                server {
                    listen 127.0.0.1:{{port}};
                    location /studio/ {
                        {{pass}}
                        proxy_http_version 1.1;
                        proxy_set_header Host $http_host;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $connection_upgrade;
                        proxy_set_header X-Forwarded-For $remote_addr;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_buffering off;
                    }
                }
            }
            """);
        nginx = Process.Start(new ProcessStartInfo(Nginx, ["-c", Path.Combine(folder, "nginx.conf"), "-p", folder]))!;
        var address = new Uri($"http://127.0.0.1:{port}/studio/");
        Assert.True(SpinWait.SpinUntil(() => nginx.HasExited || Accepts(port), TimeSpan.FromSeconds(10)) && !nginx.HasExited, "nginx did not start.");
        return address;
    }

    private static bool Accepts(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
