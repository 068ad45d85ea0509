//! HDF5 files: names and shapes from the headers, rows of a dataset on demand. The file's structure is read by
//! the crate `hdf5-reader`, with limits; external files and links are never followed.

use crate::builtin::dataset::hdf5::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::dtype::Dtype;
use crate::data::error::{Code, DataError, list};
use crate::data::file::DataFile;
use crate::data::format::{ArrayInfo, Format};
use crate::data::packed::BEST_COMPRESSION;
use crate::data::rows::{Access, Outline, Rows};
use crate::data::texts::{self, Texts};
use crate::data::values::Values;
use hdf5_reader::dataset::{SliceInfo, SliceInfoElem};
use hdf5_reader::filters::{FILTER_FLETCHER32, FILTER_SHUFFLE};
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::storage::{Storage, StorageBuffer};
use hdf5_reader::{FilterRegistry, Hdf5File, OpenOptions};
use names::{missing, names, only};
use number::{Decoded, dtype};
use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

mod lzf;
mod matlab;
mod names;
mod number;
mod text;

/// Bytes of what describes one dataset.
const HEADER: usize = 1 << 22;
/// Bytes read at a time.
const PIECE: usize = 1 << 23;
/// Chunks kept unpacked, for all of a file's datasets.
const KEPT: usize = 1 << 26;
/// What was never written reads as the fill value, and what is packed may be long: so many bytes of an array, of a chunk and
/// of a row are believed whatever the file's length.
const FILL: u64 = 1 << 24;
/// A chunk or a row is unpacked at once: one longer than so many times the file is a broken header.
const AT_ONCE: u64 = 16;

/// A dataset of a file, open for reading.
struct Dataset {
    outline: Outline,
    dataset: hdf5_reader::Dataset,
    /// Rows read at a time: whole chunks where there are chunks.
    step: usize,
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset").field("outline", &self.outline).finish_non_exhaustive()
    }
}

pub struct Hdf5;

impl Format for Hdf5 {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn magic(&self) -> &'static [u8] {
        b"\x89HDF\r\n\x1a\n"
    }

    fn is_batchwise(&self) -> bool {
        true
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let (file, _) = open(path)?;
        let info = |name: String| match file.dataset(&name) {
            Ok(dataset) => {
                let (dtype, shape) = (element(&dataset), dataset.shape().to_vec());
                let remark = dataset.chunks().map(|chunk| format!("chunks {chunk:?}"));
                ArrayInfo { name, dtype, shape, remark }
            }
            Err(error) => ArrayInfo::unreadable(name, error.to_string()),
        };
        Ok(names(&file, path)?.into_iter().map(info).collect())
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        Ok(Box::new(dataset(path, selection.array())?))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let (file, length) = open(path)?;
        let (name, found) = find(&file, path, selection.array())?;
        match matlab::kind(&found) {
            Some(kind) => matlab::read((&file, length), (&found, kind), path, &name),
            None if dtype(found.dtype()).is_text() => text::read(&file, &found, path, &name, length),
            None => texts::of_numbers(&dataset(path, Some(&name))?),
        }
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        let example = |(name, selection): (&str, Selection<'static>)| {
            let bytes = std::fs::read(crate::data::tests::hdf5::written(&format!("{name}.h5"))).unwrap();
            crate::data::format::Example::new(name, bytes, selection)
        };
        let alone = ["contiguous", "gzip", "lzf", "gzip_latest", "growing_latest", "growing_twice_latest"];
        let grouped = ("groups", Selection::Array("features/deep/audio"));
        alone.map(|name| (name, Selection::Only)).into_iter().chain([grouped]).map(example).collect()
    }
}

/// The dataset called `name` (`group/name`), or the only one, and its name.
fn find(file: &Hdf5File, path: &Path, name: Option<&str>) -> Result<(String, hdf5_reader::Dataset), DataError> {
    let name = match name {
        Some(name) => name.trim_matches('/').to_string(),
        None => only(path, &names(file, path)?)?,
    };
    match file.dataset(&name) {
        Ok(dataset) => Ok((name, dataset)),
        Err(error) => {
            let names = names(file, path)?;
            Err(if names.contains(&name) { broken(path, &name, &error) } else { missing(path, &name, &names) })
        }
    }
}

/// Opens the dataset called `name` (`group/name`), or the only one.
fn dataset(path: &Path, name: Option<&str>) -> Result<Dataset, DataError> {
    let (file, length) = open(path)?;
    let most_at_once = at_once(length);
    let (name, dataset) = find(&file, path, name)?;
    let (outline, number) = Outline::of(path, Some(&name), element(&dataset), dataset.shape())?;
    let bytes = (outline.samples() as u64).saturating_mul(outline.width() as u64).saturating_mul(number.size() as u64);
    let most = length.saturating_mul(BEST_COMPRESSION).max(FILL);
    if bytes > most {
        return Err(outline
            .error(Code::ArrayTruncated, "an array is cut off or was never written")
            .expected(format!("{bytes} bytes for shape {:?} of `{}`", outline.shape, outline.dtype))
            .found(format!("a file of {length} bytes"))
            .help("write or download the file again"));
    }
    let chunk = dataset.chunks().unwrap_or_default();
    let row = outline.width().saturating_mul(number.size()).max(1);
    let chunk_bytes = chunk.iter().fold(number.size() as u64, |n, axis| n.saturating_mul(u64::from(*axis)));
    for (what, bytes) in [("chunks", chunk_bytes), ("rows", row as u64)] {
        if bytes > most_at_once {
            return Err(outline
                .error(Code::ArrayTooLarge, "an HDF5 file has to be unpacked in larger pieces than are believed of it")
                .expected(format!("at most {most_at_once} bytes at once from a file of {length} bytes"))
                .found(format!("{what} of {bytes} bytes"))
                .help("write or download the file again, with smaller chunks: `create_dataset(…, chunks=True)`"));
        }
    }
    packed_once(&file, &dataset, &outline)?;
    // Pieces are whole chunks, where these are not much longer than a piece.
    let chunk = chunk.first().map_or(1, |rows| (*rows).max(1) as usize);
    let whole = chunk.saturating_mul(row) as u64 <= most_at_once;
    let step = (PIECE / row).max(1).next_multiple_of(if whole { chunk } else { 1 });
    Ok(Dataset { outline, dataset, step })
}

