//! NumPy's texts, which all have the same number of characters in a file: how they lie there.

use super::dtype::Dtype;
use super::error::{Code, DataError, array_error};
use super::order::Order;
use super::rows::axes;
use super::texts::{LONGEST, Reading, Texts};
use std::io::Read;
use std::path::Path;

/// Bytes read at a time.
const PIECE: usize = 1 << 18;

/// How the characters of one text lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Characters {
    count: usize,
    letter: Letter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    /// Bytes of UTF-8: `S`.
    Byte,
    /// Four bytes each: `<U`.
    Little,
    /// `>U`.
    Big,
}

impl Characters {
    /// Of a type such as `<U5` or `|S3`.
    ///
    /// # Errors
    /// It is no text, or one of no or too many characters.
    pub fn of(dtype: &Dtype, path: &Path, array: Option<&str>) -> Result<Self, DataError> {
        let name = dtype.to_string();
        let letter = match name.as_bytes() {
            [b'>', b'U', ..] => Letter::Big,
            [_, b'U', ..] => Letter::Little,
            [_, b'S', ..] => Letter::Byte,
            _ => return Err(dtype.readable(path, array).err().unwrap_or_else(|| no_text(path, array, &name))),
        };
        match name[2..].parse() {
            Ok(count) if (1..=LONGEST).contains(&count) => Ok(Self { count, letter }),
            _ => Err(no_text(path, array, &name)),
        }
    }

    /// Bytes of one text.
    fn size(self) -> usize {
        match self.letter {
            Letter::Byte => self.count,
            Letter::Little | Letter::Big => 4 * self.count,
        }
    }

    /// The texts of an array of this shape and order; `most` bytes of it can follow at most. Memory is taken as they arrive.
    pub fn read(
        self,
        reader: &mut dyn Read,
        (shape, order): (&[u64], Order),
        most: u64,
        mut texts: Reading,
    ) -> Result<Texts, DataError> {
        let (path, array) = (texts.path().to_path_buf(), texts.array().map(str::to_string));
        let axes = axes(shape, &path, array.as_deref())?;
        let count: usize = axes.iter().product();
        let bytes = (count as u64).saturating_mul(self.size() as u64);
        let truncated = |found: String| {
            array_error(Code::ArrayTruncated, "an array is cut off", &path, array.as_deref())
                .expected(format!("{bytes} bytes for shape {axes:?}"))
                .found(found)
                .help("write or download the file again")
        };
        if bytes > most {
            return Err(truncated(format!("at most {most} bytes can follow")));
        }
        let at_once = (PIECE / self.size()).max(1);
        let mut piece = vec![0; at_once.min(count) * self.size()];
        let mut left = count;
        while left > 0 {
            let piece = &mut piece[..at_once.min(left) * self.size()];
            reader.read_exact(piece).map_err(|error| truncated(error.to_string()))?;
            piece.chunks(self.size()).try_for_each(|text| self.push(text, &mut texts))?;
            left -= at_once.min(left);
        }
        texts.shaped(&axes, order)
    }

    /// The texts in these bytes.
    pub fn decode(self, mut bytes: &[u8], of: (&[u64], Order), texts: Reading) -> Result<Texts, DataError> {
        let most = bytes.len() as u64;
        self.read(&mut bytes, of, most, texts)
    }

    /// One text; zeros fill it up.
    fn push(self, bytes: &[u8], texts: &mut Reading) -> Result<(), DataError> {
        let number = |letter: &[u8; 4]| match self.letter {
            Letter::Big => u32::from_be_bytes(*letter),
            Letter::Little | Letter::Byte => u32::from_le_bytes(*letter),
        };
        if self.letter == Letter::Byte {
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            return texts.push_bytes(&bytes[..end]);
        }
        let (letters, _) = bytes.as_chunks::<4>();
        let end = letters.iter().rposition(|letter| number(letter) != 0).map_or(0, |last| last + 1);
        match letters[..end].iter().map(|letter| char::from_u32(number(letter))).collect::<Option<String>>() {
            Some(text) => texts.push(&text),
            None => Err(texts.error(Code::ArrayBroken, "a text holds something that is no character")),
        }
    }
}

fn no_text(path: &Path, array: Option<&str>, name: &str) -> DataError {
    array_error(Code::DtypeUnreadable, "an array does not hold texts", path, array)
        .expected(format!("texts of 1 to {LONGEST} characters, such as `<U5`, or whole numbers"))
        .found(format!("`{name}`"))
}
