//! What the runs of an experiment predicted for a split: a row a sample and run, out of what is stored. Owns which runs, and the
//! columns; computes nothing that networks compute.

use super::table::{Cells, Column, Table};
use super::write::Form;
use super::{Predict, losses, proba};
use crate::builtin::TargetKind;
use crate::cli::choose::{fitting, no_seed, pairs};
use crate::cli::folder::again;
use crate::cli::output::{Ended, Outcome, complain, print};
use crate::cli::snapshot;
use crate::experiment::{self, Cell};
use crate::graph::{self, Graph};
use crate::hir::Pipeline;
use crate::id::SampleId;
use crate::measure::deployed;
use crate::model::output::{self, Output, columns, target_of};
use crate::record::manifest::{Arm, Manifest, PART};
use crate::record::{Address, ArmId, Array, Artifacts, Turn};
use crate::store::{Store, Wanted};
use crate::suggest::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// A run that is asked for.
struct Asked<'m> {
    arm: &'m Arm,
    turn: Turn,
    address: &'m Address,
}

/// Writes the table.
pub fn run(command: &Predict) -> Ended {
    let mut table: Option<Table> = None;
    each(command, &mut |columns, rows| {
        let table = match &mut table {
            Some(table) => table,
            None => table.insert(Table::open(&command.output, &columns, command.force)?),
        };
        table.add(&columns, rows)
    })?;
    let rows = table.ok_or(NONE)?.finish()?;
    if let Some(to) = command.output.to_str().filter(|to| *to != "-") {
        print(&format!("{to}: {rows} predictions\n"));
    }
    Ok(Outcome::Clean)
}

/// Why there is no table.
const NONE: &str = "all of these runs failed: they predicted nothing";

/// Takes the columns of a run, and its number of rows.
type Take<'t> = dyn FnMut(Vec<Column>, usize) -> Result<(), String> + 't;

/// Gives the rows of every run that is asked for, one after the other; all have the same columns.
pub fn each(command: &Predict, take: &mut Take<'_>) -> Result<(), String> {
    let store = command.runs.find(&command.model)?;
    let manifest = store.manifest();
    let asked = asked(command, manifest)?;
    let there: Vec<&Asked<'_>> = asked.iter().filter(|asked| store.has(asked.address)).collect();
    let (missing, more) = (asked.len() - there.len(), again(&store));
    if there.is_empty() {
        return Err(format!("none of these {missing} runs is done yet: `{more}` goes on with them"));
    }
    if missing > 0 {
        complain(&format!("{missing} of {} runs are not done yet and left out; `{more}` goes on", asked.len()));
    }
    let (_, experiment) = snapshot::experiment(&store)?;
    let cells = experiment::cells(&experiment);
    let places: BTreeMap<(&ArmId, Turn), &Cell<'_>> =
        cells.iter().map(|cell| ((&*cell.arm, cell.turn), cell)).collect();
    let mut names: Option<Vec<String>> = None;
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    let mut lowered: Option<(&Pipeline, Graph)> = None;
    for asked in there {
        let cell = places.get(&(&asked.arm.arm, asked.turn));
        let pipeline = cell.ok_or("the stored text declares no such arm; `mhm run` stores it anew")?.pipeline;
        let graph = match lowered.take() {
            Some((own, graph)) if std::ptr::eq(own, pipeline) => graph,
            Some(_) | None => graph::lower(pipeline),
        };
        if let Some((columns, rows)) = block(command, &store, asked, &graph, &mut left_out)? {
            let own: Vec<String> = columns.iter().flat_map(|column| column.names.iter().cloned()).collect();
            if names.get_or_insert_with(|| own.clone()) != &own {
                return Err(format!(
                    "runs of `{}` have other columns than those before them: choose arms that are alike with `--where`",
                    pairs(&asked.arm.arm)
                ));
            }
            take(columns, rows)?;
        }
        lowered = Some((pipeline, graph));
    }
    left_out.iter().for_each(|why| complain(why));
    names.map(|_| ()).ok_or(NONE.into())
}

