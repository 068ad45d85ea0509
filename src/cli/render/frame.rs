//! Source lines with what is wrong in them. Owns which lines are shown, where labels stand below them (in columns of a
//! terminal, not bytes) and how long lines are cut.

use super::page::Page;
use super::paint::{Paint, Row, Tone};
use crate::visible::{picture, visible};
use miette::LabeledSpan;
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// A label on one line, in columns.
#[derive(Clone, Debug)]
struct Mark {
    start: usize,
    end: usize,
    text: String,
    tone: Tone,
}

impl Mark {
    /// Where its text hangs.
    fn stem(&self) -> usize {
        self.start + (self.end - self.start) / 2
    }
}

/// A line as a terminal shows it: of every character its byte, its column and what is shown.
struct Line {
    cells: Vec<(usize, usize, String)>,
    end: usize,
}

impl Line {
    fn new(start: usize, text: &str) -> Self {
        let (mut cells, mut column) = (vec![], 0);
        for (at, c) in text.char_indices() {
            let shown = match c {
                '\t' => " ".repeat(TAB - column % TAB),
                c => picture(c).unwrap_or_else(|| c.into()),
            };
            let width = shown.width();
            cells.push((start + at, column, shown));
            column += width;
        }
        Line { cells, end: column }
    }

    fn column(&self, byte: usize) -> usize {
        let at = self.cells.partition_point(|(start, ..)| *start < byte);
        self.cells.get(at).map_or(self.end, |(_, column, _)| *column)
    }

    /// The part between two columns, and the column that it begins at.
    fn part(&self, from: usize, to: usize) -> String {
        let inside = |(_, column, shown): &&(usize, usize, String)| *column >= from && column + shown.width() <= to;
        self.cells.iter().filter(inside).map(|(.., shown)| shown.as_str()).collect()
    }
}

/// The frames of a diagnostic, one a source, in the order of its labels.
pub fn frames(diagnostic: &dyn miette::Diagnostic, paint: Paint, width: usize) -> String {
    let Some(source) = diagnostic.source_code() else { return String::new() };
    let mut frames: Vec<Frame<'_>> = vec![];
    for label in diagnostic.labels().into_iter().flatten() {
        let Some(page) = Page::read(source, label.inner()) else { continue };
        let tone = if label.primary() { Tone::of(diagnostic.severity()) } else { Tone::Other };
        match frames.iter_mut().find(|frame| frame.page.base == page.base) {
            Some(frame) => frame.put(&label, tone),
            None => {
                let at = label.offset() - page.base;
                let mut frame = Frame { page, at, marks: BTreeMap::new(), paint, width };
                frame.put(&label, tone);
                frames.push(frame);
            }
        }
    }
    frames.iter().map(Frame::draw).collect()
}

struct Frame<'s> {
    page: Page<'s>,
    /// Where its first label is.
    at: usize,
    marks: BTreeMap<usize, Vec<Mark>>,
    paint: Paint,
    width: usize,
}

impl Frame<'_> {
    fn put(&mut self, label: &LabeledSpan, tone: Tone) {
        let start = label.offset() - self.page.base;
        let span = start..start + label.len();
        let (line, mark) = mark(&self.page, self.at, span, label.label().unwrap_or_default(), tone);
        self.marks.entry(line).or_default().push(mark);
    }

    /// Columns of a line number.
    fn gutter(&self) -> usize {
        self.marks.keys().last().map_or(1, |last| (last + 1).to_string().len())
    }

    /// Columns left for the source.
    fn room(&self) -> usize {
        self.width.saturating_sub(self.gutter() + 3).max(20)
    }

    fn draw(&self) -> String {
        let (line, column) = self.page.position(self.at);
        let (edge, name) = (" ".repeat(self.gutter() + 1), visible(&self.page.name));
        let place = format!("[{name}:{line}:{column}]");
        let mut drawn = format!("{edge}{}{place}\n", self.paint.tone("╭─", Tone::Quiet));
        let mut last: Option<usize> = None;
        for line in self.lines() {
            if last.is_some_and(|last| line > last + 1) {
                drawn += &format!("{edge}{}\n", self.paint.tone("⋮", Tone::Quiet));
            }
            drawn += &self.line(line);
            last = Some(line);
        }
        drawn + &format!("{edge}{}\n", self.paint.tone("╰────", Tone::Quiet))
    }

    /// Lines with labels, those beside them, and single lines between such.
    fn lines(&self) -> Vec<usize> {
        let most = self.page.lines();
        let mut lines: Vec<usize> = vec![];
        for &line in self.marks.keys() {
            for near in line.saturating_sub(1).max(1)..=(line + 1).min(most) {
                match lines.last() {
                    Some(&last) if near <= last => {}
                    Some(&last) if near == last + 2 => lines.extend([near - 1, near]),
                    Some(_) | None => lines.push(near),
                }
            }
        }
        lines
    }

    fn line(&self, number: usize) -> String {
        let (start, text) = self.page.near(number, self.at);
        let line = Line::new(start, text);
        let marks = self.marks.get(&number).map_or(&[][..], Vec::as_slice);
        let mut drawn = String::new();
        for (from, to, marks) in windows(&line, marks, self.room()) {
            let number = format!("{number:>width$}", width = self.gutter());
            let bar = self.paint.tone("│", Tone::Quiet);
            drawn += &format!("{} {bar} {}", self.paint.tone(&number, Tone::Quiet), cut(&line, from, to));
            drawn.truncate(drawn.trim_end().len());
            drawn.push('\n');
            for row in rows(marks) {
                drawn += &self.below(&row);
            }
        }
        drawn
    }

    /// The underlines of labels that do not meet, and their texts, the last first.
    fn below(&self, marks: &[Mark]) -> String {
        let edge = format!("{} {} ", " ".repeat(self.gutter()), self.paint.tone("·", Tone::Quiet));
        let mut underline = Row::new(self.paint);
        for mark in marks {
            let length = mark.end - mark.start;
            let stem = mark.stem() - mark.start;
            let text: String = match (length, mark.text.is_empty()) {
                (1, true) => "▲".into(),
                (_, true) => "─".repeat(length),
                (_, false) => (0..length).map(|i| if i == stem { '┬' } else { '─' }).collect(),
            };
            underline.put(mark.start, &text, mark.tone);
        }
        let mut drawn = format!("{edge}{}\n", underline.text());
        let hung: Vec<&Mark> = marks.iter().filter(|m| !m.text.is_empty()).collect();
        for (i, mark) in hung.iter().enumerate().rev() {
            let bars = || {
                let mut row = Row::new(self.paint);
                hung[..i].iter().for_each(|left| row.put(left.stem(), "│", left.tone));
                row
            };
            let indent = mark.stem() + 4;
            for (n, part) in wrapped(&mark.text, self.room().saturating_sub(indent)).into_iter().enumerate() {
                let mut row = bars();
                if n == 0 {
                    row.put(mark.stem(), "╰── ", mark.tone);
                }
                row.put(indent, &part, mark.tone);
                drawn += &format!("{edge}{}\n", row.text());
            }
        }
        drawn
    }
}

