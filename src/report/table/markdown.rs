//! A table in Markdown.

use super::{Entry, Grid};
use crate::report::markdown::{cell, line};

impl Grid {
    /// As a Markdown table.
    pub fn markdown(&self) -> String {
        self.for_people().marked_down()
    }

    fn marked_down(&self) -> String {
        let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let columns = self.lines.first().map_or(0, |line| line.cells.len());
        let headings = (0..columns).map(|i| {
            let values: Vec<&str> = self.headers.iter().map(|header| header.values[i].as_str()).collect();
            values.join(", ")
        });
        let named = |name: &str| if name.is_empty() { "measure".to_string() } else { name.to_string() };
        let heading: Vec<String> =
            self.label_names().into_iter().map(named).chain(headings).map(|text| cell(&text)).collect();
        let mut text = vec![row(&heading), row(&vec!["---".to_string(); heading.len()])];
        for (i, line) in self.lines.iter().enumerate() {
            let labels = self.shown_labels(i).into_iter().map(|label| cell(&label));
            let cells = line.cells.iter().map(|entries| {
                let marked = |entry: &Entry| {
                    let text = cell(&self.number(entry));
                    let text = if entry.best { format!("**{text}**") } else { text };
                    let published = self.published(entry).map(|published| format!("[{}]", cell(&published)));
                    [Some(text).filter(|text| !text.is_empty()), published]
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                entries.iter().map(marked).collect::<Vec<_>>().join(" / ")
            });
            text.push(row(&labels.chain(cells).collect::<Vec<_>>()));
        }
        let notes: Vec<String> = self.footer("Bold").iter().map(|note| format!("- {}", line(note))).collect();
        let mut parts = vec![format!("**{}**", line(&self.title)), text.join("\n"), notes.join("\n")];
        parts.retain(|part| !part.is_empty() && part != "****");
        parts.join("\n\n") + "\n"
    }
}
