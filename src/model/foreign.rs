//! Weights that another program trained, under the names that a network has for them. Owns which tensor stands for which weight
//! and what is said where one does not; reads and writes no disk.

use super::file::standard_names;
use crate::graph::Graph;
use crate::visible::visible;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, BTreeSet};

/// A weight that a network has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// `joint.0.weight`.
    pub name: String,
    pub axes: Vec<usize>,
    /// What a modality is standardized by is of 64 bits, and need not come from elsewhere.
    statistic: bool,
}

/// `OLD=NEW`: what the names of some tensors begin with, and what those of their weights do. Without `NEW` they are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    pub old: String,
    pub new: Option<String>,
}

/// A file of weights, and what was done on the way.
#[derive(Debug)]
pub struct Taken {
    pub bytes: Vec<u8>,
    pub remarks: Vec<String>,
}

/// What the files that are written here say of themselves, and how their headers begin.
const ENTRY: &str = "imported";
const HEAD: &str = r#"{"__metadata__":{"imported":"mhm "#;

/// Whether the first bytes of a file are those of one that was written here.
pub fn is_imported(head: &[u8]) -> bool {
    head.get(8..).is_some_and(|after| after.starts_with(HEAD.as_bytes()))
}

/// The weights of a graph: of all modules, or of those that are named.
pub fn needed(graph: &Graph, modules: &[String]) -> Vec<Needed> {
    let is_meant = |name: &String| modules.is_empty() || modules.contains(name);
    let of = |module: &crate::graph::Module| {
        let name = module.name.clone();
        let one = move |weight: &crate::graph::Weight| Needed {
            name: format!("{name}.{}", weight.path),
            axes: weight.axes.clone(),
            statistic: false,
        };
        module.weights.iter().map(one).collect::<Vec<_>>()
    };
    let weights = graph.modules.iter().filter(|module| is_meant(&module.name)).flat_map(of);
    let standard = |input: &crate::graph::Input| {
        let axes = vec![input.axes.last().copied().unwrap_or(1)];
        standard_names(&input.name).map(|name| Needed { name, axes: axes.clone(), statistic: true })
    };
    let standards = graph.inputs.iter().filter(|_| modules.is_empty()).flat_map(standard);
    weights.chain(standards).collect()
}

/// Lines that a message has at most.
const SHOWN: usize = 12;

/// The tensors of a safetensors file as weights.
///
/// # Errors
/// All that does not fit, a line each: what is missing, what is left, what has another shape or type, names that mean nothing.
pub fn taken(bytes: &[u8], needed: &[Needed], renames: &[Rename]) -> Result<Taken, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|e| format!("it is no whole safetensors file ({e})"))?;
    let mut tensors = file.tensors();
    tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (mut found, mut faults, mut remarks) = (BTreeMap::new(), vec![], vec![]);
    let (mut used, mut left) = (BTreeSet::new(), vec![]);
    let mut rounded: BTreeMap<String, usize> = BTreeMap::new();
    for (name, view) in &tensors {
        let rename = rename(name, renames);
        rename.iter().for_each(|rename| _ = used.insert(rename.old.as_str()));
        let Some(own) = renamed(name, rename) else { continue };
        let Some(wanted) = needed.iter().find(|wanted| wanted.name == own) else {
            left.push((name.as_str(), own, view.shape().to_vec()));
            continue;
        };
        match converted(name, view, wanted) {
            Err(why) => faults.push(why),
            Ok(values) => {
                if !wanted.statistic && view.dtype() != Dtype::F32 {
                    *rounded.entry(view.dtype().to_string()).or_default() += 1;
                }
                if let Some((before, _)) = found.insert(wanted.name.clone(), (name.as_str(), values)) {
                    faults.push(format!("`{before}` and `{name}` are both `{}`", wanted.name));
                }
            }
        }
    }
    for rename in renames.iter().filter(|rename| !used.contains(rename.old.as_str())) {
        let known = tops(tensors.iter().map(|(name, _)| name.as_str()));
        faults.push(format!("no tensor's name is or begins with `{}`; there are: {known}", rename.old));
    }
    let met = |wanted: &&Needed| {
        !found.contains_key(&wanted.name)
            && !tensors.iter().any(|(name, _)| renamed(name, rename(name, renames)).as_ref() == Some(&wanted.name))
    };
    let missing: Vec<&Needed> = needed.iter().filter(|wanted| !wanted.statistic).filter(met).collect();
    faults.extend(
        missing.iter().map(|wanted| format!("`{}` {:?} is missing{}", wanted.name, wanted.axes, near(wanted, &left))),
    );
    // Of what stands for nothing, what a network never has is said, not refused.
    let (idle, strange): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|(name, ..)| name.ends_with("num_batches_tracked"));
    if !idle.is_empty() {
        remarks
            .push(format!("left out: {} counts of batches, which decide nothing where nothing is trained", idle.len()));
    }
    faults.extend(strange.iter().map(|(name, own, axes)| {
        let called = if name == own { String::new() } else { format!(", called `{own}`,") };
        let shown = visible(name);
        format!("`{shown}` {axes:?}{called} stands for no weight; {}", left_out(name, &tensors))
    }));
    let held = |(dtype, count): (&String, &usize)| format!("{count} of its tensors held {dtype}, and hold F32 now");
    remarks.extend(rounded.iter().map(held));
    if faults.is_empty() {
        return Ok(Taken { bytes: encode(needed, &found)?, remarks });
    }
    let more = faults.len().saturating_sub(SHOWN);
    faults.truncate(SHOWN);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    Err(format!("its tensors are not the network's weights:\n  {}{more}", faults.join("\n  ")))
}

