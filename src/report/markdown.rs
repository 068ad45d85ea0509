//! Text in Markdown: what would end a cell, open a tag, make a link or stress a word is taken literally; `code` stays code but in tables. Labels and sources are a person's words,
//! and stored ones may be anybody's.

use crate::visible::visible;

/// A cell of a table: numbers and names, in which nothing is code.
pub fn cell(text: &str) -> String {
    literal(text, 0).replace('|', "\\|")
}

/// A line of its own. `p < 0.05` stays as it is: no tag begins so.
pub fn line(text: &str) -> String {
    literal(text, text.matches('`').count() / 2 * 2)
}

/// The first so many backticks are around code.
fn literal(text: &str, mut marks: usize) -> String {
    let text = visible(text);
    let mut safe = String::with_capacity(text.len());
    let (mut code, mut before, mut letters) = (false, None, text.chars().peekable());
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        let within_word = [before, next].iter().all(|beside| beside.is_some_and(char::is_alphanumeric));
        match (c, next) {
            ('<', Some(next)) if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') => safe += "&lt;",
            ('&', Some(next)) if next.is_ascii_alphanumeric() || next == '#' => safe += "&amp;",
            (']', Some('(' | '[' | ':')) => safe += "\\]",
            ('`', _) if marks > 0 => {
                (code, marks) = (!code, marks - 1);
                safe.push(c);
            }
            ('`' | '*' | '~', _) if !code => safe.extend(['\\', c]),
            ('_', _) if !code && !within_word => safe.extend(['\\', c]),
            ('\\', Some(next)) if !code && next.is_ascii_punctuation() => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
        before = Some(c);
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
        assert_eq!(line("p < 0.05, [17.5; –], \x1b[2J\n**bold**"), "p < 0.05, [17.5; –], ␛[2J␊\\*\\*bold\\*\\*");
        assert_eq!(
            cell("_a_ b_c | `x_` & &lt; ~~d~~ \\*"),
            "\\_a\\_ b_c \\| \\`x\\_\\` & &amp;lt; \\~\\~d\\~\\~ \\\\\\*"
        );
        assert_eq!((cell("`x|y`"), line("see `x_y_`")), ("\\`x\\|y\\`".into(), "see `x_y_`".into()));
        assert_eq!((cell("4` *"), line("4` *")), ("4\\` \\*".into(), "4\\` \\*".into()));
    }
}
