using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>Stores the data-protection keys in the database, for processes that share one: a session of one node is a session of all.</summary>
/// <param name="earlier">Keys from before the nodes shared a database; they are taken over once.</param>
internal sealed class DatabaseKeys(IDbContextFactory<AppDbContext> databases, IXmlRepository earlier) : IXmlRepository
{
    // The framework calls repositories synchronously.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var keys = Read();
        if (keys.Count > 0)
        {
            return keys;
        }

        foreach (var element in earlier.GetAllElements())
        {
            Add(element, NameOf(element));
        }

        return Read();
    }

    public void StoreElement(XElement element, string friendlyName) => Add(element, friendlyName);

    // The framework names keys by element name and id. Revocations have no id.
    private static string NameOf(XElement element) =>
        $"{element.Name.LocalName}-{element.Attribute("id")?.Value ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(element.ToString())))}";

    private List<XElement> Read()
    {
        using var database = databases.CreateDbContext();
        return [.. database.DataProtectionKeys.AsNoTracking().OrderBy(key => key.Id).Select(key => key.Xml).ToList().Select(xml => XElement.Parse(xml))];
    }

    private void Add(XElement element, string name)
    {
        using var database = databases.CreateDbContext();
        database.DataProtectionKeys.Add(new DataProtectionKey { FriendlyName = name, Xml = element.ToString(SaveOptions.DisableFormatting) });
        try
        {
            database.SaveChanges();
        }
        catch (DbUpdateException) when (Knows(name))
        {
            // Another node took over the same key at the same time.
        }
    }

    private bool Knows(string name)
    {
        using var database = databases.CreateDbContext();
        return database.DataProtectionKeys.Any(key => key.FriendlyName == name);
    }
}
