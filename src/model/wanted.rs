//! Under which names a file of samples may hold what a network reads.

use super::output::columns;
use crate::builtin::dataset::{FilePart, Origin, SPLIT_MARK, Source, SplitRule};
use crate::data::samples::Wanted;
use crate::hir::Pipeline;

/// The pipeline's inputs in order. An array is called as its modality, or as the dataset has it that the network was
/// trained on; with a split, after the split, too.
pub fn wanted(pipeline: &Pipeline, split: Option<&str>) -> Vec<Wanted> {
    let key = split.map(|split| key(pipeline, split));
    let one = |input: &crate::hir::Input| {
        let name = &input.name;
        let axes = input.shape.concrete().unwrap_or_default();
        let source = pipeline.data.modalities.iter().find(|m| m.name == *name);
        let source = source.and_then(|m| m.sources.first()).map(AsRef::as_ref);
        Wanted {
            name: name.clone(),
            arrays: arrays(name, source, split, key),
            columns: all_columns(name, &axes, source),
            axes,
        }
    };
    pipeline.network.inputs.iter().map(one).collect()
}

/// What stands for the split in names of arrays.
fn key<'p>(pipeline: &'p Pipeline, split: &'p str) -> &'p str {
    let rule = pipeline.data.splits.iter().find(|s| s.name == split).map(|s| &s.rule);
    if let Some(SplitRule::Key(key)) = rule { key } else { split }
}

fn arrays(name: &str, source: Option<&dyn Source>, split: Option<&str>, key: Option<&str>) -> Vec<String> {
    let declared = source.and_then(|source| match source.origin() {
        Origin::File(file) => file.part.array().map(str::to_string),
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => None,
    });
    let keyed = |array: &String| array.contains(SPLIT_MARK);
    let mut arrays: Vec<String> = match (split, key) {
        (Some(split), Some(key)) => {
            let declared = declared.filter(keyed).map(|array| array.replace(SPLIT_MARK, key));
            declared.into_iter().chain([format!("{key}_{name}"), format!("{split}_{name}")]).collect()
        }
        _ => [name.to_string()].into_iter().chain(declared.filter(|array| !keyed(array))).collect(),
    };
    arrays.dedup();
    arrays
}

fn all_columns(name: &str, axes: &[usize], source: Option<&dyn Source>) -> Vec<Vec<String>> {
    let mut all = vec![columns(name, axes)];
    if axes.iter().product::<usize>() == 1 {
        all.extend([vec![format!("{name}[0]")], vec![name.to_string()]]);
    }
    if let Some(Origin::File(file)) = source.map(Source::origin)
        && let FilePart::Csv { columns } | FilePart::Parquet { columns } = file.part
    {
        all.push(columns.to_vec());
    }
    all.dedup();
    all
}
