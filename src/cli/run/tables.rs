//! The tables and comparisons of an experiment, printed. Owns their order and what stands between them.

use super::Format;
use crate::cli::columns;
use crate::cli::output::{Color, print};
use crate::cli::render::terminal_width;
use crate::record::RunRecord;
use crate::record::manifest::Manifest;
use crate::report::listing::Listing;
use crate::report::{Style, comparison, counts, searches, tables};

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    pub format: Format,
    pub color: Color,
    /// Experiments that are shown one after the other.
    pub experiments: usize,
}

impl Show {
    /// References stand beside the grid and in no table.
    pub fn results(self, manifest: &Manifest, records: &[RunRecord]) {
        let (grid, counts) = (grid(records), counts(manifest, records));
        if grid.iter().all(|record| record.failure.is_some()) {
            return print(&format!(
                "{}\n",
                self.remark(&format!("{}: no run came to an end, so there is no table", manifest.experiment))
            ));
        }
        let style = if self.color.is_on() { Style::Ansi } else { Style::Plain };
        self.listing(&searches::chosen(manifest));
        let tables = tables(manifest, &grid);
        let several = tables.len() * self.experiments > 1;
        for (i, table) in tables.iter().enumerate() {
            let between = if i == 0 { "" } else { "\n" };
            print(&match self.format {
                Format::Text => format!("\n{}", table.text(terminal_width(), style)),
                Format::Markdown => format!("\n{}", table.markdown()),
                // Tables have other columns, and a file of values has one heading.
                Format::Csv if several => format!("{between}# {}\n{}", table.title, table.csv()),
                Format::Csv => table.csv(),
            });
        }
        for axis in &manifest.compare {
            let compared = comparison::of(manifest, axis, &grid);
            match self.format {
                Format::Text => print(&format!("\n{}", compared.text(style))),
                Format::Markdown => print(&format!("\n{}", compared.listing().markdown())),
                Format::Csv => {}
            }
            self.listing(&compared.not_shown());
        }
        let left = counts.planned.saturating_sub(counts.done + counts.failed);
        if left > 0 && self.format != Format::Csv {
            let left = format!("{left} of {} runs are not done; all of this is of the others alone", counts.planned);
            print(&format!("{}\n", self.remark(&left)));
        }
        if counts.failed > 0 && self.format != Format::Csv {
            let failed = format!(
                "{} of {} runs failed; the tables leave them out, and the same command tries them again",
                counts.failed,
                counts.done + counts.failed
            );
            print(&format!("{}\n", self.remark(&failed)));
        }
    }

    /// A plain table, if there is anything in it; files of values have the others alone.
    fn listing(self, listing: &Listing) {
        match self.format {
            _ if listing.rows.is_empty() => {}
            Format::Text => print(&format!("\n{}", columns::listing(listing))),
            Format::Markdown => print(&format!("\n{}", listing.markdown())),
            Format::Csv => {}
        }
    }

    fn remark(self, text: &str) -> String {
        match self.format {
            Format::Text | Format::Markdown => format!("\n{text}"),
            Format::Csv => format!("# {text}"),
        }
    }
}

fn grid(records: &[RunRecord]) -> Vec<RunRecord> {
    records.iter().filter(|record| !record.arm.is_reference()).cloned().collect()
}
