using System.Collections.Frozen;

namespace PromptCanvas.Data.People;

/// <summary>Common passwords: our own list, composed of the stems and endings that lead every published list of leaked
/// passwords.</summary>
/// <remarks>Passwords have at least 15 characters, so single entries hardly matter; the purpose is to refuse long passwords that only concatenate them.</remarks>
public static class CommonPasswords
{
    private const int FewestPieceLetters = 4;

    // A password of three different stems is a passphrase, and passphrases are welcome.
    private const int MostCommonPieces = 2;

    private static readonly string[] Stems =
        ("password passwort passw0rd motdepasse contrasena senha parola welcome willkommen bienvenue letmein openup changeme default secret "
        + "admin administrator root master superuser user guest login signin access account service system server network computer internet "
        + "windows linux ubuntu apple samsung google facebook youtube amazon microsoft office outlook hotmail gmail yahoo twitter instagram "
        + "qwerty qwertz azerty qwertyuiop qwertyui asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc trustno1 abcdef abcdefg "
        + "abcdefgh abcd1234 iloveyou loveyou iloveu forever lovely lover princess prince queen king angel angels baby babygirl sweetie honey "
        + "sunshine sunflower flower flowers rainbow butterfly summer winter spring autumn january february march april june july august "
        + "september october november december monday tuesday wednesday thursday friday saturday sunday morning midnight football baseball "
        + "basketball soccer hockey tennis golf rugby cricket liverpool chelsea arsenal barcelona realmadrid juventus yankees cowboys lakers "
        + "eagles steelers packers dragon dragons monkey tiger tigers lion lions panda bear eagle falcon hawk wolf shark dolphin kitty kitten "
        + "puppy doggy horse horses rabbit turtle spider snoopy mickey minnie pooh tigger garfield batman superman spiderman ironman pokemon "
        + "pikachu naruto goku sasuke starwars startrek matrix gandalf frodo hobbit hermione potter harrypotter hello hello1 hellokitty "
        + "whatever nothing something freedom liberty justice peace happy happiness lucky smile friends friend family mother father mommy "
        + "daddy brother sister michael jennifer jessica jordan daniel david joshua matthew andrew robert thomas charlie william james john "
        + "johnny richard anthony christopher christian alexander alexandra nicholas nicole michelle amanda ashley melissa sarah samantha "
        + "stephanie elizabeth hannah maria sophie george harley hunter ranger buster bailey maggie ginger pepper cookie cookies chocolate "
        + "banana orange cherry peaches strawberry pumpkin cheese coffee pizza burger money dollar diamond silver golden gold purple yellow "
        + "blue green black white scorpion phoenix ninja samurai warrior killer hacker gamer player winner champion legend hero thunder "
        + "lightning storm fire freeze shadow ghost magic wizard merlin mustang ferrari porsche mercedes corvette toyota honda yamaha "
        + "suzuki ducati guitar music metallica nirvana slipknot eminem rockstar rocknroll iceman maverick jesus christ church heaven blessed "
        + "london paris berlin madrid newyork america england france germany spain italy canada brazil mexico australia canvas studio picture "
        + "promptcanvas prompt test testing tester test123 demo example sample temp temporary")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Endings =
        ["", "1", "12", "123", "1234", "12345", "123456", "!", "1!", "123!", "01", "007", "69", "99", "2000", "2024", "2025", "2026"];

    private static readonly FrozenSet<string> Stem = Stems.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>At least 3,000 entries, as ASVS 6.2.4 requires; lower-case.</summary>
    public static FrozenSet<string> List { get; } =
        Stems.SelectMany(stem => Endings.Select(ending => stem + ending)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a password is on the list, or consists only of one or two of its stems with digits, punctuation and repetitions.</summary>
    public static bool Contains(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        var letters = Plain(password);
        if (List.Contains(password.ToLowerInvariant()) || letters.Length == 0 || IsRepetition(letters))
        {
            return true;
        }

        return Pieces(letters) is { } pieces && pieces.Distinct(StringComparer.Ordinal).Count() <= MostCommonPieces;
    }

    // Normalizes p4$$w0rd to password; digits and punctuation between words are ignored.
    private static string Plain(string password)
    {
        var letters = password.ToLowerInvariant().Select(letter => letter switch
        {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            '@' => 'a',
            '$' => 's',
            '!' => 'i',
            _ => letter,
        });
        var folded = string.Concat(letters.Where(char.IsLetter));
        var unfolded = string.Concat(password.ToLowerInvariant().Where(char.IsLetter));

        // Digits may be just digits: "password12345" is not "passwordi2eas".
        return Pieces(unfolded) is not null || unfolded.Length == 0 ? unfolded : folded;
    }

    private static bool IsRepetition(string letters)
    {
        for (var period = 1; period <= Math.Min(FewestPieceLetters, letters.Length / 2); period++)
        {
            if (Enumerable.Range(period, letters.Length - period).All(at => letters[at] == letters[at - period]))
            {
                return true;
            }
        }

        return false;
    }

    // Greedy split into the longest stems; null if a remainder is not a stem.
    private static List<string>? Pieces(string letters)
    {
        var pieces = new List<string>();
        for (var at = 0; at < letters.Length;)
        {
            var longest = Enumerable.Range(FewestPieceLetters, Math.Max(0, letters.Length - at - FewestPieceLetters + 1))
                .Reverse().Select(length => letters.Substring(at, length)).FirstOrDefault(Stem.Contains);
            if (longest is null)
            {
                return null;
            }

            pieces.Add(longest);
            at += longest.Length;
        }

        return pieces;
    }
}
