//! What the runs of an experiment came to, as frames and as pages. Owns nothing that a report has not: it only hands it on.

use crate::cli::folder::Runs;
use crate::cli::gather::Gathered;
use crate::cli::report::confusion;
use crate::record::manifest::Manifest;
use crate::report::frames::{self, Frame};
use crate::report::{Report, Style, comparison, html, tables};
use crate::store::Store;
use std::path::{Path, PathBuf};

/// The stored runs of an experiment, as they were when they were gathered.
pub struct Results {
    store: Store,
    report: Report,
    /// "3 of 8 runs of these settings are done".
    pub said: String,
}

impl Results {
    /// Of an experiment of this name below `runs`, or in a folder of this path.
    ///
    /// # Errors
    /// There are no such results, or they cannot be read.
    pub fn open(name: &str, runs: &Path) -> Result<Self, String> {
        Self::of(Runs { runs: runs.into() }.find(name)?)
    }

    /// Of a folder of results.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn of(store: Store) -> Result<Self, String> {
        let gathered = Gathered::of(&store)?;
        let said = gathered.said();
        let manifest = Manifest { hash: gathered.hash.clone(), ..store.manifest().clone() };
        let report = Report { manifest, records: gathered.into_records(), confusion: vec![] };
        Ok(Self { store, report, said })
    }

    pub fn folder(&self) -> PathBuf {
        self.store.folder().to_path_buf()
    }

    pub fn manifest(&self) -> &Manifest {
        &self.report.manifest
    }

    /// The manifest as JSON.
    ///
    /// # Errors
    /// None that is known of: it is plain data.
    pub fn json(&self) -> Result<String, String> {
        serde_json::to_string(self.manifest()).map_err(|e| format!("cannot write JSON: {e}"))
    }

    /// The frame of this name; `None` of a name that there is not.
    pub fn frame(&self, name: &str) -> Option<Frame> {
        let Report { manifest, records, .. } = &self.report;
        Some(match name {
            "runs" => frames::runs(manifest, records),
            "references" => frames::references(manifest, records),
            "trainings" => frames::trainings(manifest, records),
            "curves" => frames::curves(manifest, records),
            "comparisons" => frames::comparisons(manifest, records),
            "settings" => frames::settings(manifest),
            // What every run predicted is read for this alone.
            "confusion" => frames::confusion(manifest, &confusion(&self.store)),
            _ => return None,
        })
    }

    /// The tables and comparisons that the experiment asks for, as a terminal shows them.
    pub fn text(&self) -> String {
        let Report { manifest, records, .. } = &self.report;
        let grid: Vec<_> = records.iter().filter(|record| !record.arm.is_reference()).cloned().collect();
        let tables = tables(manifest, &grid).into_iter().map(|table| table.text(super::WIDTH, Style::Plain));
        let compared = manifest.compare.iter().map(|axis| comparison::of(manifest, axis, &grid).text(Style::Plain));
        tables.chain(compared).collect::<Vec<_>>().join("\n")
    }

    /// The same as a part of a page that has a style of its own.
    pub fn excerpt(&self) -> String {
        html::excerpt(&self.report)
    }

    /// The whole report as a page.
    pub fn page(&self) -> String {
        let Report { manifest, records, .. } = &self.report;
        let confusion = confusion(&self.store);
        html::page(&Report { manifest: manifest.clone(), records: records.clone(), confusion })
    }
}