/// Arm by arm, seed by seed.
fn asked<'m>(command: &Predict, manifest: &'m Manifest) -> Result<Vec<Asked<'m>>, String> {
    let arms = fitting(command.only.as_deref(), manifest)?;
    if let Some(seed) = command.seed.filter(|seed| !manifest.seeds.contains(seed)) {
        return Err(no_seed(seed, manifest));
    }
    if let Some(repeat) = command.repeat.filter(|repeat| *repeat >= manifest.repeats) {
        let last = manifest.repeats.saturating_sub(1);
        return Err(format!("`{}` has no repeat {repeat}: its repeats are 0 to {last}", manifest.experiment));
    }
    match (&manifest.cross, command.part) {
        (None, Some(_)) => {
            return Err(format!("`{}` does not say `cross`: its runs are of no part", manifest.experiment));
        }
        (Some(cross), Some(part)) if !(1..=cross.parts).contains(&part) => {
            return Err(format!("`{}` has no part {part}: its parts are 1 to {}", manifest.experiment, cross.parts));
        }
        _ => {}
    }
    let turns: Vec<Turn> = manifest.turns().collect();
    let is_asked = |turn: &Turn| {
        let part = command.part.is_none_or(|part| turn.part.is_some_and(|p| p.number == part));
        part && command.seed.is_none_or(|s| s == turn.seed) && command.repeat.is_none_or(|r| r == turn.repeat)
    };
    let of_arm = |arm: &'m Arm| {
        let runs = turns.iter().zip(&arm.cells).filter(|(turn, _)| is_asked(turn));
        runs.map(|(turn, address)| Asked { arm, turn: *turn, address }).collect::<Vec<_>>()
    };
    Ok(arms.into_iter().flat_map(of_arm).collect())
}

/// The rows of one run; `None` where it failed, which is said. `left_out`: columns that there are not, and why.
fn block(
    command: &Predict,
    store: &Store,
    asked: &Asked<'_>,
    graph: &Graph,
    left_out: &mut BTreeSet<String>,
) -> Result<Option<(Vec<Column>, usize)>, String> {
    let mut stored = store.stored(asked.address).map_err(|e| e.to_string())?;
    if let Some(why) = &stored.record().failure {
        complain(&format!("{}, {}: left out, it failed: {why}", pairs(&asked.arm.arm), asked.turn.named()));
        return Ok(None);
    }
    let artifacts = stored.artifacts(Wanted::Samples).map_err(|e| e.to_string())?;
    let split = split(command, &artifacts)?;
    let ids: Vec<SampleId> = artifacts.trail.splits[split].ids().collect();
    let damaged = || format!("the run {} does not hold what it is to hold; `mhm verify` says more", asked.address);
    let evaluated = deployed(&artifacts, None, split).ok_or_else(damaged)?;
    let mut columns = of_run(asked, store.manifest(), ids.len())?;
    columns.push(Column::single("sample", whole(ids.iter().map(|id| Some(artifacts.trail.row(*id) as i64)))));
    if !artifacts.trail.begins.is_empty() {
        let own = ids.iter().map(|id| artifacts.trail.own_row(*id).map(|row| row as i64));
        columns.push(Column::single("row", whole(own)));
    }
    columns.extend(artifacts.trail.groups.iter().map(|group| {
        let name = |id: &SampleId| group.of.get(id.row()).and_then(|of| group.names.get(*of as usize)).cloned();
        Column::single(&group.name, Cells::Texts(ids.iter().map(|id| name(id).unwrap_or_default()).collect()))
    }));
    let truths: Vec<Option<&Array>> =
        graph.targets.iter().map(|target| truth(&artifacts, &target.name, split)).collect();
    let names = |target: usize| artifacts.names.get(&graph.targets[target].name).map_or(&[][..], Vec::as_slice);
    columns.extend(of_truths(graph, &truths, &names));
    for target in graph.targets.iter().filter(|target| matches!(target.kind, TargetKind::Events { .. })) {
        left_out.insert(format!(
            "`{}` has no column: a sample has any number of events; `mhm predict MODEL DATA -o found.json` writes those that a model finds",
            target.name
        ));
    }
    let mut outputs = output::outputs(graph);
    for (i, output) in outputs.iter_mut().enumerate().filter(|(_, output)| output.answer.is_some()) {
        // What classes are called may be known of the data alone.
        let found = target_of(graph, i).map_or(&[][..], &names);
        if output.names.is_empty() {
            output.names = found.to_vec();
        }
    }
    let shown = match command.form() {
        Form::Outputs => outputs.clone(),
        Form::Probabilities => proba::outputs(&outputs)?,
    };
    for (i, (output, shown)) in outputs.iter().zip(&shown).enumerate() {
        let array = evaluated.outputs.get(&output.name).ok_or_else(damaged)?;
        if array.values.len() != ids.len() * output.width() {
            return Err(damaged());
        }
        let several = outputs.len() > 1;
        let called = |what: &str| if several { format!("{}.{what}", output.name) } else { what.into() };
        let numbers = if output == shown { array.values.clone() } else { proba::values(output, &array.values) };
        columns.extend(of_output((output, shown), &array.values, numbers, &called));
        let target = target_of(graph, i).and_then(|target| Some((&graph.targets[target].kind, truths[target]?)));
        columns.extend(target.and_then(|(kind, truth)| error(output, array, (kind, truth), &called("error"))));
    }
    let losses = losses::of_samples(graph, evaluated, &truths).unwrap_or_else(|why| {
        left_out.insert(format!("{}: `loss` is empty: {why}", pairs(&asked.arm.arm)));
        vec![f32::NAN; ids.len()]
    });
    columns.push(Column::single("loss", Cells::Numbers(losses)));
    if columns.iter().any(|column| column.cells.count() != ids.len() * column.names.len()) {
        return Err(damaged());
    }
    apart(&mut columns);
    Ok(Some((columns, ids.len())))
}

