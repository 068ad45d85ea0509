//! Samples that belong together: what each is called, which parts they make, and which splits cut through them.

use super::categories::categories;
use super::error::{Code, DataError};
use super::joined::Lacking;
use super::shards::Shard;
use super::spec::{DataSpec, GroupSpec};
use super::table::counted;
use super::texts::Texts;
use crate::builtin::dataset::{Deal, Kept, SplitRule};
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::{BTreeMap, BTreeSet};

/// What samples belong together by: `subject`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// What its groups are called, each once: whole numbers from the smallest up, texts as they sort.
    pub names: Vec<String>,
    /// The place of every sample's group among them, by id.
    pub of: Vec<u32>,
    /// Whether drawn splits and folds keep its samples together.
    pub kept: bool,
    /// Whether no split is drawn in spite of it, so that none is to cut through it.
    pub whole: bool,
}

impl Group {
    /// Of all samples: a text or a whole number each.
    ///
    /// # Errors
    /// The files cannot be read, hold other values, or as many as there are no samples; or a sample is of no group.
    pub fn read(spec: &DataSpec, group: &GroupSpec, shards: &[Shard]) -> Result<Self, DataError> {
        let mut all = Texts::default();
        for (shard, texts) in
            shards.iter().zip(categories(spec, &group.sources, Lacking::of(&group.transforms), shards)?)
        {
            let texts = if group.is_of_offsets() { by_offsets(group, shard, &texts)? } else { texts };
            let (there, samples) = (texts.len(), shard.rows);
            if there != samples {
                let message = format!("group `{}` has another number of samples", group.name);
                let error =
                    DataError::new(Code::SamplesDiffer, message).expected(counted(samples)).found(counted(there));
                return Err(texts.blame(error.help("a group is one value a sample, in the order of the samples")));
            }
            let texts = shard.kept.as_ref().map_or(texts.clone(), |kept| texts.gather(kept));
            let missing = texts.missing();
            if !missing.is_empty() {
                let error = DataError::new(Code::NotAGroup, format!("samples have no `{}`", group.name));
                let error = error.expected("a text or a whole number a sample").found(texts.places(&missing));
                return Err(texts.blame(error.help("name their groups, or leave these samples out: `|> drop`")));
            }
            all.append(&texts);
        }
        let (names, places) = sorted(&all.distinct);
        let of = all.ids.iter().map(|id| places[*id as usize]).collect();
        let in_spite = spec.splits.iter().flat_map(|split| split.rule.parts()).any(|rule| match rule {
            SplitRule::Random { kept, .. } | SplitRule::Part { deal: Deal::Into { kept, .. }, .. } => match kept {
                Kept::Groups => false,
                Kept::These(names) => !names.contains(&group.name),
                Kept::Nothing => true,
            },
            SplitRule::Part { deal: Deal::Each(name), .. } => *name != group.name,
            _ => false,
        });
        Ok(Self { name: group.name.clone(), names, of, kept: group.kept, whole: group.kept && !in_spite })
    }

    /// What a person should know of splits that cut through it though they are not to.
    pub fn cut(&self, splits: &BTreeMap<SplitName, Vec<SampleId>>) -> Option<String> {
        let crossing = self.crossing(splits);
        let (name, between) = crossing.first().filter(|_| self.whole)?;
        let others = match crossing.len() - 1 {
            0 => String::new(),
            1 => ", and another is in several splits".into(),
            n => format!(", and {n} others are in several splits"),
        };
        Some(format!("{} `{name}` is in `{}` and `{}`{others}", self.name, between[0], between[1]))
    }

    /// What the group of a sample is called.
    pub fn name_of(&self, id: SampleId) -> &str {
        &self.names[self.of[id.row()] as usize]
    }

    /// The samples among these of every group that has some, by its place among the names.
    pub fn among(&self, ids: &[SampleId]) -> BTreeMap<u32, Vec<SampleId>> {
        let mut groups: BTreeMap<u32, Vec<SampleId>> = BTreeMap::new();
        ids.iter().for_each(|id| groups.entry(self.of[id.row()]).or_default().push(*id));
        groups
    }

    /// Its groups that have samples in several splits: name, and the splits.
    pub fn crossing<'s>(&self, splits: &'s BTreeMap<SplitName, Vec<SampleId>>) -> Vec<(&str, Vec<&'s SplitName>)> {
        let mut seen: Vec<Vec<&SplitName>> = vec![vec![]; self.names.len()];
        for (split, ids) in splits {
            let there: BTreeSet<u32> = ids.iter().map(|id| self.of[id.row()]).collect();
            there.into_iter().for_each(|group| seen[group as usize].push(split));
        }
        let crossing = self.names.iter().zip(seen).filter(|(_, splits)| splits.len() > 1);
        crossing.map(|(name, splits)| (name.as_str(), splits)).collect()
    }
}