/// The longest rename that a name is or begins with.
fn rename<'r>(name: &str, renames: &'r [Rename]) -> Option<&'r Rename> {
    let begins = |rename: &&Rename| {
        name.strip_prefix(rename.old.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    renames.iter().filter(begins).max_by_key(|rename| rename.old.len())
}

/// As the network would call it; nothing of what is left out.
fn renamed(name: &str, rename: Option<&Rename>) -> Option<String> {
    let name = match rename {
        None => name.to_string(),
        Some(Rename { old, new }) => format!("{}{}", new.as_ref()?, &name[old.len()..]),
    };
    // As PyTorch's `BatchNorm1d` has it.
    Some(match name.strip_suffix(".running_var") {
        Some(front) => format!("{front}.running_variance"),
        None => name,
    })
}

/// Numbers of a tensor, little-endian, as a weight has them.
fn converted(name: &str, view: &TensorView<'_>, wanted: &Needed) -> Result<Vec<u8>, String> {
    if view.shape() != wanted.axes {
        let turned: Vec<usize> = view.shape().iter().rev().copied().collect();
        let is_turned = turned == wanted.axes && turned.len() == 2;
        let hint = if is_turned { ": it is transposed, save its `.T`, as PyTorch has it (out, in)" } else { "" };
        return Err(format!("`{name}` is {:?}, and `{}` {:?}{hint}", view.shape(), wanted.name, wanted.axes));
    }
    let data = view.data();
    let doubles = || -> Vec<f64> { data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect() };
    let values: Vec<f64> = match view.dtype() {
        Dtype::F32 => data.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        Dtype::F64 => doubles(),
        Dtype::F16 => data.as_chunks().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f64()).collect(),
        Dtype::BF16 => data.as_chunks().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f64()).collect(),
        other => return Err(format!("`{name}` holds {other}, and weights are floats: F32, F64, F16 or BF16")),
    };
    if wanted.statistic {
        return Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }
    if let Some(at) = values.iter().position(|value| !(*value as f32).is_finite()) {
        return Err(format!("number {at} of `{name}` is {}, and no 32-bit number to compute with", values[at]));
    }
    Ok(values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect())
}

