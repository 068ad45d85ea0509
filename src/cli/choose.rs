//! Which run of an experiment is meant: an arm, a seed and a repeat. Where there is a choice, the message lists it and
//! shows what to type.

use super::folder::again;
use super::run::origin::quoted;
use crate::experiment::Cell;
use crate::id::Part;
use crate::record::manifest::{Arm, Manifest};
use crate::record::{Address, ArmId, Turn};
use crate::store::{Store, Stored};
use clap::Args;

/// Which run.
#[derive(Clone, Debug, Default, Args)]
pub struct Which {
    /// The arm, by the values of its axes: --arm 'method=EndToEnd, task=moons'
    #[arg(long, value_name = "AXIS=VALUE, …")]
    pub arm: Option<String>,
    /// One of its seeds
    #[arg(long)]
    pub seed: Option<u64>,
    /// Of `cross`, the part that it was tested on, from 1
    #[arg(long)]
    pub part: Option<usize>,
    /// Of several runs of a seed (default: 0)
    #[arg(long)]
    pub repeat: Option<u64>,
    /// What stands before and behind it in the command, for examples.
    #[arg(skip)]
    pub around: (String, String),
}

impl Which {
    /// The first of these options that was given.
    pub fn said(&self) -> Option<&'static str> {
        let Self { arm, seed, part, repeat, around: _ } = self;
        let all = [
            ("--arm", arm.is_some()),
            ("--seed", seed.is_some()),
            ("--part", part.is_some()),
            ("--repeat", repeat.is_some()),
        ];
        all.into_iter().find(|(_, is_said)| *is_said).map(|(option, _)| option)
    }
}

/// One run of the grid, or beside it.
#[derive(Debug)]
pub struct Choice<'m> {
    pub arm: &'m ArmId,
    pub turn: Turn,
    pub address: &'m Address,
}

impl Choice<'_> {
    /// Its place among the cells of the experiment.
    pub fn cell<'c, 'e>(&self, cells: &'c [Cell<'e>]) -> Result<&'c Cell<'e>, String> {
        let found = |cell: &&Cell<'_>| *cell.arm == *self.arm && cell.turn == self.turn;
        Ok(cells.iter().find(found).ok_or("the stored text declares no such arm; `mhm run` stores it anew")?)
    }

    /// What was stored of it.
    pub fn stored(&self, store: &Store) -> Result<Stored, String> {
        if !store.has(self.address) {
            return Err(format!("this run is not done yet: `{}` goes on with it", again(store)));
        }
        store.stored(self.address).map_err(|e| e.to_string())
    }
}

/// Arms and seeds that a message lists.
const SHOWN: usize = 24;

/// The run that the command line means.
pub fn choose<'m>(which: &Which, manifest: &'m Manifest) -> Result<Choice<'m>, String> {
    let arm = arm(which, manifest)?;
    let seed = seed(which, manifest, arm)?;
    let repeat = which.repeat.unwrap_or(0);
    if repeat >= manifest.repeats {
        return Err(format!("seed {seed} has {}", numbered("repeat", manifest.repeats)));
    }
    let turn = Turn { seed, part: part(which, manifest)?, repeat };
    let address = manifest.turns().position(|other| other == turn).and_then(|place| arm.cells.get(place));
    let address = address.ok_or("the manifest of the runs does not list this one; `mhm run` writes it anew")?;
    Ok(Choice { arm: &arm.arm, turn, address })
}

fn arm<'m>(which: &Which, manifest: &'m Manifest) -> Result<&'m Arm, String> {
    let wanted = which.arm.as_deref().map(|text| parts(text, manifest)).unwrap_or_default();
    let of_grid = |axis: &str| manifest.arms.iter().any(|arm| arm.arm.value(axis).is_some());
    let beside = wanted.iter().any(|(axis, _)| axis.is_some_and(|axis| !of_grid(axis)));
    let all: Vec<&Arm> = if beside { manifest.references.iter().collect() } else { manifest.arms.iter().collect() };
    let fits = |arm: &&Arm| wanted.iter().all(|(axis, value)| has(&arm.arm, *axis, value));
    let found: Vec<&Arm> = all.iter().copied().filter(fits).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(none(said(which), manifest, "--arm", &list(&all))),
        [first, ..] => Err(format!(
            "`{}` has {} arms{}: say which\n{}\nfor example: {}",
            manifest.experiment,
            found.len(),
            which.arm.as_ref().map_or(String::new(), |_| format!(" that are {}", said(which))),
            list(&found),
            typed(which, manifest, first, which.seed)
        )),
    }
}

