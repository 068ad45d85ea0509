//! `constant`: the same learning rate throughout.

use crate::builtin::{Progress, Rate};

crate::row! {
    /// The learning rate stays as it is.
    pub struct Constant = "constant" as Rate(dyn Rate) {}
    example "constant" on []
}

impl Rate for Constant {
    fn factor(&self, _progress: &Progress<'_>) -> f64 {
        1.0
    }
}
