//! Names and texts of files in messages and tables: what a terminal would obey, or what turns the direction of writing, is
//! written as its number, so that it is seen and does nothing.

/// The text with such characters as `\u{1b}`; line breaks and tabs are among them.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_unseen(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// The same of a text of several lines.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Marks of direction, spaces of no width and line separators.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_obeyed() {
        assert_eq!(visible("ä\x1b[31m\r\u{9b}\u{202e}b"), "ä\\u{1b}[31m\\u{d}\\u{9b}\\u{202e}b");
        assert_eq!(visible_lines("a\nb\x07"), "a\nb\\u{7}");
    }
}
