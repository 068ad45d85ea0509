//! Sealed text: a line of JSON that ends with a check sum of itself, and a file of text that begins with one. Owns those two
//! forms; what the texts say is for others.

/// `,"blake3":"0123456789abcdef"}`
const BEFORE: &str = ",\"blake3\":\"";
const AFTER: &str = "\"}";
const DIGITS: usize = 16;

/// What a sealed file begins with.
const FIRST: &str = "// blake3 ";

fn sum(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..DIGITS].to_string()
}

/// A JSON object with one field more: the check sum of its text without that field.
pub fn seal(object: &str) -> String {
    let open = object.strip_suffix('}').expect("an object ends with a brace");
    format!("{open}{BEFORE}{}{AFTER}", sum(object))
}

/// The object without its sum; `None` where they do not go together.
pub fn unseal(line: &str) -> Option<String> {
    // The sum has a length, so it is known where it stands.
    let at = line.len().checked_sub(BEFORE.len() + DIGITS + AFTER.len())?;
    let (open, end) = line.split_at_checked(at)?;
    let digits = end.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let mut object = String::with_capacity(open.len() + 1);
    object.push_str(open);
    object.push('}');
    let own = u64::from_str_radix(digits, 16).ok().filter(|_| !digits.bytes().any(|c| c.is_ascii_uppercase()))?;
    let sum = blake3::hash(object.as_bytes());
    (sum.as_bytes()[..DIGITS / 2] == own.to_be_bytes()).then_some(object)
}

/// A text below a line with its check sum.
pub fn seal_text(text: &str) -> String {
    format!("{FIRST}{}\n{text}", blake3::hash(text.as_bytes()).to_hex())
}

/// The text without that line; an error where it has none, or another.
pub fn unseal_text(sealed: &str) -> Result<&str, &'static str> {
    let (digits, text) =
        sealed.strip_prefix(FIRST).and_then(|rest| rest.split_once('\n')).ok_or("it has no check sum")?;
    if *blake3::hash(text.as_bytes()).to_hex() == *digits { Ok(text) } else { Err("it is not what was written") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_is_found() {
        let line = seal(r#"{"done":{"address":"ab","record":[1,2]}}"#);
        assert_eq!(unseal(&line).as_deref(), Some(r#"{"done":{"address":"ab","record":[1,2]}}"#));
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
        let text = seal_text("(format: 1)\n");
        assert_eq!(unseal_text(&text), Ok("(format: 1)\n"));
        for whole in [&line, &text] {
            for at in 0..whole.len() {
                let mut bytes = whole.clone().into_bytes();
                bytes[at] ^= 1;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(unseal(&changed).is_none() && unseal_text(&changed).is_err(), "{changed}");
            }
        }
    }
}
