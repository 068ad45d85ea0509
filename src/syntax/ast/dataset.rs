//! Datasets: modalities, targets, splits.

use super::expr::{Arg, Expr};
use super::header::Header;
use crate::span::{Ident, Span};

/// `dataset digits(path: String = "digits.npz") from path { … }`; `from two_moons(noise: 0.3)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub header: Header,
    pub from: Option<Expr>,
    pub body: Vec<DatasetStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DatasetStmt {
    /// `modality audio: [10, 128] = hdf5("audio.h5")`
    Modality { name: Ident, shape: Vec<Expr>, value: Expr, span: Span },
    /// `target event: class(29) = hdf5("labels.h5")`
    Target { name: Ident, ty: Expr, value: Expr, span: Span },
    /// `group subject = npz("subject")`, `group session = npz("session"), grouped: false`
    Group { name: Ident, value: Expr, options: Vec<Arg>, span: Span },
    /// `split train = key("train")`
    Split { name: Ident, value: Expr, span: Span },
}
