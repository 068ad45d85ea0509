//! A plain table: a heading and rows of text. Owns its writing for Markdown, LaTeX and spreadsheets; tables of measures are
//! `table`'s.

use super::csv::Csv;
use super::latex;
use super::markdown::{cell, line as text};
use super::names;
use crate::record::MeasureInfo;

/// Rows of text under a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub title: String,
    pub heading: Vec<String>,
    /// Columns before this are words, the others numbers.
    pub words: usize,
    pub rows: Vec<Vec<String>>,
    pub notes: Vec<String>,
}

impl Listing {
    /// With these measures called as people call them.
    pub fn for_people(&self, measures: &[MeasureInfo]) -> Self {
        let said = |text: &String| names::said(text, measures);
        let all = |texts: &Vec<String>| texts.iter().map(said).collect::<Vec<_>>();
        Listing {
            title: said(&self.title),
            heading: all(&self.heading),
            words: self.words,
            rows: self.rows.iter().map(all).collect(),
            notes: all(&self.notes),
        }
    }

    /// Without this column, if it says nothing.
    pub fn without_empty(mut self, name: &str) -> Self {
        let column = self.heading.iter().position(|heading| heading == name);
        if let Some(column) = column.filter(|column| self.rows.iter().all(|row| row[*column].is_empty())) {
            self.heading.remove(column);
            self.rows.iter_mut().for_each(|row| _ = row.remove(column));
            self.words -= usize::from(column < self.words);
        }
        self
    }

    /// Without the columns that say nothing.
    pub fn trimmed(mut self) -> Self {
        for column in (0..self.heading.len()).rev() {
            if self.rows.iter().all(|row| row[column].is_empty()) {
                self.heading.remove(column);
                self.rows.iter_mut().for_each(|row| _ = row.remove(column));
                self.words -= usize::from(column < self.words);
            }
        }
        self
    }

    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
            format!("| {} |", cells.join(" | "))
        };
        let rule = |i: usize| if i < self.words { "---".to_string() } else { "---:".to_string() };
        let rules: Vec<String> = (0..self.heading.len()).map(rule).collect();
        let mut lines = vec![line(&self.heading), line(&rules)];
        lines.extend(self.rows.iter().map(|row| line(row)));
        let notes: Vec<String> = self.notes.iter().map(|note| format!("- {}", text(note))).collect();
        let mut parts = vec![format!("**{}**", text(&self.title)), lines.join("\n"), notes.join("\n")];
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }

    pub fn csv(&self) -> String {
        let mut csv = Csv::new(&self.heading);
        self.rows.iter().for_each(|row| csv.row(row));
        csv.text()
    }

    pub fn latex(&self) -> String {
        let columns = "l".repeat(self.words) + &"r".repeat(self.heading.len() - self.words);
        let row = |cells: &Vec<String>| latex::row(cells.iter().map(|cell| latex::escaped(cell)));
        let body: Vec<String> = self.rows.iter().map(row).collect();
        latex::table(&self.title, &columns, &[row(&self.heading)], &body, &self.notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_columns_go() {
        let rows = vec![vec!["a".to_string(), String::new(), "1".to_string()]];
        let heading = ["x", "y", "z"].map(str::to_string).to_vec();
        let trimmed = Listing { heading, words: 2, rows, ..Listing::default() }.trimmed();
        assert_eq!((trimmed.heading, trimmed.words), (vec!["x".to_string(), "z".to_string()], 1));
        assert_eq!(trimmed.rows, [["a", "1"]]);
    }

    #[test]
    fn a_listing_is_written_three_ways() {
        let text = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        let listing = Listing {
            title: "Cost".into(),
            heading: text(&["arms", "weights"]),
            words: 1,
            rows: vec![text(&["a | b", "2,274"]), text(&["c_d", "1"])],
            notes: text(&["100 %"]),
        };
        assert_eq!(
            listing.markdown(),
            "**Cost**\n\n| arms | weights |\n| --- | ---: |\n| a \\| b | 2,274 |\n| c_d | 1 |\n\n- 100 %\n"
        );
        assert_eq!(listing.csv(), "arms,weights\na | b,\"2,274\"\nc_d,1\n");
        let latex = listing.latex();
        assert!(latex.contains("{tabular}{lr}") && latex.contains("    c\\_d & 1 \\\\\n"), "{latex}");
    }
}