fn whole(values: impl Iterator<Item = Option<i64>>) -> Cells {
    Cells::Whole(values.collect())
}

/// Which run a row is of.
fn of_run(asked: &Asked<'_>, manifest: &Manifest, rows: usize) -> Result<Vec<Column>, String> {
    let number = |name: &str, value: u64| {
        let value = i64::try_from(value).map_err(|_| format!("{name} {value} is too large for a table"))?;
        Ok::<_, String>(Column::single(name, whole(std::iter::repeat_n(Some(value), rows))))
    };
    let axis = |(axis, value): &(String, String)| Column::single(axis, Cells::Texts(vec![value.clone(); rows]));
    let mut columns: Vec<Column> = asked.arm.arm.0.iter().map(axis).collect();
    columns.push(number("seed", asked.turn.seed)?);
    if let Some(part) = asked.turn.part {
        columns.push(number(PART, part.number as u64)?);
    }
    if manifest.repeats > 1 {
        columns.push(number("repeat", asked.turn.repeat)?);
    }
    Ok(columns)
}

fn split<'a>(command: &'a Predict, artifacts: &Artifacts) -> Result<&'a str, String> {
    let names: Vec<&str> = artifacts.trail.splits.keys().map(String::as_str).collect();
    let said = command.split.as_deref();
    said.filter(|split| names.contains(split)).ok_or_else(|| {
        let all = format!("`--split {}`", names.join("`, `--split "));
        match said {
            None => format!("of which samples? Say {all}"),
            Some(split) => match nearest(split, names.iter().copied()) {
                Some(near) => format!("the runs have no split `{split}`; did you mean `--split {near}`?"),
                None => format!("the runs have no split `{split}`; say {all}"),
            },
        }
    })
}

fn truth<'a>(artifacts: &'a Artifacts, target: &str, split: &str) -> Option<&'a Array> {
    let truth = artifacts.truths.iter().find(|truth| truth.target == target && truth.split == split)?;
    Some(&truth.values)
}

