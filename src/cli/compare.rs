//! `mhm compare A B`: the arms that two folders of results share, seed by seed.

use super::columns::{columns, listing};
use super::folder::{Runs, again};
use super::gather::Gathered;
use super::output::{Color, Ended, Outcome, complain, print};
use super::shorten;
use crate::record::manifest::{Arm, Axis, Manifest, explained};
use crate::record::{ArmId, MeasureInfo, RunRecord};
use crate::report::{Style, comparison, count as plural};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLES: &str = "\
Examples:
  mhm compare table_2 wider              experiments in `runs`
  mhm compare old/table_2 runs/table_2   folders of results

Arms are paired by the values of their axes, runs by their seed.";

/// Compare the results of two experiments, arm by arm and seed by seed
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Compare {
    /// What is compared with: an experiment, or its folder of results
    first: String,
    /// What is compared
    other: String,
    #[command(flatten)]
    runs: Runs,
}

pub fn run(command: &Compare, color: Color) -> Ended {
    let [first, other] = [&command.first, &command.other].map(|name| Side::open(command, name));
    let (first, other) = (first?, other?);
    let shared = Shared::of(&first, &other)?;
    let style = if color.is_on() { Style::Ansi } else { Style::Plain };
    print(&shared.heading(&first, &other));
    let records: Vec<RunRecord> = shared.tagged(&first).chain(shared.tagged(&other)).collect();
    let comparison = comparison::compare(SIDE, (&shared.measures, &[]), &shared.axes, &records);
    print(&format!("\n{}", comparison.text(style)));
    let not_shown = comparison.not_shown();
    if !not_shown.rows.is_empty() {
        print(&format!("\n{}", listing(&not_shown)));
    }
    Ok(Outcome::Clean)
}

/// The axis that the two sides are the values of; the language has no name like it.
const SIDE: &str = "results";

/// One of the two.
struct Side {
    name: String,
    manifest: Manifest,
    records: Vec<RunRecord>,
}

impl Side {
    fn open(command: &Compare, name: &str) -> Result<Self, String> {
        let store = command.runs.find(name)?;
        let gathered = Gathered::of(&store)?;
        if gathered.lines.is_empty() {
            return Err(format!("`{name}`: {}; `{}` makes them", gathered.said(), again(&store)));
        }
        if gathered.strangers > 0 {
            complain(&format!("`{name}`: {}", gathered.said()));
        }
        let records = gathered.into_records();
        Ok(Self { name: name.into(), manifest: store.manifest().clone(), records })
    }

    fn arm(&self, arm: &ArmId) -> Option<&Arm> {
        self.manifest.arms.iter().find(|a| a.arm == *arm)
    }

    fn seeds(&self) -> BTreeSet<u64> {
        self.records.iter().map(|r| r.seed).collect()
    }

    /// How the measures of its tables and figures are read, each once.
    fn measures(&self) -> Vec<MeasureInfo> {
        let tables = self.manifest.tables.iter().flat_map(|t| &t.measures);
        let mut measures: Vec<MeasureInfo> = vec![];
        for info in tables.chain(self.manifest.figures.iter().flat_map(|f| &f.measures)) {
            if measures.iter().all(|known| known.name != info.name) {
                measures.push(info.clone());
            }
        }
        measures
    }
}

/// What both sides have.
struct Shared {
    arms: BTreeSet<ArmId>,
    seeds: usize,
    /// The sides, then the axes with the values that both have.
    axes: Vec<Axis>,
    measures: Vec<MeasureInfo>,
    /// What differs between the settings of arms, with the number of arms.
    changes: BTreeMap<String, usize>,
    /// What differs around all of them: the program, its texts, the device.
    around: Vec<String>,
}

impl Shared {
    fn of(first: &Side, other: &Side) -> Result<Self, String> {
        let arms: BTreeSet<ArmId> =
            first.manifest.arms.iter().map(|a| a.arm.clone()).filter(|arm| other.arm(arm).is_some()).collect();
        if arms.is_empty() {
            return Err(nothing_shared(first, other));
        }
        let seeds = first.seeds().intersection(&other.seeds()).count();
        if seeds == 0 {
            return Err(format!("`{}` and `{}` have no seed in common, so no pairs", first.name, other.name));
        }
        let mut measures = first.measures();
        let known = other.measures();
        measures.retain(|info| known.iter().any(|k| k.name == info.name));
        if measures.is_empty() {
            return Err(format!("no table or figure of `{}` has a measure of `{}`", first.name, other.name));
        }
        let sides = Axis { name: SIDE.into(), values: vec![first.name.clone(), other.name.clone()] };
        let shared = first.manifest.axes.iter().map(|axis| {
            let has = |value: &&String| arms.iter().any(|arm| arm.value(&axis.name) == Some(value));
            Axis { name: axis.name.clone(), values: axis.values.iter().filter(has).cloned().collect() }
        });
        let axes = std::iter::once(sides).chain(shared).collect();
        let mut changes = BTreeMap::new();
        for (old, new) in arms.iter().filter_map(|arm| first.arm(arm).zip(other.arm(arm))) {
            for found in changed(&old.settings, &new.settings) {
                *changes.entry(found).or_insert(0) += 1;
            }
        }
        let around = around(&first.manifest, &other.manifest);
        Ok(Self { arms, seeds, axes, measures, changes, around })
    }

