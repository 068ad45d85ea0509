//! What can be wrong with data, as a value: the file and array, what was expected, what was found, what to do.
//! Messages live beside the code that raises them.

use crate::visible::{visible, visible_lines};
use std::fmt;
use std::path::Path;

macro_rules! codes {
    ($($code:ident = $name:literal,)*) => {
        /// What is wrong with data. `mhm explain` has a page for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// `file-missing`
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }
        }
    };
}

codes! {
    ArchiveBroken = "archive-broken",
    ArrayBroken = "array-broken",
    ArrayMissing = "array-missing",
    ArrayTooLarge = "array-too-large",
    ArrayTruncated = "array-truncated",
    ClassOutOfRange = "class-out-of-range",
    ColumnTwice = "column-twice",
    ConstantFeature = "constant-feature",
    DatasetUnsound = "dataset-unsound",
    DtypeUnreadable = "dtype-unreadable",
    DurationMissing = "duration-missing",
    EmptySplit = "empty-split",
    EventsMalformed = "events-malformed",
    FileChanged = "file-changed",
    FileMissing = "file-missing",
    FileTooLarge = "file-too-large",
    FileUnreadable = "file-unreadable",
    FormatUnknown = "format-unknown",
    IdOutOfRange = "id-out-of-range",
    LabelUnknown = "label-unknown",
    LostDigits = "lost-digits",
    LostFeature = "lost-feature",
    MissingModality = "missing-modality",
    NoNumber = "no-number",
    NoRowNumber = "no-row-number",
    NotAGroup = "not-a-group",
    NotAMask = "not-a-mask",
    NotFinite = "not-finite",
    NotPrepared = "not-prepared",
    NotZeroOrOne = "not-zero-or-one",
    PathOutside = "path-outside",
    PickleRefused = "pickle-refused",
    RowsBeyondEnd = "rows-beyond-end",
    SampleInTwoSplits = "sample-in-two-splits",
    SampleTwice = "sample-twice",
    SamplesDiffer = "samples-differ",
    ShapeDiffers = "shape-differs",
    SubsetMissing = "subset-missing",
    TableBroken = "table-broken",
    TooFewGroups = "too-few-groups",
    TooLittleMemory = "too-little-memory",
    TooManyEvents = "too-many-events",
    TooManySamples = "too-many-samples",
    UnknownValue = "unknown-value",
    UnseenClass = "unseen-class",
    UnusedRows = "unused-rows",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mhm::{}", self.name())
    }
}

/// Why a dataset cannot be had: the world is wrong, not the program's text.
#[derive(Clone, Debug, PartialEq)]
pub struct DataError {
    pub code: Code,
    /// One line, understandable alone.
    pub message: Box<str>,
    pub file: Option<Box<Path>>,
    /// Array or columns in the file.
    pub array: Option<Box<str>>,
    pub expected: Option<Box<str>>,
    pub found: Option<Box<str>>,
    /// What to do.
    pub help: Option<Box<str>>,
}

impl DataError {
    pub fn new(code: Code, message: impl AsRef<str>) -> Self {
        Self {
            code,
            message: visible(message.as_ref()).into(),
            file: None,
            array: None,
            expected: None,
            found: None,
            help: None,
        }
    }

    pub fn file(mut self, file: &Path) -> Self {
        self.file = Some(file.into());
        self
    }

    pub fn array(mut self, array: impl AsRef<str>) -> Self {
        self.array = Some(visible(array.as_ref()).into());
        self
    }

    pub fn expected(mut self, expected: impl AsRef<str>) -> Self {
        self.expected = Some(visible(expected.as_ref()).into());
        self
    }

    pub fn found(mut self, found: impl AsRef<str>) -> Self {
        self.found = Some(visible(found.as_ref()).into());
        self
    }

    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(visible_lines(help.as_ref()).into());
        self
    }

    /// Another thing to do, behind the first.
    pub fn also(self, help: impl AsRef<str>) -> Self {
        let all = self.help.as_deref().map_or(String::new(), |first| format!("{first}; ")) + help.as_ref();
        self.help(all)
    }
}

impl DataError {
    /// What is known besides the message, by name, in the order in which it is read.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let file = self.file.as_ref().map(|file| visible(&file.display().to_string()).into());
        let facts = [
            ("file", &file),
            ("array", &self.array),
            ("expected", &self.expected),
            ("found", &self.found),
            ("help", &self.help),
        ];
        facts.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?.to_string()))).collect()
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.message)?;
        self.facts().iter().try_for_each(|(name, text)| write!(f, "\n  {name}: {text}"))
    }
}

impl std::error::Error for DataError {}

impl From<DataError> for String {
    fn from(error: DataError) -> Self {
        error.to_string()
    }
}

/// More samples than ids.
pub(super) fn too_many_samples(dataset: &str, samples: usize) -> DataError {
    DataError::new(Code::TooManySamples, format!("dataset `{dataset}` has more samples than can be numbered"))
        .expected(format!("at most {} samples", u32::MAX))
        .found(format!("{samples}"))
}

/// Standardizing made numbers that 32-bit floats do not hold.
pub(super) fn overflowed(modality: &str) -> DataError {
    DataError::new(Code::NotFinite, format!("standardized, modality `{modality}` holds numbers that are too large"))
        .help(
            "a feature varies far less in the training split than elsewhere: leave it out, or save NaN for such numbers and put others there, `|> replace(nan: 0) |> standardize`",
        )
}

/// The operating system could not read it.
pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> DataError {
    DataError::new(Code::FileUnreadable, "a file cannot be read").file(file).found(error.to_string())
}

/// Names for a message, in quotes; long lists are cut.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 20;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match (shown.len(), names.count()) {
        (0, _) => "nothing".into(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The nearest of the known names, and all of them.
pub(super) fn did_you_mean(name: &str, known: &[&str], holder: &str) -> String {
    // A file of a million names is none that anybody typed.
    const COMPARED: usize = 10_000;
    let all = format!("{holder} has {}", list(known.iter().copied()));
    match crate::suggest::nearest(name, known.iter().copied().take(COMPARED)) {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    }
}

/// An error of an array, or of a file's only one.
pub(super) fn array_error(code: Code, message: &str, file: &Path, array: Option<&str>) -> DataError {
    let error = DataError::new(code, message).file(file);
    if let Some(array) = array { error.array(array) } else { error }
}
