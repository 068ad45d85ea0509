//! Weights of one module in a safetensors file: one that `mhm export` wrote, or one of a stored run. Owns the names they have
//! there; whether they fit a network is found by their shapes.

use super::file::{DataFile, plain};
use crate::visible::visible;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of a header.
const HEADER: u64 = 64 << 20;

/// Reads weights `wanted` (path below the module, axes) of the module called `module`, each row-major.
///
/// # Errors
/// In words: no such file, none of this format, no such module in it (with those that there are), another shape.
pub fn weights(path: &Path, module: &str, wanted: &[(String, Vec<usize>)]) -> Result<Vec<Vec<f32>>, String> {
    let shown = visible(&path.display().to_string());
    let mut file = plain(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("there is no file `{shown}` for `{module}` to begin from; `mhm export` writes one")
        }
        _ => format!("cannot read `{shown}`: {error}"),
    })?;
    let header = header(&mut file).map_err(|why| format!("`{shown}` is no safetensors file: {why}"))?;
    let names: BTreeSet<String> = header.metadata.offset_keys().into_iter().collect();
    let prefix = prefix(&names, module).ok_or_else(|| {
        let there = modules(&names).into_iter().collect::<Vec<_>>().join(", ");
        format!("`{shown}` holds no module `{module}`; there are: {there}")
    })?;
    let mut read = vec![];
    for (weight, axes) in wanted {
        let name = format!("{prefix}{weight}");
        let Some(info) = header.metadata.info(&name) else {
            return Err(format!("`{shown}` has no `{name}`, which `{module}` needs"));
        };
        if info.shape != *axes || info.dtype != safetensors::Dtype::F32 {
            let (dtype, shape) = (info.dtype, &info.shape);
            return Err(format!("`{name}` of `{shown}` is {shape:?} of {dtype}, and `{module}` needs {axes:?} of F32"));
        }
        let (start, end) = info.data_offsets;
        let bytes = bytes(&mut file, header.data + start as u64, end - start);
        let bytes = bytes.map_err(|e| format!("cannot read `{name}` of `{shown}`: {e}"))?;
        if header.sums.get(&name).is_some_and(|sum| !is_sum(sum, &bytes)) {
            return Err(format!("`{name}` of `{shown}` is not what was written: copy or export it again"));
        }
        let (numbers, _) = bytes.as_chunks();
        read.push(numbers.iter().map(|b| f32::from_le_bytes(*b)).collect::<Vec<f32>>());
        if read.last().is_some_and(|values| values.iter().any(|v| !v.is_finite())) {
            return Err(format!("`{name}` of `{shown}` holds numbers that are not finite"));
        }
    }
    Ok(read)
}

struct Header {
    metadata: safetensors::tensor::Metadata,
    /// Where the numbers begin.
    data: u64,
    /// blake3 of tensors, or its first digits, where the file says them.
    sums: BTreeMap<String, String>,
}

/// What exported files and those of runs say of themselves, among other things.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    sums: BTreeMap<String, String>,
}

/// Digits that a sum has at least.
const DIGITS: usize = 16;

fn is_sum(sum: &str, bytes: &[u8]) -> bool {
    sum.len() >= DIGITS && blake3::hash(bytes).to_hex().starts_with(sum)
}

fn header(file: &mut DataFile) -> Result<Header, String> {
    let length = file.length();
    let mut size = [0; 8];
    file.read_exact(&mut size).map_err(|_| "it is too short")?;
    let size = u64::from_le_bytes(size);
    if size > HEADER || size > length.saturating_sub(8) {
        return Err(format!("its header would have {size} bytes"));
    }
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes).map_err(|e| e.to_string())?;
    let metadata: safetensors::tensor::Metadata = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
    let data = 8 + size;
    if data.checked_add(metadata.data_len() as u64) != Some(length) {
        return Err(format!("it has {length} bytes and should have {}", data + metadata.data_len() as u64));
    }
    let entry = metadata.metadata().as_ref().and_then(|entries| entries.get("mhm"));
    let entry: Option<Entry> = entry.and_then(|entry| serde_json::from_str(entry).ok());
    let sums = entry.map_or_else(BTreeMap::new, |entry| entry.sums);
    Ok(Header { metadata, data, sums })
}

