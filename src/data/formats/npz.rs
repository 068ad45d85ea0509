//! `.npz` archives: `.npy` files in a zip file, stored or packed by deflate.

use super::npy;
use crate::builtin::dataset::npz::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::error::{Code, DataError, did_you_mean};
use crate::data::file::DataFile;
use crate::data::format::{ArrayInfo, Format};
use crate::data::order::Order;
use crate::data::packed::{BEST_COMPRESSION, Extent, Packed};
use crate::data::rows::{Access, InMemory, Outline, Rows};
use crate::data::table::Table;
use crate::data::texts::{self, Texts};
use crate::data::values::Values;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

type Archive = ZipArchive<BufReader<DataFile>>;

pub struct Npz;

impl Format for Npz {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn magic(&self) -> &'static [u8] {
        b"PK\x03\x04"
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let (mut archive, _) = open(path)?;
        let names = names(&archive);
        Ok(names.into_iter().map(|name| npy::info(name.clone(), header(&mut archive, &name))).collect())
    }

    /// Some rows are read where they lie, without the entry's check sum; the whole is compared with it.
    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        let name = selection.array().ok_or_else(|| {
            DataError::new(Code::ArrayMissing, "an archive holds several arrays")
                .file(path)
                .help("say which: `array: \"x\"`")
        })?;
        Ok(Box::new(Summed(unsummed(path, name)?)))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        match selection.array() {
            Some(name) => read_texts(path, name),
            None => texts::of_numbers(self.open(path, selection)?.as_ref()),
        }
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        let bytes = crate::data::tests::files::digits_bytes();
        vec![crate::data::format::Example::new("npz", bytes, Selection::Array("train_a"))]
    }
}

/// Reads the whole array called `name`.
fn read(path: &Path, name: &str) -> Result<Table, DataError> {
    let (mut archive, length) = open(path)?;
    has(&archive, path, name)?;
    let found = archive.by_name(&file_name(name));
    let mut entry = found.map_err(|error| broken(path, name, error.to_string()))?;
    let most = entry.compressed_size().min(length).saturating_mul(BEST_COMPRESSION);
    let header = npy::header::read(&mut entry).map_err(|why| broken(path, name, why))?;
    let table = npy::read_values(&mut entry, &header, most, path, Some(name))?;
    // Only the end of the entry makes the archive compare its check sum.
    let end = std::io::copy(&mut entry.take(most), &mut std::io::sink());
    end.map_err(|error| broken(path, name, error.to_string()))?;
    Ok(table)
}

/// The texts of the array called `name`.
fn read_texts(path: &Path, name: &str) -> Result<Texts, DataError> {
    let (mut archive, length) = open(path)?;
    has(&archive, path, name)?;
    let found = archive.by_name(&file_name(name));
    let mut entry = found.map_err(|error| broken(path, name, error.to_string()))?;
    let most = entry.compressed_size().min(length).saturating_mul(BEST_COMPRESSION);
    let header = npy::header::read(&mut entry).map_err(|why| broken(path, name, why))?;
    if !header.dtype.is_text() {
        drop(entry);
        return texts::of_numbers(&Summed(unsummed(path, name)?));
    }
    let texts = npy::read_texts(&mut entry, &header, most, path, Some(name))?;
    let end = std::io::copy(&mut entry.take(most), &mut std::io::sink());
    end.map_err(|error| broken(path, name, error.to_string()))?;
    Ok(texts)
}

/// An array of an archive, whose check sum is compared where all of it is read.
#[derive(Debug)]
struct Summed(Box<dyn Rows>);

impl Rows for Summed {
    fn outline(&self) -> &Outline {
        self.0.outline()
    }

    fn access(&self) -> Access {
        self.0.access()
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.0.read(rows, values)
    }

    fn gather(&self, rows: &[usize], values: &mut Values) -> Result<(), DataError> {
        self.0.gather(rows, values)
    }

    fn whole(&self) -> Result<Table, DataError> {
        read(&self.outline().file, self.outline().array.as_deref().unwrap_or_default())
    }
}

/// The same, without looking at its check sum.
fn unsummed(path: &Path, name: &str) -> Result<Box<dyn Rows>, DataError> {
    let (mut archive, length) = open(path)?;
    has(&archive, path, name)?;
    let found = archive.by_name(&file_name(name));
    let mut entry = found.map_err(|error| broken(path, name, error.to_string()))?;
    let (packing, packed) = (entry.compression(), entry.compressed_size().min(length));
    let start = entry.data_start().ok_or_else(|| broken(path, name, "no place where it starts".into()))?;
    let mut counted = Counted { reader: &mut entry, bytes: 0 };
    let header = npy::header::read(&mut counted).map_err(|why| broken(path, name, why))?;
    let behind = counted.bytes;
    drop(entry);
    match packing {
        CompressionMethod::Stored => {
            let end = start.saturating_add(packed).min(length);
            Ok(Box::new(npy::stored(header, start.saturating_add(behind), end, path, Some(name))?))
        }
        CompressionMethod::Deflated if header.order == Order::C => {
            let (outline, number) = Outline::of(path, Some(name), header.dtype, &header.shape)?;
            let extent = Extent { start, packed, skip: behind };
            Ok(Box::new(Packed::new(outline, number, extent)?))
        }
        // Whatever else the archive's reader knows.
        _ => Ok(Box::new(InMemory::new(read(path, name)?, header.dtype))),
    }
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

fn broken(path: &Path, name: &str, found: String) -> DataError {
    DataError::new(Code::ArrayBroken, "an array of an archive is broken")
        .file(path)
        .array(name)
        .found(found)
        .help("write or download the file again")
}

fn header(archive: &mut Archive, name: &str) -> Result<npy::header::Header, String> {
    let mut entry = archive.by_name(&file_name(name)).map_err(|error| error.to_string())?;
    npy::header::read(&mut entry)
}

/// The archive, and its length in bytes.
fn open(path: &Path) -> Result<(Archive, u64), DataError> {
    let file = crate::data::file::open(path)?;
    let length = file.length();
    let archive = Archive::new(BufReader::new(file)).map_err(|error| {
        DataError::new(Code::ArchiveBroken, "a file is no NumPy archive")
            .file(path)
            .expected("a zip archive, as `numpy.savez` writes it")
            .found(error.to_string())
            .help("write or download the file again")
    })?;
    Ok((archive, length))
}

fn file_name(array: &str) -> String {
    format!("{array}.npy")
}

/// Names of all arrays, sorted.
fn names(archive: &Archive) -> Vec<String> {
    let files = archive.file_names().filter_map(Result::ok);
    let mut names: Vec<String> = files.filter_map(|file| file.strip_suffix(".npy").map(str::to_string)).collect();
    names.sort_unstable();
    names
}

/// Whether there is an array called `name`.
fn has(archive: &Archive, path: &Path, name: &str) -> Result<(), DataError> {
    let names = names(archive);
    if names.iter().any(|known| known == name) {
        return Ok(());
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(DataError::new(Code::ArrayMissing, format!("there is no array `{name}` in the archive"))
        .file(path)
        .array(name)
        .help(did_you_mean(name, &known, "the archive")))
}