/// The type of a dataset's elements: letters of MATLAB are no numbers.
fn element(dataset: &hdf5_reader::Dataset) -> Dtype {
    match matlab::kind(dataset) {
        Some(_) => Dtype::TEXT,
        None => dtype(dataset.dtype()),
    }
}

/// Bytes that are unpacked at once, of a file of this length.
fn at_once(length: u64) -> u64 {
    length.saturating_mul(AT_ONCE).max(FILL)
}

/// What is packed twice has no bound in between.
fn packed_once(file: &Hdf5File, dataset: &hdf5_reader::Dataset, outline: &Outline) -> Result<(), DataError> {
    let header = file.get_or_parse_header(dataset.address());
    let header = header.map_err(|error| broken(&outline.file, dataset.name(), &error))?;
    let filters = header.messages.iter().flat_map(|message| match message {
        HdfMessage::FilterPipeline(pipeline) => pipeline.filters.as_slice(),
        _ => &[],
    });
    let packing: Vec<String> = filters
        .filter(|filter| ![FILTER_SHUFFLE, FILTER_FLETCHER32].contains(&filter.id))
        .map(|filter| filter.name.clone().unwrap_or_else(|| format!("filter {}", filter.id)))
        .collect();
    match packing.len() {
        0 | 1 => Ok(()),
        _ => Err(outline
            .error(Code::ArrayBroken, "a dataset of an HDF5 file is packed more than once")
            .found(list(packing.iter().map(String::as_str)))
            .help("write the file again with one filter that packs, such as gzip")),
    }
}

impl Rows for Dataset {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        Access::Anywhere
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        if self.outline.width() == 0 {
            return Ok(());
        }
        let mut start = rows.start;
        while start < rows.end {
            // Pieces end where chunks do.
            let end = rows.end.min((start / self.step + 1) * self.step);
            let range =
                |start: usize, end: usize| SliceInfoElem::Slice { start: start as u64, end: end as u64, step: 1 };
            let others = self.outline.shape.iter().skip(1).map(|n| range(0, *n));
            let selections = std::iter::once(range(start, end)).chain(others).collect();
            let read = self.dataset.read_slice::<Decoded>(&SliceInfo { selections });
            let name = self.outline.array.as_deref().unwrap_or_default();
            let read = read.map_err(|error| broken(&self.outline.file, name, &error))?;
            values.extend(read.iter().map(|Decoded(value)| *value));
            start = end;
        }
        Ok(())
    }
}

// ---------------------------------------------------------------- structure

fn open(path: &Path) -> Result<(Hdf5File, u64), DataError> {
    let file = crate::data::file::open(path)?;
    let length = file.length();
    let most = usize::try_from(at_once(length)).unwrap_or(usize::MAX);
    let mut filters = FilterRegistry::new();
    filters.register(lzf::ID, Box::new(move |filter, bytes, _| lzf::filter(&filter.client_data, bytes, most)));
    let options = OpenOptions::default()
        .with_chunk_cache_bytes(KEPT)
        .with_max_chunk_bytes(most)
        .with_max_read_bytes(most.saturating_add(PIECE))
        .with_max_object_header_bytes(HEADER)
        .with_filter_registry(filters);
    let file = Hdf5File::from_storage_with_options(Arc::new(Pieces(file)), options);
    Ok((file.map_err(|error| no_file(path, &error))?, length))
}

/// A file as the crate reads it: a mapped one that shrinks would end the program.
struct Pieces(DataFile);

impl Storage for Pieces {
    fn len(&self) -> u64 {
        self.0.length()
    }

    fn read_range(&self, offset: u64, length: usize) -> Result<StorageBuffer, hdf5_reader::error::Error> {
        let available = self.len().saturating_sub(offset);
        if length as u64 > available {
            return Err(hdf5_reader::error::Error::UnexpectedEof { offset, needed: length as u64, available });
        }
        let mut bytes = vec![0; length];
        let mut file = self.0.clone();
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        Ok(StorageBuffer::from_vec(bytes))
    }
}

fn no_file(path: &Path, error: &hdf5_reader::error::Error) -> DataError {
    DataError::new(Code::ArchiveBroken, "a file is no HDF5 file, or a broken one")
        .file(path)
        .found(error.to_string())
        .help("write or download the file again")
}

fn broken(path: &Path, name: &str, error: &hdf5_reader::error::Error) -> DataError {
    DataError::new(Code::ArrayBroken, "a dataset of an HDF5 file cannot be read")
        .file(path)
        .array(name)
        .found(error.to_string())
        .help("write or download the file again; filters that can be read are gzip, lzf, shuffle, szip and fletcher32")
}