fn bytes(file: &mut DataFile, start: u64, count: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// What stands before the weights of a module: `filter.` in an exported file, `weights/fixed[0].filter.` in that of a run. Of
/// several replicas the first.
fn prefix(names: &BTreeSet<String>, module: &str) -> Option<String> {
    let dotted = format!("{module}.");
    names.iter().find_map(|name| {
        let below = below(name);
        let skipped = name.len() - below.len();
        below.starts_with(&dotted).then(|| name[..skipped + dotted.len()].to_string())
    })
}

/// A name without `weights/ROLE[K].`.
fn below(name: &str) -> &str {
    let inner = name.strip_prefix("weights/").and_then(|rest| rest.split_once("]."));
    inner.map_or(name, |(_, below)| below)
}

/// `filter` of `filter.0.weight`; a module of a family has a dot of its own.
fn modules(names: &BTreeSet<String>) -> BTreeSet<String> {
    let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let module = |name: &String| {
        let parts: Vec<&str> = below(name).split('.').take_while(|part| !is_number(part)).collect();
        parts.join(".")
    };
    let of_weights =
        names.iter().filter(|n| !n.starts_with("standardize.") && (!n.contains('/') || n.starts_with("weights/")));
    of_weights.map(module).map(|name| format!("`{}`", visible(&name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_in_both_kinds_of_file() {
        let exported: BTreeSet<String> =
            ["filter.0.weight", "embed.first.0.bias", "standardize.x.mean"].map(String::from).into();
        assert_eq!(prefix(&exported, "filter").as_deref(), Some("filter."));
        assert_eq!(prefix(&exported, "embed.first").as_deref(), Some("embed.first."));
        assert_eq!(prefix(&exported, "fil"), None);
        assert_eq!(modules(&exported).into_iter().collect::<Vec<_>>(), ["`embed.first`", "`filter`"]);
        let run: BTreeSet<String> =
            ["test/out", "weights/head[0].cas.0.weight", "weights/head[1].cas.0.weight"].map(String::from).into();
        assert_eq!(prefix(&run, "cas").as_deref(), Some("weights/head[0].cas."));
        assert_eq!(modules(&run).into_iter().collect::<Vec<_>>(), ["`cas`"]);
    }

    #[test]
    fn weights_are_held_against_the_sums_that_came_with_them() {
        let numbers: Vec<u8> = [0.5f32, 2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let view = || safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2], &numbers);
        let wanted = [("0.weight".to_string(), vec![2])];
        let path = std::env::temp_dir().join(format!("mhm-sums-{}.safetensors", std::process::id()));
        let sum = blake3::hash(&numbers).to_hex().to_string();
        for (sum, fits) in [(sum.as_str(), true), (&sum[..16], true), (&sum[..8], false), ("", false)] {
            let entry = format!(r#"{{"sums":{{"f.0.weight":"{sum}"}},"note":7}}"#);
            let views = [("f.0.weight", view().expect("two numbers"))];
            let bytes = safetensors::serialize(views, Some([("mhm".to_string(), entry)].into())).expect("plain data");
            std::fs::write(&path, &bytes).expect("a file of ours");
            assert_eq!(weights(&path, "f", &wanted).is_ok(), fits, "{sum}");
            let changed = [&bytes[..bytes.len() - 1], &[9]].concat();
            std::fs::write(&path, changed).expect("a file of ours");
            assert!(weights(&path, "f", &wanted).expect_err("it is changed").contains("is not what was written"));
        }
        std::fs::remove_file(path).expect("a file of ours");
    }
}