/// A label's line and its columns there; one of several lines is marked to the end of the first.
fn mark(page: &Page<'_>, at: usize, span: Range<usize>, text: &str, tone: Tone) -> (usize, Mark) {
    let ((first, _), (last, _)) = (page.position(span.start), page.position(span.end));
    let (start, source) = page.near(first, at);
    let line = Line::new(start, source);
    let from = line.column(span.start);
    let end = if last > first { line.end } else { line.column(span.end) };
    let text = visible(text);
    let text = match last > first && !text.is_empty() {
        true => format!("{text} (to line {last})"),
        false => text,
    };
    (first, Mark { start: from, end: end.max(from + 1), text, tone })
}

/// The parts of a line that are shown, from and to a column, each with its marks in columns of that part.
fn windows(line: &Line, marks: &[Mark], room: usize) -> Vec<(usize, usize, Vec<Mark>)> {
    let mut marks = marks.to_vec();
    marks.sort_by_key(|m| (m.start, m.end));
    if line.end.max(marks.iter().map(|m| m.end).max().unwrap_or(0)) <= room {
        return vec![(0, room, marks)];
    }
    let mut parts: Vec<(usize, usize, Vec<Mark>)> = vec![];
    for mark in marks {
        // All of the mark is to be seen, or its beginning, with something in front.
        let end = mark.end.min(mark.start + room / 2);
        match parts.last_mut() {
            Some((_, to, inside)) if end < *to => inside.push(mark),
            Some(_) | None => {
                let from = if end < room { 0 } else { mark.start.saturating_sub(room / 3) };
                parts.push((from, from + room, vec![mark]));
            }
        }
    }
    if parts.is_empty() {
        parts.push((0, room, vec![]));
    }
    for (from, to, marks) in &mut parts {
        for mark in marks {
            (mark.start, mark.end) = (mark.start - *from, (mark.end.min(*to - 1) - *from).max(mark.start - *from + 1));
        }
    }
    parts
}

/// What is left out is `…`.
fn cut(line: &Line, from: usize, to: usize) -> String {
    let (front, back) = (from > 0, line.end > to);
    let (first, last) = (from + usize::from(front), to - usize::from(back));
    // A wide character at the cut leaves a gap.
    let start = line.cells.iter().map(|(_, column, _)| *column).find(|column| *column >= first).unwrap_or(first);
    let gap = " ".repeat(start - first);
    let (front, back) = (if front { "…" } else { "" }, if back { "…" } else { "" });
    format!("{front}{gap}{}{back}", line.part(first, last))
}

/// Marks apart from each other, those that come first in the first row.
fn rows(marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    let mut rows: Vec<Vec<Mark>> = vec![];
    for mark in marks {
        let free = |row: &&mut Vec<Mark>| row.iter().all(|m| m.end <= mark.start || mark.end <= m.start);
        match rows.iter_mut().find(free) {
            Some(row) => row.push(mark),
            None => rows.push(vec![mark]),
        }
    }
    rows
}

/// A text in lines of so many columns; in one where there is hardly room.
pub fn wrapped(text: &str, room: usize) -> Vec<String> {
    const LEAST: usize = 16;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if room >= LEAST && !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(word.into());
        } else {
            let gap = if line.is_empty() { "" } else { " " };
            *line += &format!("{gap}{word}");
        }
    }
    lines
}
