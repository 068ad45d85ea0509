//! Characters that look like others: what each is called, and what to type. Owns the tables; where they stand is for the
//! parser to find.

/// What a character is, and what is typed in its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Like {
    pub what: &'static str,
    pub text: String,
}

/// Characters, what they are, and what is typed for all of them.
const GROUPS: &[(&str, &str, &str)] = &[
    ("“”„‟❝❞〝〞", "a curly quote", "\""),
    ("‘’‛❛❜", "a curly quote", "\""),
    ("«»《》", "an angle quote", "\""),
    ("「」『』", "a corner quote", "\""),
    ("″′´`", "another kind of quote", "\""),
    ("–", "an en dash", "-"),
    ("—―", "an em dash", "-"),
    ("−", "a minus sign", "-"),
    ("‐‑‒﹣", "a hyphen", "-"),
    ("\u{a0}\u{202f}", "a no-break space", " "),
    (
        "\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{205f}\u{3000}",
        "a space of another width",
        " ",
    ),
    ("\u{200b}\u{2060}\u{180e}", "a zero-width space", ""),
    ("\u{200c}\u{200d}", "a zero-width joiner", ""),
    ("\u{feff}", "a byte order mark", ""),
    ("\u{ad}", "a soft hyphen", ""),
    (
        "\u{200e}\u{200f}\u{061c}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}",
        "a mark of writing direction",
        "",
    ),
    ("\u{85}\u{2028}\u{2029}", "a line end of another kind", "\n"),
    ("\u{b}", "a vertical tab", " "),
    ("×✕✖⨯", "a multiplication sign", "*"),
    ("·⋅∙•∗✱", "a dot or star", "*"),
    ("÷∕⁄", "a division sign", "/"),
    ("→⟶➔➜➝⇒⟹▷⊳▶►", "an arrow", "|>"),
    ("←⟵⇐≔≝", "an assignment sign", "="),
    ("∩∧⋂", "a sign of sets", "&"),
    ("∪∨⋃", "a sign of sets", "+"),
    ("∖", "a sign of sets", "-"),
    ("∈", "a sign of sets", " in "),
    ("∶꞉", "a ratio sign", ":"),
    ("∣│ǀ", "a vertical bar of another kind", "|"),
    ("‚،、", "a comma of another script", ","),
    ("。․", "a full stop of another script", "."),
    ("；;؛", "a semicolon of another script", " "),
    ("【〔〖⟦", "a bracket of another script", "["),
    ("】〕〗⟧", "a bracket of another script", "]"),
    ("❨⟮", "a parenthesis of another kind", "("),
    ("❩⟯", "a parenthesis of another kind", ")"),
    ("❴", "a brace of another kind", "{"),
    ("❵", "a brace of another kind", "}"),
    ("ﬀ", "a ligature", "ff"),
    ("ﬁ", "a ligature", "fi"),
    ("ﬂ", "a ligature", "fl"),
    ("ﬃ", "a ligature", "ffi"),
    ("ﬄ", "a ligature", "ffl"),
    ("ﬅﬆ", "a ligature", "st"),
    ("ı", "a dotless i", "i"),
    ("ſ", "a long s", "s"),
    ("\u{212a}", "a kelvin sign", "K"),
];

/// Letters of other alphabets with the Latin letter they look like, always.
const CYRILLIC: &str = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅS";
const GREEK: &str = "οoνvΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX";
/// Greek letters that do so among Latin ones; alone, they are the Greek letter.
const AMONG_LATIN: &str = "αaιiκkρpυuτtχxγyωw";

/// What to type for a character that looks like what the language uses.
pub(super) fn like(c: char) -> Option<Like> {
    let found = GROUPS.iter().find(|(chars, ..)| chars.contains(c)).map(|(_, what, text)| (*what, text.to_string()));
    let letter = |table: &'static str, what| after(table, c).map(|latin| (what, latin.to_string()));
    let (what, text) = found
        .or_else(|| letter(CYRILLIC, "a Cyrillic letter"))
        .or_else(|| letter(GREEK, "a Greek letter"))
        .or_else(|| full_width(c))
        .or_else(|| mathematical(c))?;
    Some(Like { what, text })
}

/// The same for a letter of a word that has Latin letters, too.
pub(super) fn like_among_latin(c: char) -> Option<Like> {
    like(c).or_else(|| after(AMONG_LATIN, c).map(|latin| Like { what: "a Greek letter", text: latin.to_string() }))
}

/// The character behind `c` in a table of pairs.
fn after(table: &str, c: char) -> Option<char> {
    let mut chars = table.chars();
    while let (Some(key), Some(value)) = (chars.next(), chars.next()) {
        if key == c {
            return Some(value);
        }
    }
    None
}

