using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

public static class PeopleRegistration
{
    // OWASP's recommendation for PBKDF2-SHA512; Identity's default is half of it.
    private const int HashIterations = 220_000;
    private const int ShortestPassword = 15;

    /// <summary>Registers accounts, keys and the audit log on the database that <c>IDbContextFactory&lt;AppDbContext&gt;</c> opens.</summary>
    /// <returns>Identity's builder, so that web hosts can add their services.</returns>
    public static IdentityBuilder AddPeople(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        services.AddScoped<Accounts>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<SignInLocks>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<NoticeBoard>();
        services.AddSingleton<Digests>();
        services.AddSingleton<CreditRequests>();
        services.AddSingleton<PersonSessions>();
        services.AddSingleton<PeopleDirectory>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = HashIterations);
        return services.AddIdentityCore<Person>(Configure)
            .AddEntityFrameworkStores<AppDbContext>()
            .AddPasswordValidator<PasswordRules>();
    }

    private static void Configure(IdentityOptions options)
    {
        // Length matters; composition rules only make passwords more alike.
        options.Password = new PasswordOptions
        {
            RequiredLength = ShortestPassword,
            RequiredUniqueChars = 1,
            RequireDigit = false,
            RequireLowercase = false,
            RequireUppercase = false,
            RequireNonAlphanumeric = false,
        };
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = "";

        // Identity's own lock closes an account to everyone, the owner included; SignInLocks limits guesses instead.
        options.Lockout.AllowedForNewUsers = false;
        options.Lockout.MaxFailedAccessAttempts = int.MaxValue;
        options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
    }
}
