//! Everything a report shows, computed once: tables, comparisons, pictures. Owns what is drawn for whom; the page and the
//! files beside it only lay it out.

use super::comparison::{self, Comparison};
use super::confusion::{self, Confusion};
use super::curves::{self, Panel};
use super::listing::Listing;
use super::sliced::sliced;
use super::svg::network::{Drawn, alike};
use super::svg::{self, Captioned, Picture};
use super::table::{Declaration, Grid, table};
use super::{Counts, arms, cost, count, counts, equal, forests, names, searches, searching, settings};
use crate::record::manifest::{Arm, Manifest, Sketch};
use crate::record::{MeasureInfo, RunRecord};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a report is made of.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub manifest: Manifest,
    /// Of the runs that are done or failed, references among them.
    pub records: Vec<RunRecord>,
    pub confusion: Vec<Confusion>,
}

/// What it shows.
pub struct Contents {
    pub tables: Vec<Grid>,
    /// What was chosen before the runs, and all that was tried.
    pub chosen: Listing,
    /// The arms at equal settings beside each at its best.
    pub equal: Listing,
    pub trials: Listing,
    /// What choosing won and equal settings would lose, in words, and pictures of the trials.
    pub won: Vec<String>,
    pub searches: Vec<Captioned>,
    pub cost: Listing,
    pub comparisons: Vec<Compared>,
    pub figures: Vec<Captioned>,
    /// The points of every figure as comma-separated values.
    pub points: Vec<String>,
    pub timelines: Vec<Captioned>,
    pub networks: Vec<Captioned>,
    pub variants: Listing,
    pub confusion: Vec<Captioned>,
    /// Every count of every arm as comma-separated values; nothing where there is none.
    pub confusions: String,
    pub differing: Listing,
    pub shared: Vec<(String, String)>,
    pub failures: Listing,
    /// Every measure it names.
    pub names: Vec<MeasureInfo>,
}

/// A comparison with its forest plots, some for every value that is held against the first.
pub struct Compared {
    /// What its table is called, also as a file.
    pub name: String,
    pub comparison: Comparison,
    /// Of the measures that it is chiefly about.
    pub forests: Vec<Captioned>,
    /// Of all others.
    pub others: Vec<Captioned>,
}

impl Report {
    pub fn contents(&self) -> Contents {
        let Report { manifest, records, confusion } = self;
        let (figures, points) = figures(manifest, records).into_iter().unzip();
        let mut contents = Contents {
            tables: tables(manifest, records),
            chosen: searches::chosen(manifest),
            equal: equal::listing(manifest),
            trials: searches::trials(manifest),
            won: searching::words(manifest).into_iter().chain(equal::words(manifest)).collect(),
            searches: said(searching::pictures(manifest), &named(manifest)),
            cost: cost::listing(manifest),
            comparisons: manifest.compare.iter().map(|axis| compared(axis, manifest, records)).collect(),
            figures,
            points,
            timelines: timelines(manifest),
            networks: networks(manifest),
            variants: variants(manifest),
            confusion: matrices(manifest, confusion),
            confusions: confusion::csv(confusion, &manifest.axes),
            differing: settings::differing(manifest),
            shared: settings::shared(manifest),
            failures: failures(records),
            names: named(manifest),
        };
        distinct_names(&mut contents);
        contents
    }

    /// What became of the runs.
    pub fn counts(&self) -> Counts {
        counts(&self.manifest, &self.records)
    }
}

impl Contents {
    /// Every picture.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        let forests = self.comparisons.iter().flat_map(|c| c.forests.iter().chain(&c.others));
        let others =
            [&self.searches, &self.figures, &self.timelines, &self.networks, &self.confusion].into_iter().flatten();
        forests.chain(others).flat_map(|captioned| &captioned.pictures)
    }
}

/// Pictures of one kind that a report has; of more they are no longer looked at.
pub const PICTURES: usize = 100;

/// Lines of one picture of curves.
const LINES: usize = 48;

/// Arms whose confusions are drawn.
pub fn confused(manifest: &Manifest) -> &[Arm] {
    &manifest.arms[..manifest.arms.len().min(PICTURES)]
}

/// The first of them drawn, and said of how many they are.
fn drawn<T>(all: Vec<T>, draw: impl Fn(T) -> Captioned) -> Vec<Captioned> {
    let left = all.len().saturating_sub(PICTURES);
    let mut drawn: Vec<Captioned> = all.into_iter().take(PICTURES).map(draw).collect();
    drawn.retain(|captioned| !captioned.pictures.is_empty());
    if let (Some(last), true) = (drawn.last_mut(), left > 0) {
        last.caption = format!("{} ({left} more are not drawn)", last.caption);
    }
    drawn
}

