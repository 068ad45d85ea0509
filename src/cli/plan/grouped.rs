//! What `mhm plan` says of groups: how many there are, and how near splits and folds that keep them together came to what is asked.

use crate::data::nearness::{off, points, shares};
use crate::data::{DataSpec, Dataset, Folds};
use crate::id::SampleId;
use crate::plan::FoldCount;
use crate::report::count as plural;
use crate::split::SplitName;

/// Lines of a sheet; none of data without groups whose samples do not go round either. `parts` are the test samples of each turn.
pub fn lines(
    spec: &DataSpec,
    data: &Dataset,
    parts: &[Vec<SampleId>],
    plan: Option<&FoldCount>,
    folds: &Folds,
) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = vec![];
    for group in &data.groups {
        let kept = if group.kept { "kept together" } else { "not kept together" };
        lines.push(("group".into(), format!("{}: {}, {kept}", group.name, plural(group.names.len(), "group"))));
    }
    lines.extend(shares(spec, data).into_iter().map(|share| ("split".into(), share.to_string())));
    lines.extend(tested(data, parts).map(|text| ("test parts".into(), text)));
    let train = data.split(&SplitName::TRAIN).unwrap_or(&[]);
    let (Some(plan), Some(parts)) = (plan.filter(|plan| plan.grouped), data.parts()) else { return lines };
    let sizes = || (0..folds.count()).map(|k| folds.fold(k).len());
    let (low, high) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
    let parts = plural(parts.among(train).len(), "part");
    let mut text = format!("{} of {low} to {high} samples, of {parts} that stay together", folds.count());
    if let Some(classes) = data.classes().filter(|_| plan.stratified) {
        let most = (0..folds.count()).map(|k| off(folds.fold(k), train, classes)).fold(0.0, f64::max);
        text += &format!("; shares of classes differ by {} points at most", points(most));
    }
    lines.push(("folds".into(), text));
    lines
}

/// How large test parts are, and how far their classes are from those of all of them.
fn tested(data: &Dataset, parts: &[Vec<SampleId>]) -> Option<String> {
    let sizes = || parts.iter().map(Vec::len);
    let (low, high) = (sizes().min()?, sizes().max()?);
    let all: Vec<SampleId> = parts.concat();
    let classes = data.classes().map_or(String::new(), |classes| {
        let most = parts.iter().map(|part| off(part, &all, classes)).fold(0.0, f64::max);
        format!("; shares of classes differ by {} points at most", points(most))
    });
    Some(format!("{} of {low} to {high} samples{classes}", parts.len()))
}