/// How a tensor is left out whose name cannot be meant.
fn left_out(name: &str, tensors: &[(String, TensorView<'_>)]) -> String {
    if visible(name) != name || name.trim() != name || name.ends_with('.') || name.is_empty() {
        return "no `--name` can say this name: give it another where it is saved".into();
    }
    let begins =
        |(other, _): &(String, TensorView<'_>)| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let leaves = format!("`--name '{}='` leaves it out", name.replace('\'', r"'\''"));
    match tensors.iter().find(|tensor| begins(tensor)) {
        Some((other, _)) => {
            format!("{leaves}, and `{}` with it, where that has no `--name` of its own", visible(other))
        }
        None => leaves,
    }
}

/// What of the rest has the shape of a weight and ends like it.
fn near(wanted: &Needed, left: &[(&str, String, Vec<usize>)]) -> String {
    let end = |name: &str| name.rsplit('.').next().map(str::to_string);
    let alike = |(name, _, axes): &&(&str, String, Vec<usize>)| *axes == wanted.axes && end(name) == end(&wanted.name);
    let mut all = left.iter().filter(alike);
    // Its own name may have been given away.
    if let Some((name, own, _)) = left.iter().find(|(name, ..)| *name == wanted.name) {
        return format!(": `--name` makes `{own}` of `{name}`");
    }
    let Some((name, ..)) = all.next() else { return String::new() };
    let or = if all.next().is_some() { ", or another of its shape" } else { "" };
    // What both end with need not be said.
    let (mut old, mut new) = (*name, wanted.name.as_str());
    while let (Some((front, end)), Some((new_front, new_end))) = (old.rsplit_once('.'), new.rsplit_once('.'))
        && end == new_end
    {
        (old, new) = (front, new_front);
    }
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:".contains(c);
    if !old.chars().all(is_plain) {
        return format!("; is it `{}`?", visible(name));
    }
    format!("; is it `{name}`? `--name {old}={new}`{or}")
}

/// First parts of names, each once.
fn tops<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: BTreeSet<&str> = names.filter_map(|name| name.split('.').next()).collect();
    all.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn encode(needed: &[Needed], found: &BTreeMap<String, (&str, Vec<u8>)>) -> Result<Vec<u8>, String> {
    let there = needed.iter().filter_map(|wanted| Some((wanted, &found.get(&wanted.name)?.1)));
    let views = there.map(|(wanted, bytes)| {
        let dtype = if wanted.statistic { Dtype::F64 } else { Dtype::F32 };
        let view = TensorView::new(dtype, wanted.axes.clone(), bytes).map_err(|e| format!("`{}`: {e}", wanted.name))?;
        Ok((wanted.name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, String>>()?;
    let entry = [(ENTRY.to_string(), format!("mhm {}", env!("CARGO_PKG_VERSION")))].into();
    safetensors::serialize(views, Some(entry)).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) -> Vec<u8> {
        let views = tensors.iter().map(|(name, dtype, axes, bytes)| {
            (*name, TensorView::new(*dtype, axes.to_vec(), bytes).expect("as many bytes as numbers"))
        });
        safetensors::serialize(views, None).expect("plain data")
    }

    fn wanted(name: &str, axes: &[usize]) -> Needed {
        Needed { name: name.into(), axes: axes.to_vec(), statistic: false }
    }

    fn singles(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn rename(old: &str, new: Option<&str>) -> Rename {
        Rename { old: old.into(), new: new.map(String::from) }
    }

    #[test]
    fn names_are_mapped_and_types_converted() {
        let half: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| half::bf16::from_f32(*v).to_le_bytes()).collect();
        let double: Vec<u8> = [0.25f64, 3.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let bytes = file(&[
            ("encoder.fc.weight", Dtype::BF16, &[1, 2], half),
            ("encoder.bn.running_var", Dtype::F64, &[2], double),
            ("encoder.bn.num_batches_tracked", Dtype::I64, &[], vec![0; 8]),
            ("decoder.weight", Dtype::F32, &[1], singles(&[7.0])),
        ]);
        let needed = [wanted("hear.0.weight", &[1, 2]), wanted("hear.1.running_variance", &[2])];
        let renames =
            [rename("encoder.fc", Some("hear.0")), rename("encoder.bn", Some("hear.1")), rename("decoder", None)];
        let taken = taken(&bytes, &needed, &renames).expect("it fits");
        assert_eq!(taken.remarks.len(), 3, "{:?}", taken.remarks);
        let file = SafeTensors::deserialize(&taken.bytes).expect("it was written here");
        assert_eq!(file.tensor("hear.0.weight").expect("it is there").data(), singles(&[1.5, -2.0]));
        assert_eq!(file.tensor("hear.1.running_variance").expect("it is there").data(), singles(&[0.25, 3.0]));
        assert_eq!(file.names().len(), 2);
        assert!(is_imported(&taken.bytes[..64]));
    }

    #[test]
    fn all_that_does_not_fit_is_said_at_once() {
        let bytes = file(&[
            ("a.weight", Dtype::F32, &[2, 3], singles(&[0.0; 6])),
            ("b.weight", Dtype::I32, &[1], vec![0; 4]),
            ("c.weight", Dtype::F32, &[4], singles(&[0.0; 4])),
            ("d.weight", Dtype::F32, &[1], singles(&[f32::NAN])),
        ]);
        let needed =
            [wanted("a.weight", &[3, 2]), wanted("b.weight", &[1]), wanted("d.weight", &[1]), wanted("e.weight", &[4])];
        let why = taken(&bytes, &needed, &[rename("z", Some("a"))]).expect_err("nothing fits");
        for part in [
            "`a.weight` is [2, 3], and `a.weight` [3, 2]: it is transposed",
            "`b.weight` holds I32",
            "number 0 of `d.weight` is NaN",
            "begins with `z`; there are: `a`, `b`, `c`, `d`",
            "`e.weight` [4] is missing; is it `c.weight`? `--name c=e`",
            "`c.weight` [4] stands for no weight; `--name 'c.weight='` leaves it out",
        ] {
            assert!(why.contains(part), "{part}\n{why}");
        }
    }

    #[test]
    fn advice_can_be_typed() {
        let one = |name: &'static str, n: usize| (name, Dtype::F32, vec![n], singles(&vec![0.0; n]));
        let all = [
            one("it's=odd", 1),
            one("fc", 2),
            one("fc.weight", 3),
            one("a\nb", 4),
            one("module.hear.0.bias", 5),
            one("bias", 6),
        ];
        let all: Vec<_> =
            all.iter().map(|(name, of, axes, bytes)| (*name, *of, axes.as_slice(), bytes.clone())).collect();
        let why = taken(&file(&all), &[wanted("hear.0.bias", &[5]), wanted("see.bias", &[6])], &[])
            .expect_err("nothing fits");
        for part in [
            r"`--name 'it'\''s=odd='` leaves it out",
            "`--name 'fc='` leaves it out, and `fc.weight` with it, where that has no `--name` of its own",
            "`a␊b` [4] stands for no weight; no `--name` can say this name: give it another where it is saved",
            "is it `module.hear.0.bias`? `--name module.hear=hear`",
            "is it `bias`? `--name bias=see.bias`",
        ] {
            assert!(why.contains(part), "{part}\n{why}");
        }
    }
}
