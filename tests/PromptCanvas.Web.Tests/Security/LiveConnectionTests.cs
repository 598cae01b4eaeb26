using System.Net;
using System.Security.Claims;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Aborting a connection may throw, because it may close by itself at the same moment. Nothing else depends on it.</summary>
public sealed class LiveConnectionTests : IAsyncDisposable
{
    private readonly Studio studio = new();
    private readonly TaskCompletionSource open = new();

    public static TheoryData<string> Faults => [nameof(ObjectDisposedException), nameof(AggregateException), nameof(InvalidOperationException)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Suspend_WhateverCuttingTheLinesThrows_StopsTheJobsAndIsAudited(string fault)
    {
        var person = await studio.PersonAsync("leaving@example.com", PersonRoles.Member);
        studio.Engine.Gate.Reset();
        using var program = studio.ClientOf(person);
        var job = await program.StartJobAsync();
        var first = Hold(person, FaultOf(fault));
        var second = Hold(person, null);

        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");

        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        Assert.All((Line[])[first, second], line => Assert.Equal(1, line.Aborts));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.Equal(JobState.Cancelled, (await database.Jobs.SingleAsync(row => row.Id == job, Cancellation)).State);
        Assert.Contains(await database.AuditLog.ToListAsync(Cancellation), entry => entry is { Action: "people.suspend", Target: "leaving@example.com", Detail: "1 jobs stopped" });
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Sweep_OfALineThatClosesAtTheSameMoment_CutsTheOthersAndGoesOn(string fault)
    {
        var person = await studio.PersonAsync("revoked@example.com", PersonRoles.Member);
        var keys = studio.Services.GetRequiredService<ApiKeys>();
        var key = Assert.Single(await keys.ListAsync(person.Id, Cancellation)).Id;
        var first = Hold(person, FaultOf(fault), key);
        var second = Hold(person, FaultOf(fault), key);
        Assert.True(await keys.RevokeAsync(person.Id, key, Cancellation));

        var connections = studio.Services.GetRequiredService<LiveConnections>();
        await connections.SweepAsync(Cancellation);

        // The studio's own sweep may have been faster; each line is aborted once by one of them.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (first.Aborts + second.Aborts < 2)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.All((Line[])[first, second], line => Assert.Equal(1, line.Aborts));
        Assert.False(connections.ExecuteTask!.IsCompleted);
        Assert.Empty(studio.Services.GetRequiredService<BackgroundFaults>().Ill);
    }

    public async ValueTask DisposeAsync()
    {
        open.TrySetResult();
        studio.Engine.Gate.Set();
        await studio.DisposeAsync();
    }

    private static Exception FaultOf(string name) => name switch
    {
        nameof(ObjectDisposedException) => new ObjectDisposedException("the connection"),
        nameof(AggregateException) => new AggregateException(new ObjectDisposedException("a callback's source")),
        _ => new InvalidOperationException("a test"),
    };

    private Line Hold(SomebodyInTest person, Exception? fault, Guid? key = null)
    {
        var line = new Line(fault);
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, $"{person.Id}"), .. key is { } id ? [new Claim(StudioClaims.KeyId, $"{id}")] : Array.Empty<Claim>()], "test")) };
        context.Features.Set<IHttpRequestLifetimeFeature>(line);
        var held = studio.Services.GetRequiredService<LiveConnections>().RunAsync(context, _ => open.Task);
        Assert.False(held.IsCompleted);
        return line;
    }

    private sealed class Line(Exception? fault) : IHttpRequestLifetimeFeature
    {
        private int aborts;

        public int Aborts => Volatile.Read(ref aborts);

        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
            Interlocked.Increment(ref aborts);
            if (fault is not null)
            {
                throw fault;
            }
        }
    }
}
