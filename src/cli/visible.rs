//! Characters that steer a terminal or mislead the eye, made visible. Owns which those are; names, paths and texts of files
//! may hold any.

use std::borrow::Cow;

/// What stands for a character that must not be shown as it is: a control, a change of direction, something invisible.
pub fn picture(c: char) -> Option<String> {
    match c {
        '\0'..' ' => char::from_u32(0x2400 + c as u32).map(String::from),
        _ if c.is_control() => Some('\u{2421}'.into()),
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => Some(code(c)),
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => Some(code(c)),
        _ => None,
    }
}

fn code(c: char) -> String {
    format!("⟨U+{:04X}⟩", c as u32)
}

/// A text of one line, safe to show.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| picture(c).is_none()) {
        return text.into();
    }
    text.chars().fold(String::new(), |shown, c| shown + &picture(c).unwrap_or_else(|| c.into())).into()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_misleads_is_seen() {
        assert_eq!(visible("a\u{202e}b\x1b[2J\n"), "a⟨U+202E⟩b␛[2J␊");
        assert_eq!(visible("naïve 漢字 👍"), "naïve 漢字 👍");
    }
}
