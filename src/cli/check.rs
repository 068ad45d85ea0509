//! `mhm check`: every mistake of every file named, and their mending.

mod watch;

use super::config::Wrong;
use super::files::{self, Disk, Input, STDIN};
use super::fix;
use super::load::{folder, roots};
use super::named::{Configured, Links, Named, NotNamed, named};
use super::output::{Color, Ended, Heard, Outcome, begin_anew, complain, note, print, tell};
use super::render::listed::{self, Listed};
use super::render::{Format, Renderer, VERSION, summary, unread_line, unread_short};
use super::rewrite;
use crate::check::{Checked, names::Reader};
use crate::diagnostic::{Diagnostic, Severity, tidy};
use crate::experiment::{self, Audited};
use crate::hir::{Dataset, Experiment, Holds};
use crate::seed::Seed;
use crate::source::{Columns, SourceMap};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use watch::{Seen, Telling};

const EXAMPLES: &str = "\
Examples:
  mhm check pipelines/moons.mhm           one file, and all it uses
  mhm check .                             every .mhm file below this folder
  mhm check                               what mhm.toml names, else this folder; `mhm explain mhm.toml`
  mhm check --format short .              one line each, for editors and grep
  mhm check --format sarif . > mhm.sarif  for code scanning; `github`, `gitlab` and `junit` for other services
  mhm check --deny warnings pipelines     exit code 1 for a warning, too
  mhm check --fix moons.mhm               write what findings offer instead; then check
  mhm check --fix --unsafe-fixes moons.mhm   guesses, too: a nearest name, a missing bracket
  mhm check --fix --diff moons.mhm        change nothing; show what would change
  mhm check --data digits.mhm             the files of its datasets, too: shapes, types, values, splits
  mhm check --watch pipelines             again whenever one of the files changes; Ctrl-C ends it
  cat moons.mhm | mhm check -             standard input";

/// Find every mistake before any data is read
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// Files, folders (every .mhm file below), or `-` for standard input (default: `roots` of mhm.toml, else this folder)
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// What columns count in all formats but `full`
    #[arg(long, value_enum, default_value_t = Units::Characters, value_name = "UNIT")]
    columns: Units,
    /// Make the exit code 1 for warnings, too
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Write what findings surely mean into the files where that leaves fewer errors, say what was written, then check
    #[arg(long)]
    fix: bool,
    /// With --fix: write guesses, too, such as the nearest name
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// With --fix: change nothing; show what would change, and what would still be found
    #[arg(long, requires = "fix")]
    diff: bool,
    /// Hold the files that datasets name against their declaration, too: all of them are read
    #[arg(long)]
    data: bool,
    /// With --data: folder that relative data paths start from, and that files must lie in (default: the working directory,
    /// then the folder of the .mhm file); several times: the first that has the file
    #[arg(long, value_name = "DIR", value_parser = folder, requires = "data")]
    root: Vec<PathBuf>,
    /// With --data: seed of generated points and drawn splits
    #[arg(long, default_value_t = 0, requires = "data")]
    seed: u64,
    /// Check again whenever a file changes that was read, mhm.toml among them, or one comes to a folder that is named; files of
    /// data are not looked at. Ctrl-C ends it, with exit code 130
    #[arg(long, short, conflicts_with = "fix")]
    watch: bool,
    /// At the end, how often each finding occurs, the most frequent first
    #[arg(long)]
    statistics: bool,
    #[command(flatten)]
    links: Links,
    #[command(flatten)]
    configured: Configured,
    /// Say nothing where nothing is wrong
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Units {
    /// Characters
    Characters,
    /// Code units of UTF-16, as editors and JavaScript count
    Utf16,
}

