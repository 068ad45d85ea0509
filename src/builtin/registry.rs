//! The register of builtins: every row by its name.

use super::{Builtin, dataset, detection, layer, loss, metric, op, optimizer};

/// The rows called `name` (`mean` is an op; a name may be a row of two kinds, as `l1` could be).
pub fn find(name: &str) -> impl Iterator<Item = &'static Builtin> {
    registry().iter().copied().filter(move |row| row.name == name)
}

/// Every word, for "did you mean".
pub fn names() -> impl Iterator<Item = &'static str> {
    registry().iter().map(|row| row.name)
}

/// Every row, in the order of the manual.
pub fn registry() -> &'static [&'static Builtin] {
    use std::sync::LazyLock;
    static ROWS: LazyLock<Vec<&'static Builtin>> = LazyLock::new(|| {
        [layer::ROWS, op::ROWS, loss::ROWS, metric::ROWS, detection::ROWS, optimizer::ROWS, dataset::ROWS].concat()
    });
    &ROWS
}