    fn heading(&self, first: &Side, other: &Side) -> String {
        let arms = plural(self.arms.len(), "arm");
        let seeds = plural(self.seeds, "seed");
        let mut text = format!("{} and {} share {arms} and {seeds}", first.name, other.name);
        for side in [first, other] {
            let alone = side.manifest.arms.len() - self.arms.len();
            if alone > 0 {
                text += &format!("; {} only in {}", plural(alone, "arm"), side.name);
            }
        }
        text += "\n\n";
        if self.changes.is_empty() && self.around.is_empty() {
            return text + "nothing differs: program, data and settings of these arms are the same\n";
        }
        let row = |(change, count): (&String, &usize)| vec![change.clone(), format!("in {}", plural(*count, "arm"))];
        let mut rows: Vec<Vec<String>> = self.changes.iter().map(row).collect();
        rows.extend(self.around.iter().map(|change| vec![change.clone()]));
        text + "what differs:\n" + &columns(&rows, 0)
    }

    /// The records of shared arms, with the side they are on.
    fn tagged<'s>(&'s self, side: &'s Side) -> impl Iterator<Item = RunRecord> + 's {
        let ours = side.records.iter().filter(|record| self.arms.contains(&record.arm));
        ours.map(|record| {
            let tag = (SIDE.to_string(), side.name.clone());
            let arm = ArmId(std::iter::once(tag).chain(record.arm.0.iter().cloned()).collect());
            RunRecord { arm, ..record.clone() }
        })
    }
}

/// Settings that are other texts, or only on one side; what the name of a part tells already is left out.
fn changed(old: &[(String, String)], new: &[(String, String)]) -> Vec<String> {
    // Several values where parts of cross-validation have their own choice.
    let text = |settings: &'_ [(String, String)], name: &str| {
        let values: Vec<&str> = settings.iter().filter(|(n, _)| n == name).map(|(_, text)| text.as_str()).collect();
        (!values.is_empty()).then(|| values.join(" or "))
    };
    let mut names: Vec<&String> = vec![];
    old.iter().chain(new).for_each(|(name, _)| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    let differs = |name: &str| text(old, name) != text(new, name);
    names.retain(|name| differs(name) && !explained(name).is_some_and(differs));
    names.iter().map(|name| shorten::told(name, text(old, name).as_deref(), text(new, name).as_deref())).collect()
}

/// What differs beside the settings: the program, where it ran, and texts of one name.
fn around(old: &Manifest, new: &Manifest) -> Vec<String> {
    let numerics = |manifest: &Manifest| match manifest.numerics {
        0 => "those of an earlier version".to_string(),
        number => number.to_string(),
    };
    let pairs = [
        ("program", old.program.clone(), new.program.clone()),
        ("numerics", numerics(old), numerics(new)),
        ("device", old.device.clone(), new.device.clone()),
        ("instructions", old.instructions.clone(), new.instructions.clone()),
    ];
    let told = |(name, old, new): &(&str, String, String)| shorten::told(name, Some(old), Some(new));
    let mut lines: Vec<String> = pairs.iter().filter(|(_, old, new)| old != new).map(told).collect();
    let other = |(name, hash): &(String, String)| new.texts.iter().any(|(n, h)| n == name && h != hash);
    let texts: Vec<String> = old.texts.iter().filter(|text| other(text)).map(|(name, _)| format!("`{name}`")).collect();
    if !texts.is_empty() {
        lines.push(format!("the text of {}", texts.join(", ")));
    }
    lines
}

fn nothing_shared(first: &Side, other: &Side) -> String {
    let axes = |side: &Side| {
        let names: Vec<&str> = side.manifest.axes.iter().map(|axis| axis.name.as_str()).collect();
        if names.is_empty() { "no axis".to_string() } else { names.join(", ") }
    };
    format!(
        "`{}` and `{}` share no arm: an arm is the same where all its axes have the same values; the first varies {}, the \
         other {}",
        first.name,
        other.name,
        axes(first),
        axes(other)
    )
}
