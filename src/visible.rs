//! Characters that steer a terminal or mislead the eye, made visible. Owns which those are; names, paths and texts of files may
//! hold any.

/// Characters that have no picture of their own and are no controls: soft hyphens, marks of direction, spaces of no width, line
/// separators, annotations and tags.
const UNSEEN: [std::ops::RangeInclusive<char>; 11] = [
    '\u{ad}'..='\u{ad}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{180e}'..='\u{180e}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{feff}'..='\u{feff}',
    '\u{fff9}'..='\u{fffb}',
    '\u{e0000}'..='\u{e007f}',
];

/// Whether a character has nothing to show and is no control.
pub fn is_unseen(c: char) -> bool {
    UNSEEN.iter().any(|range| range.contains(&c))
}

/// What stands for a character that must not be shown as it is: a control, a change of direction, something invisible.
pub fn picture(c: char) -> Option<String> {
    match c {
        '\0'..' ' => char::from_u32(0x2400 + c as u32).map(String::from),
        _ if c.is_control() => Some('\u{2421}'.into()),
        _ if is_unseen(c) => Some(format!("⟨U+{:04X}⟩", c as u32)),
        _ => None,
    }
}

/// A text of one line, safe to show.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match picture(c) {
            Some(picture) => shown += &picture,
            None => shown.push(c),
        }
    }
    shown
}

/// A text of several lines, safe to show.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_seen() {
        assert_eq!(visible("a\u{202e}b\x1b[2J\n\u{9b}"), "a⟨U+202E⟩b␛[2J␊␡");
        assert_eq!(visible("naïve 漢字 👍\u{200d}👍"), "naïve 漢字 👍\u{200d}👍");
        assert_eq!(visible_lines("a\nb\x07"), "a\nb␇");
    }
}