/// What is true, target by target; events are no numbers of a sample.
fn of_truths<'n>(graph: &Graph, truths: &[Option<&Array>], names: &dyn Fn(usize) -> &'n [String]) -> Vec<Column> {
    let several = graph.targets.len() > 1;
    let column = |(i, (target, truth)): (usize, (&graph::Target, &Option<&Array>))| {
        let values = &truth.as_ref()?.values;
        let cells = match &target.kind {
            TargetKind::Class { .. } | TargetKind::Multi { .. } => whole(values.iter().map(|value| class(*value))),
            TargetKind::Real { .. } => Cells::Numbers(values.clone()),
            TargetKind::Events { .. } => return None,
        };
        let called = |what: &str| if several { format!("{}.{what}", target.name) } else { what.into() };
        let said = target.kind.names();
        let names = if said.is_empty() { names(i) } else { said };
        let shape = target.kind.shape();
        let named = (!names.is_empty()).then(|| {
            let texts = values.iter().map(|value| name_of(class(*value), names)).collect();
            shaped(called("truth_name"), &shape, Cells::Texts(texts))
        });
        Some(std::iter::once(shaped(called("truth"), &shape, cells)).chain(named))
    };
    graph.targets.iter().zip(truths).enumerate().filter_map(column).flatten().collect()
}

fn shaped(name: String, axes: &[usize], cells: Cells) -> Column {
    Column { names: columns(&name, axes), axes: if axes == [1] { vec![] } else { axes.to_vec() }, name, cells }
}

/// A class id; steps may have none.
fn class(value: f32) -> Option<i64> {
    (value >= 0.0).then_some(value as i64)
}

/// What a class is called; nothing where there is none.
fn name_of(class: Option<i64>, names: &[String]) -> String {
    class.and_then(|class| names.get(usize::try_from(class).ok()?)).cloned().unwrap_or_default()
}

/// The answer where there are classes, and the numbers as they are shown.
fn of_output(
    (output, shown): (&Output, &Output),
    values: &[f32],
    numbers: Vec<f32>,
    called: &dyn Fn(&str) -> String,
) -> Vec<Column> {
    let mut all = vec![];
    if output.answer.is_some() {
        let said: Vec<Option<i64>> = values
            .chunks_exact(output.width().max(1))
            .flat_map(|values| output.classes(values))
            .map(|class| Some(class as i64))
            .collect();
        let names = (!output.names.is_empty()).then(|| {
            let texts = said.iter().map(|class| name_of(*class, &output.names)).collect();
            shaped(called("name"), output.steps(), Cells::Texts(texts))
        });
        all.push(shaped(called("class"), output.steps(), whole(said.into_iter())));
        all.extend(names);
    }
    let (name, axes) = (shown.name.clone(), shown.axes.clone());
    all.push(Column { name, axes, names: shown.columns(), cells: Cells::Numbers(numbers) });
    all
}

/// How far off it is: 1 for a wrong class, the difference of numbers. Nothing where it is held against what is no such thing.
fn error(output: &Output, array: &Array, (kind, truth): (&TargetKind, &Array), name: &str) -> Option<Column> {
    let (axes, cells) = match kind {
        TargetKind::Class { .. } => {
            let said = array.values.chunks_exact(output.width().max(1)).flat_map(|values| output.classes(values));
            let wrong = |(said, truth): (usize, &f32)| Some(i64::from(said as i64 != class(*truth)?));
            (output.steps(), whole(said.zip(&truth.values).map(wrong)))
        }
        TargetKind::Multi { .. } => {
            let wrong = |(said, truth): (&f32, &f32)| Some(i64::from((*said > 0.5) != (*truth > 0.5)));
            (output.axes.as_slice(), whole(array.values.iter().zip(&truth.values).map(wrong)))
        }
        TargetKind::Real { .. } => {
            let off = array.values.iter().zip(&truth.values).map(|(said, truth)| said - truth);
            (output.axes.as_slice(), Cells::Numbers(off.collect()))
        }
        TargetKind::Events { .. } => return None,
    };
    (array.values.len() == truth.values.len() || output.answer.is_some()).then(|| shaped(name.into(), axes, cells))
}

/// Gives each column a name of its own: axes, groups and outputs are called as a person likes.
fn apart(columns: &mut [Column]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for column in columns {
        let mut name = column.name.clone();
        while taken.contains(&name) {
            name.push('_');
        }
        if name != column.name {
            column.renamed(name.clone());
        }
        taken.insert(name);
    }
}