/// The arms of the grid that have all these values, `method=EndToEnd, task=moons`; without any, all.
pub fn fitting<'m>(wanted: Option<&str>, manifest: &'m Manifest) -> Result<Vec<&'m Arm>, String> {
    let all: Vec<&Arm> = manifest.arms.iter().collect();
    let Some(text) = wanted else { return Ok(all) };
    let values = parts(text, manifest);
    let fits = |arm: &&&Arm| values.iter().all(|(axis, value)| has(&arm.arm, *axis, value));
    let found: Vec<&Arm> = all.iter().filter(fits).copied().collect();
    if found.is_empty() {
        let arms: Vec<String> = all.iter().take(SHOWN).map(|arm| format!("  {}", pairs(&arm.arm))).collect();
        return Err(none(text, manifest, "--where", &arms.join("\n")));
    }
    Ok(found)
}

/// Why no arm is what an option says.
fn none(text: &str, manifest: &Manifest, option: &str, arms: &str) -> String {
    let name = &manifest.experiment;
    match manifest.arms.iter().chain(&manifest.references).all(|arm| arm.arm.0.is_empty()) {
        true => format!("`{name}` varies nothing, so it has no arms to choose among: leave out `{option}`"),
        false => format!("no arm of `{name}` is {text}; it has\n{arms}"),
    }
}

fn said(which: &Which) -> &str {
    which.arm.as_deref().unwrap_or_default()
}

/// `method=Mhm(heads: 4), task=moons`: values by axis; one without an axis may be of any. Commas in brackets and in texts
/// are the value's own.
fn parts<'t>(text: &'t str, manifest: &Manifest) -> Vec<(Option<&'t str>, String)> {
    let (mut depth, mut quoted, mut pieces, mut start) = (0i32, false, vec![], 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 && !in_label(&text[start..at], &text[start..], manifest) => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    let known = |name: &str| manifest.arms.iter().chain(&manifest.references).any(|arm| arm.arm.value(name).is_some());
    let part = |piece: &'t str| match piece.split_once('=') {
        Some((axis, value)) if known(axis.trim()) => (Some(axis.trim()), plain(value)),
        Some(_) | None => (None, plain(piece)),
    };
    pieces.into_iter().filter(|piece| !piece.trim().is_empty()).map(part).collect()
}

/// Whether a comma after `before` belongs to a label: a value of some arm, `MHM, one head a turn`, goes on over it.
fn in_label(before: &str, from: &str, manifest: &Manifest) -> bool {
    let value = |text: &str| plain(text.split_once('=').map_or(text, |(_, value)| value));
    let (before, from) = (value(before), value(from));
    let goes_on = |label: &str| label.len() > before.len() && from.starts_with(label);
    manifest.arms.iter().flat_map(|arm| &arm.arm.0).any(|(_, label)| goes_on(&plain(label)))
}

/// Without blanks, so that they do not count.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

fn has(arm: &ArmId, axis: Option<&str>, value: &str) -> bool {
    arm.0.iter().any(|(name, text)| axis.is_none_or(|axis| axis == name) && is(&plain(text), value))
}

/// Whether a value of an axis is what was said: numbers may be written in several ways.
fn is(text: &str, said: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    text == said || number(text).is_some_and(|number_of_axis| number(said) == Some(number_of_axis))
}

/// What to say of a seed that there is none of.
pub fn no_seed(seed: u64, manifest: &Manifest) -> String {
    let seeds = shown(&manifest.seeds);
    format!("`{}` was not run with the seed {seed}; its seeds are {seeds}", manifest.experiment)
}

fn seed(which: &Which, manifest: &Manifest, arm: &Arm) -> Result<u64, String> {
    match (which.seed, manifest.seeds.as_slice()) {
        (None, [only]) => Ok(*only),
        (Some(seed), seeds) if seeds.contains(&seed) => Ok(seed),
        (None, seeds) => Err(format!(
            "`{}` was run with the seeds {}: say which, for example: {}",
            manifest.experiment,
            shown(seeds),
            typed(which, manifest, arm, seeds.first().copied())
        )),
        (Some(seed), _) => Err(no_seed(seed, manifest)),
    }
}

