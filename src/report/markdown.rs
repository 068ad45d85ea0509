//! Text in Markdown: what would end a cell, open a tag or make a link is taken literally. Labels and sources are a person's words,
//! and stored ones may be anybody's.

use crate::visible::visible;

/// A cell of a table.
pub fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

/// A line of its own. `p < 0.05` stays as it is: no tag begins so.
pub fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut letters = visible(text).chars().collect::<Vec<_>>().into_iter().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek()) {
            ('<', Some(next)) if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') => safe += "&lt;",
            (']', Some('(' | '[' | ':')) => safe += "\\]",
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_label_is_markup() {
        assert_eq!(cell("<img src=x onerror=alert(1)> | <!-- a"), "&lt;img src=x onerror=alert(1)> \\| &lt;!-- a");
        assert_eq!(line("![x](http://a/b) and [x]: y"), "![x\\](http://a/b) and [x\\]: y");
        assert_eq!(line("p < 0.05, [17.5; –], \x1b[2J\n**bold**"), "p < 0.05, [17.5; –], ␛[2J␊**bold**");
    }
}