impl Units {
    fn columns(self) -> Columns {
        match self {
            Units::Characters => Columns::Characters,
            Units::Utf16 => Columns::Utf16,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub fn run(command: &Check, color: Color) -> Ended {
    if command.watch { watched(command, color) } else { Ok(once(command, color, None).outcome) }
}

/// What came of one check.
struct Round {
    outcome: Outcome,
    errors: usize,
    warnings: usize,
    /// Files that could not be read; nothing where there are none to read.
    lost: Option<usize>,
}

/// Checks again and again, until it is told to end.
fn watched(command: &Check, color: Color) -> Ended {
    let name = command.format.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default();
    if !matches!(command.format, Format::Full | Format::Short | Format::Json) {
        return Err(format!("`--watch` writes without end, which `{name}` does not: take `full`, `short` or `json`"));
    }
    if command.files.iter().any(|file| file == STDIN) {
        return Err("`--watch` looks at files, and standard input is none: name one".into());
    }
    let is_json = command.format == Format::Json;
    let stop = watch::flag();
    let (mut cause, mut before): (Option<String>, _) = (None, Seen::default());
    loop {
        if let Some(cause) = &cause {
            let begun = json!({ "version": VERSION, "watch": "checking", "cause": cause });
            if !is_json {
                begin_anew();
            }
            if tell(&if is_json { format!("{begun}\n") } else { format!("{cause}\n\n") }) == Heard::No {
                return Ok(Outcome::Clean);
            }
        }
        let seen = Seen::default();
        expect(command, &seen, &before);
        let round = once(command, color, Some(&seen));
        let ended = json!({ "version": VERSION, "watch": "waiting", "errors": round.errors, "warnings": round.warnings, "unread": round.lost });
        let told = if is_json { ended.to_string() } else { format!("{}; waiting for changes", round.told()) };
        if tell(&format!("{told}\n")) == Heard::No {
            return Ok(Outcome::Clean);
        }
        let there = || {
            let named = named(&command.files, command.links, &command.configured).unwrap_or_default();
            named.into_iter().map(|file| file.name).collect()
        };
        match seen.wait(there, &stop) {
            Some(changes) => (cause, before) = (Some(changes.to_string()), seen),
            None => return Ok(Outcome::Interrupted),
        }
    }
}

impl Round {
    /// "3 errors, 1 warning".
    fn told(&self) -> String {
        let Some(lost) = self.lost else { return "nothing was checked".into() };
        let lost = not_read(lost);
        let parts: Vec<String> = summary(self.errors, self.warnings).into_iter().chain(lost).collect();
        if parts.is_empty() { "no problems".into() } else { parts.join(", ") }
    }
}

/// Notes what will be read, before it is.
fn expect(command: &Check, seen: &Seen, before: &Seen) {
    let places = |name: &str| command.configured.places(Path::new(name)).iter().for_each(|place| seen.note(place));
    command.files.iter().for_each(|name| places(name));
    places("");
    match named(&command.files, command.links, &command.configured) {
        Ok(named) => named.iter().for_each(|file| {
            places(&file.name);
            seen.note(&file.name);
        }),
        Err(why) => {
            if let NotNamed::Config(wrong) = why {
                seen.note(wrong.name());
            }
            // They may be read again, and are nothing new then.
            before.names().iter().for_each(|name| seen.note(name));
        }
    }
}

/// One check; what it reads is noted where that is watched.
fn once(command: &Check, color: Color, seen: Option<&Seen>) -> Round {
    let renderer = Renderer { format: command.format, color: color.is_on(), width: super::render::terminal_width() };
    let named = match named(&command.files, command.links, &command.configured) {
        Ok(named) => named,
        Err(why) => {
            not_named(command, &renderer, &why);
            return Round { outcome: Outcome::CannotRun, errors: 0, warnings: 0, lost: None };
        }
    };
    let mut tally = Tally::default();
    let (mut lost, mut due, mut listed) = (0, false, vec![]);
    for file in &named {
        let name = &file.name;
        match file.read().and_then(|input| mended(command, file, input, color)) {
            Err(why) => {
                unread(command.format, name, &why, &mut listed);
                lost += 1;
            }
            Ok((input, is_due)) => {
                due |= is_due;
                let disk = Disk::beside(&input.name);
                let reader: Box<dyn Reader> = match seen {
                    Some(seen) => Box::new(Telling { disk, seen }),
                    None => Box::new(disk),
                };
                let levels = &file.config.levels;
                let (mut program, checked, mut diagnostics) = files::check_at(&input, reader.as_ref(), levels);
                program.sources.columns = command.columns.columns();
                if command.data && diagnostics.iter().all(|d| !d.is_error()) {
                    // No error: all are of lints, which look again and know more.
                    diagnostics = of_data(command, file, checked);
                    tidy(&mut diagnostics);
                }
                for diagnostic in tally.fresh(&program.sources, diagnostics) {
                    print(&renderer.render(&program.sources, &diagnostic));
                    listed.extend(is_document(command.format).then(|| Listed::of(&program.sources, &diagnostic)));
                }
                tally.last = input.name;
            }
        }
    }
    let files: Vec<String> = named.iter().map(|file| file.name.clone()).collect();
    document(command, &files, &listed);
    if command.statistics {
        statistics(command.format, &tally);
    }
    if seen.is_none() {
        conclude(command, &tally, (named.len() - lost, lost), renderer.format);
    }
    let denied = command.deny == Some(Deny::Warnings) && tally.warnings > 0;
    let outcome = match (lost > 0, tally.errors > 0 || denied || due) {
        (true, _) => Outcome::CannotRun,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    };
    Round { outcome, errors: tally.errors, warnings: tally.warnings, lost: Some(lost) }
}

/// "1 file not read", where there is one.
fn not_read(lost: usize) -> Option<String> {
    match lost {
        0 => None,
        1 => Some("1 file not read".into()),
        lost => Some(format!("{lost} files not read")),
    }
}

/// Says why there is nothing to check.
fn not_named(command: &Check, renderer: &Renderer, why: &NotNamed) {
    let mut listed = vec![];
    match why {
        NotNamed::Files(why) => unread(command.format, &command.files.join(" "), why, &mut listed),
        NotNamed::Config(Wrong::Unread { name, why }) => unread(command.format, name, why, &mut listed),
        NotNamed::Config(Wrong::Said { sources, found }) => {
            let mut sources = sources.clone();
            sources.columns = command.columns.columns();
            for one in found {
                print(&renderer.render(&sources, one));
                listed.extend(is_document(command.format).then(|| Listed::of(&sources, one)));
            }
            if matches!(command.format, Format::Full | Format::Short) {
                print(&format!("{}\n", summary(found.len(), 0).unwrap_or_default()));
            }
        }
    }
    document(command, &[], &listed);
}

/// Says that a file could not be read, to whoever reads the findings.
fn unread(format: Format, file: &str, why: &str, listed: &mut Vec<Listed>) {
    match format {
        Format::Json => print(&unread_line(file, why)),
        Format::Github => print(&Listed::unread(file, why).github()),
        Format::Gitlab | Format::Sarif | Format::Junit => listed.push(Listed::unread(file, why)),
        Format::Short => print(&unread_short(file, why)),
        Format::Full => complain(why),
    }
}

/// Whether all findings together are one document.
fn is_document(format: Format) -> bool {
    matches!(format, Format::Gitlab | Format::Sarif | Format::Junit)
}

fn document(command: &Check, files: &[String], found: &[Listed]) {
    match command.format {
        Format::Gitlab => print(&listed::gitlab(found)),
        Format::Sarif => print(&listed::sarif(found, command.columns.columns())),
        Format::Junit => print(&listed::junit(files, found)),
        Format::Full | Format::Short | Format::Json | Format::Github => {}
    }
}

/// With `--fix`, the input with what its findings offer in place of what stands there, and whether that is only shown; the
/// file on disk, too.
fn mended(command: &Check, file: &Named, input: Input, color: Color) -> Result<(Input, bool), String> {
    if !command.fix {
        return Ok((input, false));
    }
    let name = file.name.as_str();
    if name == STDIN && !command.diff {
        return Err("`--fix` rewrites files, and standard input is none: name one, or add `--diff`".into());
    }
    if name != STDIN && !name.ends_with(".mhm") {
        return Err(format!("`--fix` writes `.mhm` files; `{name}` is none, and stays as it is"));
    }
    let taken = if command.unsafe_fixes { fix::Taken::All } else { fix::Taken::Safe };
    let fix::Fixed { text, done, left } = fix::fix_at(&input, taken, &file.config.levels);
    let is_due = command.diff && !done.is_empty();
    if command.diff {
        print(&rewrite::difference(&input.name, "mended", &input.text, &text, color));
    } else if !done.is_empty() {
        file.replace(&text)?;
        done.iter().for_each(|line| note(line));
    }
    left.iter().for_each(|line| note(line));
    Ok((Input { text, ..input }, is_due))
}

/// What is wrong with the files of every dataset that is used or declared, of the same dataset once; and what lints say who
/// know how many samples there are.
fn of_data(command: &Check, file: &Named, mut checked: Checked) -> Vec<Diagnostic> {
    let (roots, seed) = (roots(&command.root, &file.name), Seed(command.seed));
    let mut counted: BTreeMap<String, Audited> = BTreeMap::new();
    let mut read = BTreeSet::new();
    let mut found = vec![];
    let mut unparted = parted(&mut checked, &roots);
    let arms = checked.experiments.iter_mut().flat_map(|e| {
        let references = e.references.iter_mut().flat_map(|reference| &mut reference.pipelines);
        let tried = e.searches.iter_mut().flat_map(|search| &mut search.arms).flat_map(|own| &mut own.pipelines);
        e.arms.iter_mut().map(|arm| &mut arm.pipeline).chain(references).chain(tried)
    });
    for dataset in checked.pipelines.iter_mut().chain(arms).map(|pipeline| &mut pipeline.data) {
        let audited = counted.entry(format!("{:?}", experiment::spec(dataset, &roots))).or_insert_with(|| {
            read.insert(alone(dataset, &roots));
            let mut audited = experiment::audited(dataset, &roots, seed);
            found.append(&mut audited.found);
            audited
        });
        if let Some(known) = audited.smallest() {
            known
                .splits
                .iter()
                .zip(&mut dataset.splits)
                .for_each(|(known, split)| split.counted.clone_from(&known.counted));
            let groups = known.groups.iter().zip(&mut dataset.groups);
            groups.for_each(|(known, group)| group.crossing.clone_from(&known.crossing));
        }
    }
    let unread = checked.datasets.iter().filter(|dataset| !read.contains(&alone(dataset, &roots)));
    found.extend(unread.flat_map(|dataset| experiment::audited(dataset, &roots, seed).found));
    let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().map(|arm| &arm.pipeline).chain(e.most_folded()));
    found.extend(checked.pipelines.iter().chain(arms).filter_map(experiment::too_few_groups));
    // Files that cannot be read were said.
    if !found.iter().any(Diagnostic::is_error) {
        found.append(&mut unparted);
    }
    let mut lints = files::lint_at(&checked, &file.config.levels);
    file.config.levels.grade(&mut lints);
    found.append(&mut lints);
    found
}

/// Reads what the parts of `cross each GROUP` are, and says where that cannot be.
fn parted(checked: &mut Checked, roots: &[PathBuf]) -> Vec<Diagnostic> {
    let one = |experiment: &mut Experiment| {
        let why = experiment::parted(experiment, roots).err()?;
        let cross = experiment.cross.as_ref()?;
        Some(Diagnostic::error("bad-split", why).label(cross.span, "its parts are these groups"))
    };
    checked.experiments.iter_mut().filter_map(one).collect()
}

/// What is read of a dataset, whatever a network takes it for.
fn alone(dataset: &Dataset, roots: &[PathBuf]) -> String {
    let mut spec = experiment::spec(dataset, roots).unasked();
    spec.modalities.iter_mut().for_each(|modality| modality.holds = Holds::Numbers);
    format!("{spec:?}")
}

/// "  12  warning[mhm::unused-let]", to whoever reads texts; others count themselves.
fn statistics(format: Format, tally: &Tally) {
    let mut counts: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
    for (severity, code) in &tally.codes {
        *counts.entry((severity, code)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let width = counts.first().map_or(0, |(_, count)| count.to_string().len());
    if matches!(format, Format::Full | Format::Short) {
        counts.iter().for_each(|((word, code), n)| print(&format!("{n:>width$}  {word}[mhm::{code}]\n")));
    }
}

fn conclude(command: &Check, tally: &Tally, (read, lost): (usize, usize), format: Format) {
    let found = summary(tally.errors, tally.warnings);
    match found {
        _ if !matches!(format, Format::Full | Format::Short) || read == 0 => {}
        Some(found) => {
            let all: Vec<String> = [found].into_iter().chain(not_read(lost)).collect();
            print(&format!("{}\n", all.join(", ")));
        }
        None if command.quiet => {}
        None if read == 1 => print(&format!("{}: no problems\n", tally.last)),
        None => print(&format!("{read} files: no problems\n")),
    }
}

/// What was found so far. A mistake in a file that several others use counts once.
#[derive(Default)]
struct Tally {
    errors: usize,
    warnings: usize,
    /// The last file read.
    last: String,
    seen: BTreeSet<(String, u32, &'static str)>,
    /// What was found, by its word and its code.
    codes: Vec<(&'static str, &'static str)>,
}

impl Tally {
    fn fresh(&mut self, sources: &SourceMap, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut fresh = diagnostics;
        fresh.retain(|d| {
            let place = d.span();
            self.seen.insert((sources.get(place.source).name.clone(), place.start, d.code))
        });
        for diagnostic in &fresh {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
            self.codes.push((diagnostic.severity.word(), diagnostic.code));
        }
        fresh
    }
}