/// A name a row, of the rows at which groups begin.
fn by_offsets(group: &GroupSpec, shard: &Shard, offsets: &Texts) -> Result<Texts, DataError> {
    let rows = shard.rows;
    let wrong = |found: String| {
        let message = format!("the offsets of group `{}` do not divide the samples", group.name);
        let error = DataError::new(Code::NotAGroup, message)
            .expected(format!(
                "the rows at which groups begin: 0 first, none below the one before, and {rows} at the end"
            ))
            .found(found);
        offsets.blame(error.help("where the file has a name or number a sample, leave `offsets` away"))
    };
    let begins: Vec<usize> = offsets
        .iter()
        .enumerate()
        .map(|(row, text)| text.parse().map_err(|_| wrong(format!("`{text}` in {}", offsets.place(row)))))
        .collect::<Result<_, _>>()?;
    match (begins.first(), begins.last()) {
        (Some(0), Some(last)) if *last == rows => {}
        (Some(0), Some(last)) => return Err(wrong(format!("{last} at the end, of {}", counted(rows)))),
        (Some(first), _) => return Err(wrong(format!("{first} in {}", offsets.place(0)))),
        (None, _) => return Err(wrong("nothing".into())),
    }
    if let Some(row) = (1..begins.len()).find(|row| begins[*row] < begins[row - 1]) {
        return Err(wrong(format!("{} in {}, behind {}", begins[row], offsets.place(row), begins[row - 1])));
    }
    let name = |number: usize| match shard.kind.key() {
        Some(key) => format!("{key}/{number}"),
        None => number.to_string(),
    };
    let mut texts = Texts { file: offsets.file.clone(), array: offsets.array.clone(), ..Texts::default() };
    for (number, ends) in begins.windows(2).enumerate() {
        // One without samples is none.
        if ends[0] < ends[1] {
            let id = texts.distinct.len() as u32;
            texts.distinct.push(name(number));
            texts.ids.extend(std::iter::repeat_n(id, ends[1] - ends[0]));
        }
    }
    Ok(texts)
}

/// Names in their order, whole numbers by their size, and the place of each among them.
fn sorted(names: &[String]) -> (Vec<String>, Vec<u32>) {
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    match numbers {
        Some(numbers) => order.sort_by_key(|i| numbers[*i]),
        None => order.sort_by(|a, b| names[*a].cmp(&names[*b])),
    }
    let mut places = vec![0; names.len()];
    order.iter().zip(0..).for_each(|(name, place)| places[*name] = place);
    (order.into_iter().map(|name| names[name].clone()).collect(), places)
}

/// Samples in parts: what one group has in common with another is one part with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The part of every sample, by id.
    of: Vec<u32>,
}

impl Parts {
    /// The smallest parts that cut through none of these groups: samples that share one are in one part, and so are those that
    /// are linked by others. Nothing without groups.
    pub fn of<'g>(groups: impl IntoIterator<Item = &'g Group>) -> Option<Self> {
        let mut parts: Option<Self> = None;
        for group in groups {
            parts = Some(match parts {
                None => Self { of: group.of.clone() },
                Some(parts) => parts.joined(group),
            });
        }
        parts
    }

    /// Union-find over the groups of both.
    fn joined(&self, group: &Group) -> Self {
        let own = self.of.iter().max().map_or(0, |part| part + 1);
        let mut above: Vec<u32> = (0..own + group.names.len() as u32).collect();
        fn root(above: &mut [u32], mut at: u32) -> u32 {
            while above[at as usize] != at {
                above[at as usize] = above[above[at as usize] as usize];
                at = above[at as usize];
            }
            at
        }
        for (part, other) in self.of.iter().zip(&group.of) {
            let (a, b) = (root(&mut above, *part), root(&mut above, own + other));
            above[a.max(b) as usize] = a.min(b);
        }
        Self { of: self.of.iter().map(|part| root(&mut above, *part)).collect() }
    }

    /// These samples by their parts; parts in the order of their first samples.
    pub fn among(&self, ids: &[SampleId]) -> Vec<Vec<SampleId>> {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        let mut places: BTreeMap<u32, usize> = BTreeMap::new();
        let mut parts: Vec<Vec<SampleId>> = vec![];
        for id in sorted {
            let place = *places.entry(self.of[id.row()]).or_insert_with(|| {
                parts.push(vec![]);
                parts.len() - 1
            });
            parts[place].push(id);
        }
        parts
    }
}

/// How many samples of each class a part has, by the numbers of the classes that occur; of one class where there are none.
pub fn class_counts(parts: &[Vec<SampleId>], classes: Option<&[f32]>) -> Vec<Vec<usize>> {
    let class = |id: &SampleId| classes.map_or(0, |classes| classes[id.row()] as u32);
    let known: BTreeSet<u32> = parts.iter().flatten().map(class).collect();
    let places: BTreeMap<u32, usize> = known.into_iter().zip(0..).collect();
    let counts = |part: &Vec<SampleId>| {
        let mut counts = vec![0; places.len()];
        part.iter().for_each(|id| counts[places[&class(id)]] += 1);
        counts
    };
    parts.iter().map(counts).collect()
}