/// Names are names of files, too.
fn distinct_names(contents: &mut Contents) {
    let Contents { comparisons, searches, figures, timelines, networks, confusion, .. } = contents;
    let forests = comparisons.iter_mut().flat_map(|c| c.forests.iter_mut().chain(&mut c.others));
    let others = [searches, figures, timelines, networks, confusion].into_iter().flatten();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for picture in forests.chain(others).flat_map(|captioned| &mut captioned.pictures) {
        if seen.contains(&picture.name) {
            let first = (2..).map(|i| format!("{}-{i}", picture.name)).find(|name| !seen.contains(name));
            picture.rename(first.unwrap_or_default());
        }
        seen.insert(picture.name.clone());
    }
}

/// The tables that are declared, in their order.
pub fn tables(manifest: &Manifest, records: &[RunRecord]) -> Vec<Grid> {
    let several = manifest.tables.len() > 1;
    let grid = |(i, t): (usize, &crate::record::manifest::Table)| {
        let title = manifest.experiment.clone();
        let title = if several { format!("{title}, table {}", i + 1) } else { title };
        let (rows, columns, cells) = (t.rows.clone(), t.columns.clone(), t.cells.clone());
        let slice = manifest.slice(t).map(str::to_string);
        let declaration = Declaration { title, measures: t.measures.clone(), rows, columns, cells, slice };
        match &declaration.slice {
            None => table(&declaration, &manifest.axes, records, &manifest.published),
            Some(slice) => {
                let slice = sliced(manifest, slice, &declaration.measures, records);
                let axes: Vec<_> = manifest.axes.iter().cloned().chain([slice.axis.clone()]).collect();
                let mut grid = table(&declaration, &axes, &slice.records, &[]);
                grid.notes.extend(slice.left_out());
                grid
            }
        }
    };
    manifest.tables.iter().enumerate().map(grid).collect()
}

/// With measures called as people call them.
fn said(mut groups: Vec<Captioned>, measures: &[MeasureInfo]) -> Vec<Captioned> {
    groups.iter_mut().for_each(|group| group.caption = names::said(&group.caption, measures));
    groups
}

/// Every measure of tables, figures and searches.
fn named(manifest: &Manifest) -> Vec<MeasureInfo> {
    let figures = manifest.figures.iter().flat_map(|figure| &figure.measures);
    let searched = manifest.searches.iter().map(|search| &search.by);
    let all = searched.chain(figures).cloned().chain(manifest.shown());
    let by_name: BTreeMap<String, MeasureInfo> = all.map(|info| (info.name.clone(), info)).collect();
    by_name.into_values().collect()
}

fn compared(axis: &str, manifest: &Manifest, records: &[RunRecord]) -> Compared {
    let comparison = comparison::of(manifest, axis, records);
    // A picture of more lines is as long as the table.
    let few = comparison.differences.len() <= PICTURES * manifest.shown().len().max(1);
    let of = |chief: bool| forests::of(&comparison.only(|d| comparison.is_chief(&d.measure.name) == chief));
    let (forests, others) = match comparison.measures().len() {
        _ if !few => (vec![], vec![]),
        // One picture of all measures is small.
        _ if comparison.primary.is_empty() && forests::is_one(&comparison) => (forests::of(&comparison), vec![]),
        _ => (of(true), of(false)),
    };
    Compared { name: svg::slug(&format!("comparison {axis}")), comparison, forests, others }
}

fn figures(manifest: &Manifest, records: &[RunRecord]) -> Vec<(Captioned, String)> {
    let figure = |figure: &crate::record::manifest::Figure| {
        let mut panels = curves::panels(figure, manifest, records);
        let (notes, points) = (curves::notes(figure, manifest, records, &panels), curves::csv(&panels, &manifest.axes));
        let left = panels.len().saturating_sub(PICTURES);
        panels.truncate(PICTURES);
        let lines = panels.iter().map(|panel| panel.curves.len()).max().unwrap_or(0);
        panels.iter_mut().for_each(|panel| panel.curves.truncate(LINES));
        let draw = |panel: &Panel| {
            let alike = panels.iter().filter(|p| p.measure == panel.measure);
            svg::curves::draw(panel, svg::curves::ends(alike))
        };
        let names: Vec<String> = figure.measures.iter().map(names::spoken).collect();
        let over = panels.first().map_or("epochs", |panel| panel.across.noun());
        let title = names::capital(&format!("{} over {over}", super::listed(&names)));
        let notes: Vec<String> = notes.iter().map(|note| names::said(note, &figure.measures)).collect();
        let title = if left > 0 { format!("{title} ({left} more are not drawn)") } else { title };
        let title = if lines > LINES { format!("{title}, the first {LINES} of {lines} lines") } else { title };
        let caption = if notes.is_empty() { title } else { format!("{title}. {}", notes.join(" ")) };
        (Captioned { caption, pictures: panels.iter().map(draw).collect() }, points)
    };
    let mut figures: Vec<(Captioned, String)> = manifest.figures.iter().map(figure).collect();
    figures.retain(|(figure, _)| !figure.pictures.is_empty());
    figures
}

