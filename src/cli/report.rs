//! `mhm report`: what came of an experiment as a page, with its tables and pictures as files of their own.

use super::destination::{Force, said};
use super::folder::{Runs, again};
use super::gather::Gathered;
use super::output::{Ended, Outcome, complain, print};
use crate::folder::Folder;
use crate::measure;
use crate::parallel;
use crate::record::manifest::{Arm, Manifest};
use crate::record::{Address, ArmId, Artifacts, Evaluated, Evaluee};
use crate::report::confusion::{CLASSES, Confusion};
use crate::report::{Bitmaps, Report, confused, files};
use crate::store::{SUMS, SUMS_LIMIT, Store, Wanted};
use clap::Args;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mhm report table_2              runs/table_2/report/report.html, tables/ and figures/
  mhm report table_2 -o paper     into another folder
  mhm report table_2 --png        figures as PNG beside SVG and PDF
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
    /// Draw figures as PNG, too: they are SVG and PDF (a program that was built with `--features png` does)
    #[arg(long)]
    png: bool,
    #[command(flatten)]
    force: Force,
}

impl Command {
    fn bitmaps(&self) -> Result<Bitmaps, String> {
        match (self.png, cfg!(feature = "png")) {
            (true, false) => {
                Err("`--png` needs a program that was built with `--features png`; PDF and SVG need nothing".into())
            }
            (true, true) => Ok(Bitmaps::Yes),
            (false, _) => Ok(Bitmaps::No),
        }
    }
}

pub fn run(command: &Command) -> Ended {
    let store = command.runs.find(&command.run)?;
    let bitmaps = command.bitmaps()?;
    let gathered = Gathered::of(&store)?;
    if gathered.lines.is_empty() {
        let (folder, command) = (store.folder().display(), again(&store));
        return Err(format!("`{folder}`: {}; `{command}` makes them", gathered.said()));
    }
    if gathered.strangers > 0 {
        complain(&gathered.said());
    }
    let manifest = Manifest { hash: gathered.hash.clone(), ..store.manifest().clone() };
    let report = Report { manifest, records: gathered.into_records(), confusion: confusion(&store) };
    let folder = match &command.output {
        None => store.report().map_err(|e| {
            let folder = store.folder().display();
            format!("cannot write into `{folder}/report`: {}; `-o DIR` writes elsewhere", said(&e))
        })?,
        Some(named) => {
            Folder::make(named).map_err(|e| format!("cannot write into `{}`: {}", named.display(), said(&e)))?
        }
    };
    let mut files = files(&report, bitmaps);
    let sums = files.iter().map(|(path, bytes)| format!("{}  {path}\n", blake3::hash(bytes).to_hex()));
    // As `b3sum --check` reads them, and `mhm verify`.
    let sums: String = sums.collect();
    files.push((SUMS.into(), sums.into_bytes()));
    if command.output.is_some() && !command.force.force {
        are_ours(&folder, &files)?;
    }
    write(&folder, &files)?;
    print(&format!("{}\n", folder.path().join("report.html").display()));
    Ok(Outcome::Clean)
}

/// Of the arms that are drawn, over their runs. A run that cannot be read is said and left out.
pub fn confusion(store: &Store) -> Vec<Confusion> {
    let of_arm = |arm: &'_ Arm| {
        let addresses: BTreeSet<Address> = arm.cells.iter().copied().filter(|address| store.has(address)).collect();
        addresses.into_iter().map(|address| (arm.arm.clone(), address)).collect::<Vec<_>>()
    };
    let runs: Vec<(ArmId, Address)> = confused(store.manifest()).iter().flat_map(of_arm).collect();
    let counted = parallel::map(&runs, |(_, address)| {
        store.artifacts(address, Wanted::Deployed).map(|artifacts| counts(&artifacts))
    });
    let mut all: BTreeMap<(ArmId, String), Confusion> = BTreeMap::new();
    for ((arm, _), counted) in runs.into_iter().zip(counted) {
        for found in counted.unwrap_or_else(|why| {
            complain(&why.to_string());
            vec![]
        }) {
            match all.entry((arm.clone(), found.split.clone())) {
                Entry::Vacant(place) => _ = place.insert(Confusion { arm: arm.clone(), ..found }),
                Entry::Occupied(mut known) => known.get_mut().add(&found.counts),
            }
        }
    }
    all.into_values().collect()
}

/// What one run says of every split, of no arm yet.
fn counts(artifacts: &Artifacts) -> Vec<Confusion> {
    let Some(classes) = artifacts.classes.as_ref().filter(|c| c.classes <= CLASSES) else { return vec![] };
    let after = artifacts.evaluated.iter().filter(|e| e.epoch.is_none() && e.change.is_none());
    let deployed = after.filter(|e| e.network == Evaluee::Deployed);
    let of_split = |evaluated: &Evaluated| {
        let (split, target) = (evaluated.split.clone(), classes.target.clone());
        let counts = measure::confusion(artifacts, &split)?;
        let names = artifacts.names.get(&target).cloned().unwrap_or_default();
        Some(Confusion { arm: ArmId::default(), split, target, counts, names })
    };
    deployed.filter_map(of_split).collect()
}

/// An error where a file would be replaced that no report before this one wrote.
fn are_ours(folder: &Folder, files: &[(String, Vec<u8>)]) -> Result<(), String> {
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

/// Writes files whose paths have a folder or none: all of one at once, the check sums last.
fn write(folder: &Folder, files: &[(String, Vec<u8>)]) -> Result<(), String> {
    let mut below: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
    for (path, bytes) in files {
        let (part, name) = path.split_once('/').unwrap_or(("", path));
        below.entry(part).or_default().push((name, bytes));
    }
    for (part, files) in below.into_iter().rev() {
        let to = if part.is_empty() { Ok(folder.clone()) } else { folder.make_below(part) };
        let path = folder.path().join(part);
        to.and_then(|to| to.write_all(&files))
            .map_err(|e| format!("cannot write into `{}`: {}", path.display(), said(&e)))?;
    }
    Ok(())
}
