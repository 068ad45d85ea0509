//! Writes archives of arrays, as `numpy.savez_compressed` does.

use npyz::{AutoSerialize, WriteOptions, WriterBuilder};
use std::io::{self, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};

/// An archive that is being written; without [`finish`](Self::finish) it is none.
pub struct ArchiveWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    pub fn new(file: W) -> Self {
        Self { zip: ZipWriter::new(file) }
    }

    /// Begins an array; what is written next is its `.npy` file.
    ///
    /// # Errors
    /// The name is too long for an archive or there already, or the file takes no more.
    pub fn begin(&mut self, name: &str) -> io::Result<&mut impl Write> {
        // An array may be larger than 4 GiB. No time of day: the same arrays are the same file.
        let options = SimpleFileOptions::default().large_file(true).last_modified_time(DateTime::default());
        self.zip.start_file(format!("{name}.npy"), options)?;
        Ok(&mut self.zip)
    }

    /// Writes an array in C order.
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin), or there are not as many values as the shape says.
    pub fn array<T: AutoSerialize>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let mut array = WriteOptions::new().default_dtype().shape(shape).writer(self.begin(name)?).begin_nd()?;
        array.extend(values)?;
        array.finish()
    }

    /// Writes what the archive ends with, a comment last.
    ///
    /// # Errors
    /// The file takes no more.
    pub fn finish(mut self, comment: &str) -> io::Result<W> {
        self.zip.set_comment(comment)?;
        Ok(self.zip.finish()?)
    }
}
