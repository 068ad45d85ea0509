//! A table for a terminal: aligned columns, cut into tables below one another where the terminal is narrow.

use super::{Direction, Entry, Grid, Header};
use crate::report::{Style, width};

impl Grid {
    /// For a terminal. What is wider than `width` is cut between columns into tables below one another; a single column
    /// that is wider still is left whole.
    pub fn text(&self, width: usize, style: Style) -> String {
        let labels = self.label_columns();
        let columns = self.columns(style);
        let label_width: usize = labels.iter().map(|column| column.width()).sum::<usize>() + GAP * (labels.len() - 1);
        let mut blocks = Vec::new();
        let mut rest = columns.as_slice();
        while !rest.is_empty() {
            let (block, after) = rest.split_at(fitting(rest, width.saturating_sub(label_width)));
            blocks.push(self.block(&labels, block));
            rest = after;
        }
        let mut text = vec![style.bold(&self.title)];
        text.extend(blocks);
        text.push(self.footer("*").join("\n"));
        text.retain(|part| !part.is_empty());
        text.join("\n\n") + "\n"
    }

    /// The row axes, and measures that run down, under as many headings as there are headers.
    fn label_columns(&self) -> Vec<Column> {
        let depth = self.headers.len().max(1);
        let shown: Vec<Vec<String>> = (0..self.lines.len()).map(|i| self.shown_labels(i)).collect();
        let named = |(k, name): (usize, &String)| {
            let mut heading = vec![Piece::default(); depth];
            heading[depth - 1] = Piece::plain(name);
            Column { heading, body: shown.iter().map(|labels| Piece::plain(&labels[k])).collect() }
        };
        let mut columns: Vec<Column> = self.row_axes.iter().enumerate().map(named).collect();
        if self.direction == Direction::Down {
            let heading = self.headings(|header| format!("{}:", header.axis));
            let last = self.row_axes.len();
            columns.push(Column { heading, body: shown.iter().map(|labels| Piece::plain(&labels[last])).collect() });
        }
        columns
    }

    fn columns(&self, style: Style) -> Vec<Column> {
        let columns = self.lines.first().map_or(0, |line| line.cells.len());
        let column = |i: usize| Column {
            heading: self.headings(|header: &Header| header.values[i].clone()),
            body: self.body(i, style),
        };
        (0..columns).map(column).collect()
    }

    fn headings(&self, text: impl Fn(&Header) -> String) -> Vec<Piece> {
        match self.headers.as_slice() {
            [] => vec![Piece::default()],
            headers => headers.iter().map(|header| Piece::plain(&text(header))).collect(),
        }
    }

    /// The cells of one column, their entries below one another.
    fn body(&self, column: usize, style: Style) -> Vec<Piece> {
        let parts = self.lines.first().map_or(0, |line| line.cells[column].len());
        let parts: Vec<Vec<Piece>> = (0..parts).map(|k| self.part(column, k, style)).collect();
        (0..self.lines.len()).map(|i| Piece::join(parts.iter().map(|part| part[i].clone()), " / ")).collect()
    }

    /// The `k`-th entries of a column: numbers to the right, then a place for the mark, then what is published.
    fn part(&self, column: usize, k: usize, style: Style) -> Vec<Piece> {
        let entries: Vec<&Entry> = self.lines.iter().map(|line| &line.cells[column][k]).collect();
        let numbers: Vec<String> = entries.iter().map(|entry| self.number(entry)).collect();
        let bracketed = |published: String| format!(" [{published}]");
        let published: Vec<String> =
            entries.iter().map(|entry| self.published(entry).map_or(String::new(), bracketed)).collect();
        let (wide, beside) = (widest(&numbers), widest(&published));
        let marked = entries.iter().any(|entry| entry.best);
        let piece = |i: usize| {
            let before = " ".repeat(wide - width(&numbers[i]));
            let shown = match (entries[i].best, marked) {
                (true, _) => style.bold(&format!("{}*", numbers[i])),
                (false, true) => format!("{} ", numbers[i]),
                (false, false) => numbers[i].clone(),
            };
            let text = format!("{before}{shown}{:>beside$}", published[i]);
            Piece { text, width: wide + usize::from(marked) + beside }
        };
        (0..entries.len()).map(piece).collect()
    }

    /// One table of the label columns and some of the others.
    fn block(&self, labels: &[Column], columns: &[Column]) -> String {
        let all: Vec<&Column> = labels.iter().chain(columns).collect();
        let total = all.iter().map(|column| column.width()).sum::<usize>() + GAP * (all.len() - 1);
        let line = |piece: &dyn Fn(&Column) -> Piece| {
            let cells: Vec<String> = all.iter().map(|column| piece(column).filled(column.width())).collect();
            cells.join(&" ".repeat(GAP)).trim_end().to_string()
        };
        let headings = (0..self.headers.len().max(1)).map(|i| line(&|column| column.heading[i].clone()));
        let mut text: Vec<String> = headings.filter(|heading| !heading.is_empty()).collect();
        text.push("─".repeat(total));
        text.extend((0..self.lines.len()).map(|i| line(&|column| column.body[i].clone())));
        text.join("\n")
    }
}

/// Spaces between columns.
const GAP: usize = 2;

/// A column of text.
struct Column {
    heading: Vec<Piece>,
    body: Vec<Piece>,
}

impl Column {
    fn width(&self) -> usize {
        self.heading.iter().chain(&self.body).map(|piece| piece.width).max().unwrap_or(0)
    }
}

/// A text and the width it is seen in, without its colours.
#[derive(Clone, Default)]
struct Piece {
    text: String,
    width: usize,
}

impl Piece {
    fn plain(text: &str) -> Self {
        Piece { text: text.to_string(), width: width(text) }
    }

    fn join(pieces: impl Iterator<Item = Piece>, between: &str) -> Self {
        let pieces: Vec<Piece> = pieces.collect();
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        let gaps = width(between) * pieces.len().saturating_sub(1);
        Piece { text: texts.join(between), width: pieces.iter().map(|piece| piece.width).sum::<usize>() + gaps }
    }

    fn filled(&self, width: usize) -> String {
        format!("{}{}", self.text, " ".repeat(width - self.width))
    }
}

/// How many of the columns fit beside the labels, at least one.
fn fitting(columns: &[Column], space: usize) -> usize {
    let ends = columns.iter().scan(0, |end, column| {
        *end += GAP + column.width();
        Some(*end)
    });
    ends.take_while(|end| *end <= space).count().max(1)
}

fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| width(text)).max().unwrap_or(0)
}
