//! `mhm report`: what came of an experiment as a page, with its tables and pictures as files of their own.

use super::destination::Force;
use super::folder::Runs;
use super::output::{Ended, Outcome, complain, print};
use crate::folder::Folder;
use crate::measure;
use crate::record::manifest::Arm;
use crate::record::{Address, Evaluee, Kept};
use crate::report::confusion::{CLASSES, Confusion};
use crate::report::{Report, files};
use crate::store::{SUMS, Store};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mhm report table_2              runs/table_2/report/report.html, tables/ and figures/
  mhm report table_2 -o paper     into another folder
  mhm report old/table_2          of results in another folder";

/// Draw what came of an experiment: a page, tables, figures
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Command {
    /// An experiment, or its folder of results
    run: String,
    #[command(flatten)]
    runs: Runs,
    /// Folder to write to (default: `report` in the folder of results)
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
}

pub fn run(command: &Command) -> Ended {
    let store = command.runs.find(&command.run)?;
    let records = store.records().map_err(|e| e.to_string())?;
    if records.is_empty() {
        let folder = store.folder().display();
        return Err(format!("`{folder}` has no measured runs yet: `mhm run {}` makes them", store.manifest().file));
    }
    let report = Report { manifest: store.manifest().clone(), records, confusion: confusion(&store) };
    let folder = match &command.output {
        None => store.report().map_err(|e| e.to_string())?,
        Some(named) => Folder::make(named).map_err(|e| format!("cannot write into `{}`: {e}", named.display()))?,
    };
    let mut files = files(&report);
    let sums = files.iter().map(|(path, text)| format!("{}  {path}\n", blake3::hash(text.as_bytes()).to_hex()));
    // As `b3sum --check` reads them, and `mhm verify`.
    files.push((SUMS.into(), sums.collect()));
    if command.output.is_some() && !command.force.force {
        are_ours(&folder, &files)?;
    }
    write(&folder, &files)?;
    print(&format!("{}\n", folder.path().join("report.html").display()));
    Ok(Outcome::Clean)
}

/// Of every arm, over its runs. A run that cannot be read is said and left out.
fn confusion(store: &Store) -> Vec<Confusion> {
    let mut all = vec![];
    for arm in &store.manifest().arms {
        let addresses: BTreeSet<&Address> = arm.cells.iter().filter(|address| store.has(address)).collect();
        for address in addresses {
            match store.kept(address, &is_final) {
                Ok(kept) => add(&mut all, arm, &kept),
                Err(why) => complain(&why.to_string()),
            }
        }
    }
    all
}

/// Predictions of deployed networks after training, and what they are held against.
fn is_final(tensor: &str) -> bool {
    !tensor.starts_with("weights/") && !tensor.starts_with("epoch ") && !tensor.contains('[')
}

fn add(all: &mut Vec<Confusion>, arm: &Arm, kept: &Kept) {
    let Some(classes) = kept.classes.as_ref().filter(|c| c.classes <= CLASSES) else { return };
    let after = kept.evaluated.iter().filter(|e| e.epoch.is_none() && e.change.is_none());
    let deployed = after.filter(|e| e.network == Evaluee::Deployed);
    for split in deployed.map(|evaluated| &evaluated.split) {
        let Some(counts) = measure::confusion(kept, split) else { continue };
        match all.iter_mut().find(|c| c.arm == arm.arm && c.split == *split) {
            Some(known) => known.add(&counts),
            None => all.push(Confusion {
                arm: arm.arm.clone(),
                split: split.clone(),
                target: classes.target.clone(),
                counts,
            }),
        }
    }
}

/// An error where a file would be replaced that no report before this one wrote.
fn are_ours(folder: &Folder, files: &[(String, String)]) -> Result<(), String> {
    let sums = folder.read(SUMS, SUMS_LIMIT).ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok());
    let sums = sums.unwrap_or_default();
    let known: Option<BTreeSet<&str>> = sums.lines().map(|line| Some(line.split_once("  ")?.1)).collect();
    let mut known = known.filter(|known| known.contains("report.html")).unwrap_or_default();
    if !known.is_empty() {
        known.insert(SUMS);
    }
    for (path, _) in files.iter().filter(|(path, _)| !known.contains(path.as_str())) {
        let (part, name) = path.split_once('/').unwrap_or(("", path));
        let inside = if part.is_empty() { Some(folder.clone()) } else { folder.below(part).ok() };
        if inside.is_some_and(|inside| inside.kind(name).is_some()) {
            let path = folder.path().join(path);
            return Err(format!(
                "`{}` exists and no report wrote it: choose another folder, or replace it with `--force`",
                path.display()
            ));
        }
    }
    Ok(())
}

/// Bytes that a list of check sums may have.
const SUMS_LIMIT: u64 = 64 << 20;

/// Writes files whose paths have a folder or none: all of one at once, the check sums last.
fn write(folder: &Folder, files: &[(String, String)]) -> Result<(), String> {
    let mut below: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
    for (path, text) in files {
        let (part, name) = path.split_once('/').unwrap_or(("", path));
        below.entry(part).or_default().push((name, text.as_bytes()));
    }
    for (part, files) in below.into_iter().rev() {
        let to = if part.is_empty() { Ok(folder.clone()) } else { folder.make_below(part) };
        let path = folder.path().join(part);
        to.and_then(|to| to.write_all(&files)).map_err(|e| format!("cannot write into `{}`: {e}", path.display()))?;
    }
    Ok(())
}
