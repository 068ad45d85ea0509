//! Why a pickle is not read to its end.

use super::VALUES;
use crate::data::error::{Code, DataError};
use std::path::Path;

/// Why the machine stops before the end.
#[derive(Debug)]
pub enum Stop {
    /// The file breaks the format's rules, at this byte.
    Broken(String, u64),
    /// It asks for what is not given.
    Refused(String),
    /// It has more values than are read.
    TooMany,
}

impl Stop {
    pub fn into_error(self, path: &Path) -> DataError {
        match self {
            Stop::Broken(why, at) => DataError::new(Code::ArrayBroken, "a file is no pickle, or a broken one")
                .file(path)
                .found(format!("{why}, at byte {at}"))
                .help("write or download the file again"),
            Stop::Refused(what) => DataError::new(Code::PickleRefused, "a pickle asks for something that is not read")
                .file(path)
                .expected("dictionaries and lists of NumPy arrays, numbers and texts")
                .found(what)
                .help("nothing of a pickle is executed; save its arrays alone, with `pickle.dump` or `numpy.savez`"),
            Stop::TooMany => DataError::new(Code::ArrayTooLarge, "a pickle holds more objects than this program reads")
                .file(path)
                .expected(format!("at most {VALUES} objects; an array is one"))
                .help("turn lists into arrays before saving: `numpy.array(x)`"),
        }
    }
}
