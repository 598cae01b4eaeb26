using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

public sealed class PasswordTests(Studio studio) : IClassFixture<Studio>
{
    [Theory]
    [InlineData("correct horse battery", true)]
    [InlineData("drei kleine graue katzen", true)]
    [InlineData("aB3$xY9!kL2#mQ7", true)]
    [InlineData("密码密码密码短语很长的一句话没人猜得到", true)]
    [InlineData("fourteen chars", false)]
    [InlineData("passwordpassword", false)]
    [InlineData("Password1234567", false)]
    [InlineData("P@$$w0rdP@$$w0rd", false)]
    [InlineData("123456789012345", false)]
    [InlineData("aaaaaaaaaaaaaaaaaa", false)]
    [InlineData("qwertyuiopasdfghjkl", false)]
    [InlineData("iloveyou-iloveyou!", false)]
    [InlineData("summer2026summer2026", false)]
    [InlineData("longaddress12345678", false)]
    public async Task Password_IsTakenForItsLengthAndNotForItsLetters(string password, bool taken)
    {
        await using var scope = studio.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var person = new Person { DisplayName = "", Role = PersonRoles.Member, CreatedAt = default, Email = "longaddress@example.com" };
        var results = new List<bool>();
        foreach (var validator in people.PasswordValidators)
        {
            results.Add((await validator.ValidateAsync(people, person, password)).Succeeded);
        }

        Assert.Equal(taken, results.TrueForAll(succeeded => succeeded));
    }

    [Fact]
    public void CommonPasswords_AreThreeThousandAtLeast() => Assert.True(CommonPasswords.List.Count >= 3000);

    [Fact]
    public void Hash_TakesTheIterationsThatAreAdvised()
    {
        var options = new ServiceCollection().AddPeople().Services.BuildServiceProvider()
            .GetRequiredService<IOptions<PasswordHasherOptions>>().Value;

        Assert.Equal(220_000, options.IterationCount);
        Assert.Equal(PasswordHasherCompatibilityMode.IdentityV3, options.CompatibilityMode);
    }
}