/// One of every distinct schedule, on the network with the most modules.
pub fn timelines(manifest: &Manifest) -> Vec<Captioned> {
    let key = |s: &Sketch| {
        let phases: Vec<String> = s.phases.iter().map(|p| format!("{} {}", p.name, p.on)).collect();
        text(&(&s.schedule, s.folds, phases))
    };
    let picture = |(sketch, of): (&Sketch, Vec<&Arm>)| Captioned {
        caption: format!("{}, here of {}; deploys {}.", arms::label(manifest, &of), sketch.network, sketch.deploys),
        pictures: vec![svg::timeline::draw(sketch)],
    };
    drawn(grouped(manifest, key, |s| s.modules.len()), picture)
}

/// Every distinct network, those that differ little as one picture.
pub fn networks(manifest: &Manifest) -> Vec<Captioned> {
    let picture = |family: Family<'_>| {
        let sketches: Vec<&Sketch> = family.iter().map(|(sketch, _)| *sketch).collect();
        let arms: Vec<&Arm> = family.iter().flat_map(|(_, arms)| arms.iter().copied()).collect();
        let drawn = Drawn::of(&sketches);
        let several = if drawn.differs() {
            format!("; {} of it, what differs marked", count(sketches.len(), "variant"))
        } else {
            String::new()
        };
        Captioned {
            caption: format!("{}: {}{several}", drawn.title, arms::label(manifest, &arms)),
            pictures: vec![svg::network::draw_all(&drawn)],
        }
    };
    drawn(families(manifest), picture)
}

/// Networks that one picture shows, each with its arms.
type Family<'m> = Vec<(&'m Sketch, Vec<&'m Arm>)>;

fn families(manifest: &Manifest) -> Vec<Family<'_>> {
    let mut families: Vec<Family<'_>> = vec![];
    for network in grouped(manifest, |s| text(&(&s.network, &s.modules, &s.edges)), |_| 0) {
        match families.iter_mut().find(|family| alike(family[0].0, network.0)) {
            Some(family) => family.push(network),
            None => families.push(vec![network]),
        }
    }
    families
}

/// What networks of one picture have that the others have not, a row each.
fn variants(manifest: &Manifest) -> Listing {
    let rows = |family: Family<'_>| {
        let all: Vec<&Sketch> = family.iter().map(|(sketch, _)| *sketch).collect();
        let several = Drawn::of(&all);
        let of = |(sketch, arms): &(&Sketch, Vec<&Arm>)| {
            vec![arms::label(manifest, arms), sketch.network.clone(), several.own(sketch)]
        };
        if several.differs() { family.iter().map(of).collect() } else { vec![] }
    };
    Listing {
        title: "What differs between the networks".into(),
        heading: ["arms", "network", "has"].map(str::to_string).to_vec(),
        words: 3,
        rows: families(manifest).into_iter().flat_map(rows).collect(),
        notes: vec![],
    }
}

/// The arms whose sketches are alike, with the sketch of the highest rank.
fn grouped(
    manifest: &Manifest,
    key: impl Fn(&Sketch) -> String,
    rank: impl Fn(&Sketch) -> usize,
) -> Vec<(&Sketch, Vec<&Arm>)> {
    let keys: Vec<String> = manifest.sketches.iter().map(key).collect();
    let mut groups: Vec<(&Sketch, Vec<&Arm>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (arm, drawn) in manifest.arms.iter().flat_map(|arm| arm.drawn().map(move |drawn| (arm, drawn))) {
        let (Some(sketch), Some(key)) = (manifest.sketches.get(drawn), keys.get(drawn)) else { continue };
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((shown, arms)) => {
                arms.push(arm);
                if rank(sketch) > rank(shown) {
                    *shown = sketch;
                }
            }
            None => groups.push((sketch, vec![arm])),
        }
    }
    groups
}

/// To tell plain data apart by.
fn text(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

fn matrices(manifest: &Manifest, confusion: &[Confusion]) -> Vec<Captioned> {
    let of = |arm: &Arm| Captioned {
        caption: if arm.arm.0.is_empty() { manifest.experiment.clone() } else { arms::named(&arm.arm) },
        pictures: confusion.iter().filter(|c| c.arm == arm.arm).map(svg::matrix::draw).collect(),
    };
    let mut matrices = drawn(confused(manifest).iter().collect(), of);
    let left = manifest.arms.len() - confused(manifest).len();
    if let (Some(last), true) = (matrices.last_mut(), left > 0) {
        last.caption = format!("{} ({left} more arms are not drawn)", last.caption);
    }
    matrices
}

fn failures(records: &[RunRecord]) -> Listing {
    let row = |record: &RunRecord| {
        let why = record.failure.clone()?;
        let part = record.part.map_or(String::new(), |part| format!("{} of {}", part.number, part.of));
        Some(vec![record.arm.to_string(), record.seed.to_string(), part, record.repeat.to_string(), why])
    };
    Listing {
        title: "Failed runs".into(),
        heading: ["arm", "seed", "part", "repeat", "why"].map(str::to_string).to_vec(),
        words: 5,
        rows: records.iter().filter_map(row).collect(),
        notes: vec!["They are left out of every table, comparison and figure.".into()],
    }
    .without_empty("part")
}
