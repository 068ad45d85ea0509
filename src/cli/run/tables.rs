//! The tables and comparisons of an experiment, printed. Owns their order and which measures are compared.

use super::Format;
use crate::cli::output::{Color, print};
use crate::cli::render::terminal_width;
use crate::record::manifest::Manifest;
use crate::record::{MeasureInfo, RunRecord};
use crate::report::{Style, comparison, table};

/// References stand beside the grid and in no table.
pub fn show(manifest: &Manifest, records: &[RunRecord], format: Format, color: Color) {
    let records: Vec<RunRecord> = records.iter().filter(|record| !record.arm.is_reference()).cloned().collect();
    let failed = records.iter().filter(|r| r.failure.is_some()).count();
    if failed == records.len() {
        return print(&format!("\n{}: no run came to an end, so there is no table\n", manifest.experiment));
    }
    let style = if color.is_on() { Style::Ansi } else { Style::Plain };
    for declared in declarations(manifest) {
        let grid = table::table(&declared, &manifest.axes, &records, &manifest.published);
        print(&match format {
            Format::Text => format!("\n{}", grid.text(terminal_width(), style)),
            Format::Markdown => format!("\n{}", grid.markdown()),
            Format::Csv => grid.csv(),
        });
    }
    if format == Format::Csv {
        return;
    }
    for axis in &manifest.compare {
        print(&format!("\n{}", comparison::compare(axis, &compared(manifest), &manifest.axes, &records).text(style)));
    }
    if failed > 0 {
        print(&format!("\n{failed} of {} runs failed; the tables leave them out\n", records.len()));
    }
}

fn declarations(manifest: &Manifest) -> impl Iterator<Item = table::Declaration> {
    manifest.tables.iter().map(|t| table::Declaration {
        title: manifest.experiment.clone(),
        measures: t.measures.clone(),
        rows: t.rows.clone(),
        columns: t.columns.clone(),
        cells: t.cells.clone(),
    })
}

/// The measures of all tables, each once.
fn compared(manifest: &Manifest) -> Vec<MeasureInfo> {
    let mut measures: Vec<MeasureInfo> = vec![];
    for info in manifest.tables.iter().flat_map(|t| &t.measures) {
        if measures.iter().all(|known| known.name != info.name) {
            measures.push(info.clone());
        }
    }
    measures
}
