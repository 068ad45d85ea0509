//! LaTeX: the frame of a table for the package `booktabs`, and the escaping of text.

use crate::visible::visible;

/// A `table` environment of lines that [`row`] made; the preamble needs `\usepackage{booktabs}`.
pub fn table(caption: &str, columns: &str, heading: &[String], body: &[String], notes: &[String]) -> String {
    let notes: Vec<String> = notes.iter().map(|note| escaped(note)).collect();
    let indented = |lines: &[String]| lines.iter().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\begin{{tabular}}{{{columns}}}\n    \\toprule\n{}    \
         \\midrule\n{}    \\bottomrule\n  \\end{{tabular}}\n\n  \\smallskip\n  {{\\footnotesize {}}}\n\\end{{table}}\n",
        escaped(caption),
        indented(heading),
        indented(body),
        notes.join(" ")
    )
}

/// Cells that are LaTeX already.
pub fn row(cells: impl Iterator<Item = String>) -> String {
    let cells = cells.collect::<Vec<_>>().join(" & ");
    // Behind the end of the line above, these would belong to it.
    let apart = if cells.starts_with(['[', '*']) { "{}" } else { "" };
    format!("{apart}{cells} \\\\")
}

/// Text as LaTeX shows it: its own signs taken literally, ours as mathematics.
pub fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in visible(text).chars() {
        // Two of them would be one sign, as `?` or `!` and a backtick would.
        if matches!(c, '`' | '\'' | '-' | ',') && safe.ends_with(c) || c == '`' && safe.ends_with(['?', '!']) {
            safe += "{}";
        }
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => safe.extend(['\\', c]),
            '\\' => safe += "\\textbackslash{}",
            '~' => safe += "\\textasciitilde{}",
            '^' => safe += "\\textasciicircum{}",
            '<' => safe += "$<$",
            '>' => safe += "$>$",
            '|' => safe += "$|$",
            '±' => safe += "$\\pm$",
            '×' => safe += "$\\times$",
            '−' => safe += "$-$",
            '↓' => safe += "$\\downarrow$",
            '↑' => safe += "$\\uparrow$",
            '→' => safe += "$\\to$",
            '≤' => safe += "$\\le$",
            '≥' => safe += "$\\ge$",
            'Δ' => safe += "$\\Delta$",
            'θ' => safe += "$\\theta$",
            'φ' => safe += "$\\varphi$",
            'ψ' => safe += "$\\psi$",
            '·' => safe += "$\\cdot$",
            '–' => safe += "--",
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_taken_literally() {
        assert_eq!(escaped("50 % of a_b & {c}"), "50 \\% of a\\_b \\& \\{c\\}");
        assert_eq!(escaped("``a'' ?`b `c' d--e"), "`{}`a'{}' ?{}`b `c' d-{}-e");
        assert_eq!(escaped("a | b\n"), "a $|$ b␊");
        let row = |text: &str| row([escaped(text), "1".into()].into_iter());
        assert_eq!((row("[acc, gyr]"), row("all")), ("{}[acc, gyr] & 1 \\\\".into(), "all & 1 \\\\".into()));
        assert_eq!(escaped("~^\\"), "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}");
    }
}
