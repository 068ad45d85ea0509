//! What is drawn of sources that are awkward to draw.

use super::{Format, Renderer};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::span::{SourceId, Span};

/// The text with a label on every one of `marks`, each found in it; the first is the primary one.
fn shown(format: Format, width: usize, text: &str, marks: &[(&str, &str)]) -> String {
    let mut sources = SourceMap::default();
    let id = sources.add("a.mhm", text);
    let at = |mark: &str| text.find(mark).map(|start| Span::new(id, start, start + mark.len())).unwrap_or_default();
    let found = marks.iter().fold(Diagnostic::error("code", "wrong"), |d, (mark, label)| d.label(at(mark), *label));
    Renderer { format, color: false, width }.render(&sources, &found)
}

#[test]
fn columns_are_those_of_the_terminal_and_numbers_count_characters() {
    let text = "// 漢字 e\u{301}\n漢字\te\u{301}é bad // ok\n";
    let full = shown(Format::Full, 80, text, &[("bad", "here")]);
    let expected = "\
error[mhm::code]: wrong
  ╭─[a.mhm:2:8]
1 │ // 漢字 e\u{301}
2 │ 漢字    e\u{301}é bad // ok
  ·            ─┬─
  ·             ╰── here
3 │
  ╰────

";
    assert_eq!(full, expected);
    assert!(shown(Format::Short, 80, text, &[("bad", "here")]).starts_with("a.mhm:2:8: error"));
    assert!(shown(Format::Json, 80, text, &[("bad", "here")]).contains(r#""start":{"column":8,"line":2}"#));
}

#[test]
fn the_first_place_is_drawn_without_words_too_and_lines_between_are_left_out() {
    let text = "one\ntwo\nthree\nfour\nfive\nsix(seven)\n";
    let full = shown(Format::Full, 80, text, &[("six(seven)", ""), ("seven", "this"), ("one", "that")]);
    let expected = "\
error[mhm::code]: wrong
  ╭─[a.mhm:6:1]
1 │ one
  · ─┬─
  ·  ╰── that
2 │ two
  ⋮
5 │ five
6 │ six(seven)
  · ──────────
  ·     ──┬──
  ·       ╰── this
7 │
  ╰────

";
    assert_eq!(full, expected);
}

#[test]
fn long_lines_are_cut_around_their_labels() {
    let text = format!("begin {}wrong{} end", "x ".repeat(200), " y".repeat(200));
    let full = shown(Format::Full, 60, &text, &[("wrong", "a label that is too long for what is left of the line")]);
    assert!(full.lines().all(|line| line.chars().count() <= 60), "{full}");
    assert!(full.contains("…") && full.contains("wrong") && full.contains("──┬──"), "{full}");
    assert!(full.contains("[a.mhm:1:407]"), "{full}");
    let both = shown(Format::Full, 60, &text, &[("end", "last"), ("begin", "first")]);
    assert_eq!(both.matches("1 │").count(), 2, "{both}");
}

#[test]
fn nothing_of_a_source_steers_the_terminal() {
    let text = "a = \"\u{1b}[2J\u{202e}\u{85}\u{200b}\" // bad\n";
    let marks = [("bad", "\u{1b}[1A")];
    for format in [Format::Full, Format::Short, Format::Json] {
        let drawn = shown(format, 80, text, &marks);
        let raw = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}');
        assert!(!drawn.contains(raw), "{drawn:?}");
    }
}

#[test]
fn a_place_of_several_lines_says_where_it_ends() {
    let mut sources = SourceMap::default();
    let id = sources.add("a.mhm", "f(\n  a,\n)\n");
    let found = Diagnostic::error("code", "wrong").label(Span::new(SourceId(id.0), 0, 9), "this call");
    let full = Renderer { format: Format::Full, color: false, width: 80 }.render(&sources, &found);
    assert!(full.contains("1 │ f(\n  · ─┬\n  ·  ╰── this call (to line 3)\n"), "{full}");
}
