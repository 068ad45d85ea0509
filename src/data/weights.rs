//! Weights of one module in a safetensors file: one that `mhm export` wrote, or one of a stored run. Owns the names they have
//! there; whether they fit a network is found by their shapes.

use super::path::plain;
use super::visible::visible;
use std::collections::BTreeSet;
use std::fs::File;
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
        let values = values(&mut file, header.data + start as u64, end - start);
        read.push(values.map_err(|e| format!("cannot read `{name}` of `{shown}`: {e}"))?);
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
}

fn header(file: &mut File) -> Result<Header, String> {
    let length = file.metadata().map_err(|e| e.to_string())?.len();
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
    Ok(Header { metadata, data })
}

fn values(file: &mut File, start: u64, bytes: usize) -> std::io::Result<Vec<f32>> {
    let mut buffer = vec![0; bytes];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut buffer)?;
    let (numbers, _) = buffer.as_chunks();
    Ok(numbers.iter().map(|b| f32::from_le_bytes(*b)).collect())
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
}
