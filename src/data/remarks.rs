//! What is odd about data that can be trained on: features that say nothing, classes that never occur, rows that nobody reads.
//! Owns the words.

use super::array::{Array, Target};
use super::error::{Code, DataError};
use super::fault::Fault;
use super::shards::Shard;
use super::spec::{DataSpec, Member, SplitSpec};
use super::splits::own_shard;
use super::values::Values;
use crate::builtin::TargetKind;
use crate::builtin::dataset::SplitRule;
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// Features or classes that are named; the others are counted.
const SHOWN: usize = 8;

/// Of features of modality `i` that `standardize` found to have one value.
pub fn constant(i: usize, name: &str, places: &[usize]) -> Option<Fault> {
    let (which, are) = (these("feature", places, &[])?, if places.len() == 1 { "is" } else { "are" });
    let error = DataError::new(Code::ConstantFeature, format!("{which} of modality `{name}` {are} constant in `train`"))
        .help("standardized, they are 0 there, and elsewhere what they differ by (their deviation counts as 1); leave them out");
    Some(Fault { member: Member::Modality(i), error })
}

/// Of classes of target `i` that no sample of a split has; of those that `train` lacks, it alone.
pub fn unseen(spec: &DataSpec, i: usize, target: &Target, splits: &BTreeMap<SplitName, Vec<SampleId>>) -> Vec<Fault> {
    let counts = |split: &str| target.classes(splits.get(split).filter(|ids| !ids.is_empty())?);
    let learned = counts(&SplitName::TRAIN);
    let lacks = |(j, split): (usize, &SplitSpec)| {
        let counts = counts(&split.name)?;
        let occurs =
            |class: &usize| split.name == SplitName::TRAIN || learned.as_ref().is_none_or(|counts| counts[*class] > 0);
        let places: Vec<usize> = (0..counts.len()).filter(|class| counts[*class] == 0 && occurs(class)).collect();
        let (which, verb) =
            (these("class", &places, target.kind.names())?, if places.len() == 1 { "occurs" } else { "occur" });
        let message = format!("{which} of target `{}` never {verb} in `{}`", target.name, split.name);
        let error = DataError::new(Code::UnseenClass, message);
        let drawn = matches!(split.rule, SplitRule::Random { stratified: false, .. } | SplitRule::Rest);
        Some(if split.name == SplitName::TRAIN {
            let kind = &target.kind;
            let help = format!(
                "nothing is learned of what never occurs: is `{kind}` what the files hold? Ids are counted from 0, unless `first: 1` says otherwise"
            );
            Fault { member: Member::Target(i), error: error.help(help) }
        } else if drawn && target.kind.is_one_class() {
            let help =
                "nothing is measured of it there: `random(…, stratified: true)` takes the same share of every class";
            Fault { member: Member::Split(j), error: error.help(help) }
        } else {
            let help = "nothing is measured of it there, and means over classes are of the others";
            Fault { member: Member::Split(j), error: error.help(help) }
        })
    };
    match target.kind {
        TargetKind::Class { .. } | TargetKind::Multi { .. } => {
            spec.splits.iter().enumerate().filter_map(lacks).collect()
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => vec![],
    }
}

/// Of modality `i`, which may be missing: where no sample lacks it, or every one of `train` does.
pub fn lacking(
    spec: &DataSpec,
    i: usize,
    there: &Array,
    splits: &BTreeMap<SplitName, Vec<SampleId>>,
) -> Result<Option<Fault>, DataError> {
    let name = &spec.modalities[i].name;
    let of = |ids: &[SampleId]| {
        let mut gone = 0;
        there.each(ids, &mut |sample| gone += usize::from(sample.contains(&0.0))).map(|()| gone)
    };
    let train = splits.get(&SplitName::TRAIN).map_or(&[][..], Vec::as_slice);
    let mut all = 0;
    for ids in splits.values() {
        all += of(ids)?;
    }
    let (message, help) = if !train.is_empty() && of(train)? == train.len() {
        let message = format!("every sample of `{}` lacks modality `{name}`", SplitName::TRAIN);
        (message, "nothing is learned of it: does the file hold what `missing` says?")
    } else if all == 0 && spec.modalities[i].may_lack() {
        let message = format!("no sample lacks modality `{name}`");
        (message, "leave `missing` out, or say what stands for missing values in this file")
    } else {
        return Ok(None);
    };
    let error = DataError::new(Code::MissingModality, message).help(help);
    Ok(Some(Fault { member: Member::Modality(i), error }))
}

/// Of samples of files that are in no split. `rows`: what they are in the files, where some are left out.
pub fn left_out(
    spec: &DataSpec,
    shards: &[Shard],
    rows: &[u32],
    samples: usize,
    splits: &BTreeMap<SplitName, Vec<SampleId>>,
) -> Option<Fault> {
    let mut taken = vec![false; samples];
    splits.values().flatten().for_each(|id| taken[id.row()] = true);
    // What a share leaves is left on purpose.
    let shared = spec.splits.iter().flat_map(|split| split.rule.parts().iter().map(move |rule| (split, rule)));
    let shared = shared.filter(|(_, rule)| rule.only().is_some());
    shared.flat_map(|(split, rule)| own_shard(shards, split, rule)).for_each(|id| taken[id.row()] = true);
    let row = |id: usize| rows.get(id).map_or(id, |row| *row as usize);
    let places: Vec<usize> = (0..samples).filter(|id| !taken[*id]).map(row).collect();
    let which = these("row", &places, &[]).filter(|_| spec.generator.is_none())?;
    let are = if places.len() == 1 { "is" } else { "are" };
    let error = DataError::new(Code::UnusedRows, format!("{which} of dataset `{}` {are} in no split", spec.name))
        .found(format!("{} of {samples} samples", places.len()))
        .help("nothing is trained or measured on them: a split `rest` takes what others leave");
    Some(Fault { member: Member::Dataset, error })
}

/// Whether numbers of a target are what the file says, as 32-bit floats.
#[derive(Default)]
pub struct Digits {
    range: Option<(f64, f64)>,
    /// The most that rounding moved one.
    error: f64,
}

/// Of the range of a target's numbers, what rounding may move them by.
const DIGITS: f64 = 1e-3;

impl Digits {
    /// Looks at more numbers.
    pub fn see(&mut self, kind: &TargetKind, values: &Values) {
        let (TargetKind::Real { .. }, Values::Double(values)) = (kind, values) else { return };
        for value in values {
            let (low, high) = self.range.unwrap_or((*value, *value));
            self.range = Some((low.min(*value), high.max(*value)));
            self.error = self.error.max((f64::from(*value as f32) - value).abs());
        }
    }

    /// Of target `i`, where rounding takes digits that tell its numbers apart.
    pub fn remark(&self, i: usize, name: &str) -> Option<Fault> {
        let (low, high) = self.range.filter(|(low, high)| low < high && self.error > DIGITS * (high - low))?;
        let error = DataError::new(Code::LostDigits, format!("target `{name}` loses digits in 32-bit floats"))
            .found(format!("numbers from {low} to {high}; rounding moves them by up to {:.1e}", self.error))
            .help("take a number near their mean off before saving: networks and metrics compute in 32 bits");
        Some(Fault { member: Member::Target(i), error })
    }
}

/// Whether features vary as they are prepared, and as 32-bit floats.
pub struct Rounding {
    features: Vec<Option<Feature>>,
    /// Whether some feature has not been seen to vary as 32-bit floats.
    is_open: bool,
}

#[derive(Clone, Copy)]
struct Feature {
    first: f64,
    varies: bool,
    varies_rounded: bool,
}

impl Rounding {
    /// Of samples of these axes.
    pub fn of(axes: &[usize]) -> Self {
        Self { features: vec![None; axes.last().copied().unwrap_or(1)], is_open: true }
    }

    /// Looks at more samples.
    pub fn see(&mut self, values: &Values) {
        let Values::Double(values) = values else {
            // Nothing is rounded.
            self.is_open = false;
            return;
        };
        if !self.is_open {
            return;
        }
        for row in values.chunks(self.features.len().max(1)) {
            for (feature, value) in self.features.iter_mut().zip(row) {
                let known = feature.get_or_insert(Feature { first: *value, varies: false, varies_rounded: false });
                known.varies |= known.first != *value;
                known.varies_rounded |= known.first as f32 != *value as f32;
            }
        }
        self.is_open = self.features.iter().flatten().any(|feature| !feature.varies_rounded);
    }

    /// Of features of modality `i` that were lost.
    pub fn remark(&self, i: usize, name: &str) -> Option<Fault> {
        if !self.is_open {
            return None;
        }
        let lost = |place: &usize| self.features[*place].is_some_and(|f| f.varies && !f.varies_rounded);
        let places: Vec<usize> = (0..self.features.len()).filter(lost).collect();
        let (which, verb) = (these("feature", &places, &[])?, if places.len() == 1 { "varies" } else { "vary" });
        let message = format!("{which} of modality `{name}` {verb} in the file and not in training");
        let error = DataError::new(Code::LostFeature, message)
            .found("numbers that differ by less than 32-bit floats do, in which networks compute")
            .help("`|> standardize` takes the mean off first, in 64 bits");
        Some(Fault { member: Member::Modality(i), error })
    }
}

/// "feature 3", "features 3, 5 and 7 more", "class `walk`" where they have names; nothing of none.
fn these(noun: &str, places: &[usize], names: &[String]) -> Option<String> {
    let name = |place: &usize| names.get(*place).map_or(place.to_string(), |name| format!("`{name}`"));
    let shown: Vec<String> = places.iter().take(SHOWN).map(name).collect();
    let plural = if noun == "class" { "classes".to_string() } else { format!("{noun}s") };
    match places {
        [] => None,
        [_] => Some(format!("{noun} {}", shown[0])),
        [..] if places.len() > SHOWN => {
            Some(format!("{plural} {} and {} more", shown.join(", "), places.len() - SHOWN))
        }
        [..] => Some(format!("{plural} {}", shown.join(", "))),
    }
}