fn full_width(c: char) -> Option<(&'static str, String)> {
    let ascii = matches!(c, '！'..='～').then(|| char::from_u32(u32::from(c) - 0xfee0)).flatten()?;
    let what = match ascii {
        '(' | ')' => "a full-width parenthesis",
        '[' | ']' => "a full-width bracket",
        '{' | '}' => "a full-width brace",
        ',' => "a full-width comma",
        ':' => "a full-width colon",
        '=' => "a full-width equals sign",
        '0'..='9' => "a full-width digit",
        'a'..='z' | 'A'..='Z' => "a full-width letter",
        _ => "a full-width character",
    };
    Some((what, ascii.to_string()))
}

/// Bold, italic and other letters and digits of formulas.
fn mathematical(c: char) -> Option<(&'static str, String)> {
    let at = u32::from(c);
    let ascii = match at {
        0x1d400..=0x1d6a3 => match (at - 0x1d400) % 52 {
            n @ 0..26 => b'A' + n as u8,
            n => b'a' + (n - 26) as u8,
        },
        0x1d7ce..=0x1d7ff => b'0' + ((at - 0x1d7ce) % 10) as u8,
        _ => return None,
    };
    Some(("a letter or digit of formulas", char::from(ascii).to_string()))
}

/// A name of letters a to z for one of other letters; `None` where there is no usual one.
pub(super) fn romanized(word: &str) -> Option<String> {
    let mut out = String::new();
    for c in word.chars() {
        match ROMAN.iter().find(|(chars, _)| chars.contains(c)) {
            _ if c.is_ascii_alphanumeric() || c == '_' => out.push(c),
            Some((_, text)) => out += text,
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None => out += &like_among_latin(c)?.text,
        }
    }
    out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(out)
}

#[rustfmt::skip]
const ROMAN: &[(&str, &str)] = &[
    ("αΑ", "alpha"), ("βΒ", "beta"), ("γΓ", "gamma"), ("δΔ", "delta"), ("εΕϵ", "epsilon"), ("ζΖ", "zeta"), ("ηΗ", "eta"),
    ("θΘϑ", "theta"), ("ιΙ", "iota"), ("κΚ", "kappa"), ("λΛ", "lambda"), ("μΜµ", "mu"), ("νΝ", "nu"), ("ξΞ", "xi"),
    ("πΠ", "pi"), ("ρΡ", "rho"), ("σςΣ", "sigma"), ("τΤ", "tau"), ("υΥ", "upsilon"), ("φΦϕ", "phi"), ("χΧ", "chi"),
    ("ψΨ", "psi"), ("ωΩ", "omega"), ("ÀÁÂÃÅĀĂĄ", "A"), ("àáâãåāăą", "a"), ("Ä", "Ae"), ("ä", "ae"), ("Æ", "Ae"), ("æ", "ae"),
    ("ÇĆĈČ", "C"), ("çćĉč", "c"), ("ĎĐÐ", "D"), ("ďđð", "d"), ("ÈÉÊËĒĘĚ", "E"), ("èéêëēęě", "e"), ("ĞĢ", "G"), ("ğģ", "g"),
    ("ÌÍÎÏĪİ", "I"), ("ìíîïī", "i"), ("ŁĹĽ", "L"), ("łĺľ", "l"), ("ÑŃŇ", "N"), ("ñńň", "n"), ("ÒÓÔÕŌŐ", "O"), ("òóôõōő", "o"),
    ("ÖØ", "Oe"), ("öø", "oe"), ("Œ", "Oe"), ("œ", "oe"), ("ŔŘ", "R"), ("ŕř", "r"), ("ŚŞŠ", "S"), ("śşš", "s"), ("ß", "ss"),
    ("ŢŤ", "T"), ("ţť", "t"), ("ÙÚÛŪŮŰ", "U"), ("ùúûūůű", "u"), ("Ü", "Ue"), ("ü", "ue"), ("ÝŸ", "Y"), ("ýÿ", "y"),
    ("ŹŻŽ", "Z"), ("źżž", "z"), ("₀⁰", "0"), ("₁¹", "1"), ("₂²", "2"), ("₃³", "3"), ("₄⁴", "4"), ("₅⁵", "5"), ("₆⁶", "6"),
    ("₇⁷", "7"), ("₈⁸", "8"), ("₉⁹", "9"),
];

#[cfg(test)]
mod tests {
    use super::{like, romanized};

    #[test]
    fn what_looks_alike_is_known() {
        for (c, text) in
            [('“', "\""), ('\u{a0}', " "), ('（', "("), ('ａ', "a"), ('е', "e"), ('×', "*"), ('𝐱', "x"), ('→', "|>")]
        {
            assert_eq!(like(c).map(|like| like.text).as_deref(), Some(text), "{c}");
        }
        assert_eq!(like('ζ'), None);
        assert_eq!(romanized("Öffnen").as_deref(), Some("Oeffnen"));
        assert_eq!((romanized("ζ").as_deref(), romanized("音")), (Some("zeta"), None));
    }
}