fn part(which: &Which, manifest: &Manifest) -> Result<Option<Part>, String> {
    let name = &manifest.experiment;
    match (&manifest.cross, which.part) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(format!("`{name}` does not say `cross`: its runs are of no part")),
        (Some(cross), Some(number)) if (1..=cross.parts).contains(&number) => Ok(cross.all().nth(number - 1)),
        (Some(cross), _) => Err(format!(
            "`{name}` was tested on {} parts in turn: say which, `--part 1` to `--part {}`{}",
            cross.parts,
            cross.parts,
            cross.groups.first().map_or(String::new(), |first| format!(" (`--part 1` is {first})"))
        )),
    }
}

fn shown(seeds: &[u64]) -> String {
    let in_a_row = seeds.windows(2).all(|pair| pair[1] == pair[0] + 1);
    match seeds {
        [first, _, .., last] if in_a_row => format!("{first} to {last}"),
        _ => seeds.iter().take(SHOWN).map(u64::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn numbered(what: &str, count: u64) -> String {
    if count == 1 { format!("one {what}, {what} 0") } else { format!("{count} {what}s: 0 to {}", count - 1) }
}

fn list(arms: &[&Arm]) -> String {
    let mut lines: Vec<String> =
        arms.iter().take(SHOWN).map(|arm| format!("  --arm {}", quoted(&pairs(&arm.arm)))).collect();
    if arms.len() > SHOWN {
        lines.push(format!("  and {} more", arms.len() - SHOWN));
    }
    lines.join("\n")
}

/// `method=EndToEnd, task=moons`.
pub fn pairs(arm: &ArmId) -> String {
    arm.0.iter().map(|(axis, value)| format!("{axis}={value}")).collect::<Vec<_>>().join(", ")
}

/// What to type for this arm.
fn typed(which: &Which, manifest: &Manifest, arm: &Arm, seed: Option<u64>) -> String {
    let (before, behind) = &which.around;
    let mut text = before.clone();
    if manifest.arms.len() > 1 {
        text += &format!(" --arm {}", quoted(&pairs(&arm.arm)));
    }
    if let Some(seed) = seed.or(manifest.seeds.first().copied().filter(|_| manifest.seeds.len() > 1)) {
        text += &format!(" --seed {seed}");
    }
    text + behind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(values: &[&str]) -> Arm {
        let pairs = ["method", "task"].iter().zip(values).map(|(axis, value)| (axis.to_string(), value.to_string()));
        Arm { arm: ArmId(pairs.collect()), cells: vec![Address::of(&[1; 32]), Address::of(&[2; 32])], ..Arm::default() }
    }

    fn manifest() -> Manifest {
        Manifest {
            experiment: "e".into(),
            arms: vec![
                arm(&["EndToEnd", "near"]),
                arm(&["Mhm(heads: 4, a: [1, 2])", "near"]),
                arm(&["EndToEnd", "far"]),
            ],
            seeds: vec![3, 5],
            repeats: 1,
            ..Manifest::default()
        }
    }

    fn command(arm: Option<&str>, seed: Option<u64>) -> Which {
        let around = ("mhm export e".into(), " -o x".into());
        Which { arm: arm.map(str::to_string), seed, part: None, repeat: None, around }
    }

    #[test]
    fn an_arm_is_found_by_some_of_its_values() {
        let (manifest, of) = (manifest(), |text| command(Some(text), Some(5)));
        for text in [
            "method=Mhm(heads: 4, a: [1, 2])",
            "method = Mhm(heads:4, a:[1,2]), task = near",
            "Mhm(heads: 4, a: [1,2])",
        ] {
            let found = choose(&of(text), &manifest).unwrap();
            assert_eq!((found.arm, found.turn.seed, found.address), (&manifest.arms[1].arm, 5, &Address::of(&[2; 32])));
        }
        assert_eq!(choose(&of("far"), &manifest).unwrap().arm, &manifest.arms[2].arm);
    }

    #[test]
    fn a_choice_is_listed_with_what_to_type() {
        let several = choose(&command(None, None), &manifest()).unwrap_err();
        assert!(several.contains("3 arms") && several.contains("--arm 'method=EndToEnd, task=far'"), "{several}");
        assert!(several.ends_with("mhm export e --arm 'method=EndToEnd, task=near' --seed 3 -o x"), "{several}");
        let seeds = choose(&command(Some("far"), None), &manifest()).unwrap_err();
        assert!(seeds.contains("the seeds 3, 5"), "{seeds}");
        let none = choose(&command(Some("task=nowhere"), None), &manifest()).unwrap_err();
        assert!(none.contains("no arm of `e` is task=nowhere") && none.contains("task=near"), "{none}");
    }
}
