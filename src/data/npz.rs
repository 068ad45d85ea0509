//! Reader of `.npz` archives: one array by its name, or the headers of all.

use super::error::{DataError, did_you_mean};
use super::file::DataFile;
use super::npy::{self, Header, Order};
use super::number::readable;
use super::packed::{BEST_COMPRESSION, Packed, Place};
use super::rows::{Access, Held, Outline, Rows, axes};
use super::table::Table;
use super::values::Values;
use npyz::zip::CompressionMethod;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;

pub type Archive = npyz::npz::NpzArchive<BufReader<DataFile>>;

/// Reads the array called `name`.
pub fn read(path: &Path, name: &str) -> Result<Table, DataError> {
    let (mut archive, length) = open(path)?;
    let file_name = npyz::npz::file_name_from_array_name(name);
    if !archive.zip_archive().file_names().any(|n| n == file_name) {
        return Err(missing(path, name, &names(&mut archive)));
    }
    let mut entry = entry(&mut archive, length, path, name)?;
    let table = npy::read_values(&mut entry.reader, &entry.header, entry.most, path, Some(name))?;
    entry.finish(path)?;
    Ok(table)
}

/// Opens the array called `name` for reading rows. Some rows are read where they lie, without the entry's check sum; the
/// whole is compared with it.
pub fn rows(path: &Path, name: &str) -> Result<Box<dyn Rows>, DataError> {
    Ok(Box::new(Summed(lying(path, name)?)))
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

fn lying(path: &Path, name: &str) -> Result<Box<dyn Rows>, DataError> {
    let (mut archive, length) = open(path)?;
    let file_name = npyz::npz::file_name_from_array_name(name);
    if !archive.zip_archive().file_names().any(|n| n == file_name) {
        return Err(missing(path, name, &names(&mut archive)));
    }
    let found = archive.zip_archive().by_name(&file_name);
    let mut entry = found.map_err(|error| broken(path, name, error.to_string()))?;
    let (packing, start, packed) = (entry.compression(), entry.data_start(), entry.compressed_size().min(length));
    let mut counted = Counted { reader: &mut entry, bytes: 0 };
    let header = npy::read_header(&mut counted).map_err(|why| broken(path, name, why))?;
    let behind = counted.bytes;
    drop(entry);
    match packing {
        CompressionMethod::Stored => {
            let end = start.saturating_add(packed).min(length);
            Ok(Box::new(npy::stored(header, start.saturating_add(behind), end, path, Some(name))?))
        }
        CompressionMethod::Deflated if header.order == Order::C => {
            let number = readable(&header.dtype, path, Some(name))?;
            let shape = axes(&header.shape, path, Some(name))?;
            let (file, array) = (path.to_path_buf(), Some(name.to_string()));
            let outline = Outline { file, array, dtype: header.dtype, shape, lines: None };
            let place = Place { start, packed, skip: behind };
            Ok(Box::new(Packed::new(outline, number, place)?))
        }
        // Whatever else the archive's reader knows.
        _ => Ok(Box::new(Held::new(read(path, name)?, header.dtype))),
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

/// An array about to be read.
pub struct Array<'a> {
    name: &'a str,
    pub header: Header,
    /// Bytes that can follow.
    pub most: u64,
    pub reader: Box<dyn Read + 'a>,
}

/// The array called `name`, which is there, in an archive of so many bytes.
pub fn entry<'a>(archive: &'a mut Archive, length: u64, path: &Path, name: &'a str) -> Result<Array<'a>, DataError> {
    let file_name = npyz::npz::file_name_from_array_name(name);
    let found = archive.zip_archive().by_name(&file_name);
    let mut reader = found.map_err(|error| broken(path, name, error.to_string()))?;
    let most = reader.compressed_size().min(length).saturating_mul(BEST_COMPRESSION);
    let header = npy::read_header(&mut reader).map_err(|why| broken(path, name, why))?;
    Ok(Array { name, header, most, reader: Box::new(reader) })
}

impl Array<'_> {
    /// Only the end of the entry makes the archive compare its check sum.
    pub fn finish(self, path: &Path) -> Result<(), DataError> {
        let end = std::io::copy(&mut self.reader.take(self.most), &mut std::io::sink());
        end.map(drop).map_err(|error| broken(path, self.name, error.to_string()))
    }
}

fn broken(path: &Path, name: &str, found: String) -> DataError {
    DataError::new("mhm::array-broken", "an array of an archive is broken")
        .file(path)
        .array(name)
        .found(found)
        .help("write or download the file again")
}

/// Names of all arrays, sorted.
pub fn array_names(path: &Path) -> Result<Vec<String>, DataError> {
    Ok(names(&mut open(path)?.0))
}

/// An array's name and what its header says, or in words what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub header: Result<Header, String>,
}

/// Every array of the archive, by name.
pub fn headers(path: &Path) -> Result<Vec<Entry>, DataError> {
    let (mut archive, _) = open(path)?;
    let names = names(&mut archive);
    Ok(names.into_iter().map(|name| Entry { header: header(&mut archive, &name), name }).collect())
}

fn header(archive: &mut Archive, name: &str) -> Result<Header, String> {
    let file_name = npyz::npz::file_name_from_array_name(name);
    let mut entry = archive.zip_archive().by_name(&file_name).map_err(|error| error.to_string())?;
    npy::read_header(&mut entry)
}

/// The archive, and its length in bytes.
pub fn open(path: &Path) -> Result<(Archive, u64), DataError> {
    let file = super::path::open(path)?;
    let length = file.length();
    let archive = Archive::new(BufReader::new(file)).map_err(|error| {
        DataError::new("mhm::archive-broken", "a file is no NumPy archive")
            .file(path)
            .expected("a zip archive, as `numpy.savez` writes it")
            .found(error.to_string())
            .help("write or download the file again")
    })?;
    Ok((archive, length))
}

fn names(archive: &mut Archive) -> Vec<String> {
    let zip = archive.zip_archive();
    let mut names: Vec<String> =
        zip.file_names().filter_map(npyz::npz::array_name_from_file_name).map(str::to_string).collect();
    // The archive keeps its names in a hash map.
    names.sort_unstable();
    names
}

fn missing(path: &Path, name: &str, names: &[String]) -> DataError {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    DataError::new("mhm::array-missing", format!("there is no array `{name}` in the archive"))
        .file(path)
        .array(name)
        .help(did_you_mean(name, &known, "the archive"))
}
