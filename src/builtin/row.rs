//! The type of a row, and the macro that makes one from a struct.

use super::detection_step::DetectionStep;
use super::preparation::Preparation;
use super::source::{Generator, Source};
use super::split_rule::Split;
use super::{ArgError, Expected, Layer, Loss, Metric, Optimizer, Rate, Value};
use std::sync::Arc;

/// One builtin: its manual page, argument schema and decoder.
#[derive(Debug)]
pub struct Builtin {
    /// The word in the language.
    pub name: &'static str,
    /// First paragraph: what it is. The rest: formula, source.
    pub doc: &'static str,
    pub params: &'static [ParamInfo],
    pub kind: Kind,
    /// A use that must check and run, with the shapes of its inputs (without the batch axis).
    pub example: &'static str,
    pub example_inputs: &'static [&'static [usize]],
}

/// One parameter of a row.
#[derive(Debug)]
pub struct ParamInfo {
    pub name: &'static str,
    pub doc: &'static str,
    pub expected: Expected,
    /// As written in the language; `None` where an argument is required.
    pub default: Option<fn() -> String>,
}

/// Decodes arguments, one slot a parameter, `None` where the default stands.
pub type Make<T> = fn(&[Option<Value>]) -> Result<Arc<T>, ArgError>;

/// What a row makes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Has weights or state.
    Layer(Make<dyn Layer>),
    /// Has none.
    Op(Make<dyn Layer>),
    Loss(Make<dyn Loss>),
    Metric(Make<dyn Metric>),
    /// One step from outputs to events in time: `nms`.
    Detection(Make<dyn DetectionStep>),
    Optimizer(Make<dyn Optimizer>),
    Rate(Make<dyn Rate>),
    /// Makes the points of a dataset: `two_moons`.
    Generator(Make<dyn Generator>),
    /// One modality or target: `npz`, `csv`, `line`.
    Source(Make<dyn Source>),
    /// Done to a modality's values once they are read: `standardize`.
    Transform(Make<dyn Preparation>),
    /// Which samples a split has: `key`, `random`.
    Split(Make<dyn Split>),
}

/// What a row makes, without how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Layer,
    Op,
    Loss,
    Metric,
    Detection,
    Optimizer,
    Rate,
    Generator,
    Source,
    Transform,
    Split,
}

impl Kind {
    pub fn category(&self) -> Category {
        match self {
            Kind::Layer(_) => Category::Layer,
            Kind::Op(_) => Category::Op,
            Kind::Loss(_) => Category::Loss,
            Kind::Metric(_) => Category::Metric,
            Kind::Detection(_) => Category::Detection,
            Kind::Optimizer(_) => Category::Optimizer,
            Kind::Rate(_) => Category::Rate,
            Kind::Generator(_) => Category::Generator,
            Kind::Source(_) => Category::Source,
            Kind::Transform(_) => Category::Transform,
            Kind::Split(_) => Category::Split,
        }
    }

    pub fn noun(&self) -> &'static str {
        self.category().noun()
    }
}

impl Category {
    /// As messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            Category::Layer => "layer",
            Category::Op => "op",
            Category::Loss => "loss",
            Category::Metric => "metric",
            Category::Detection => "detection step",
            Category::Optimizer => "optimizer",
            Category::Rate => "learning-rate schedule",
            Category::Generator => "generator",
            Category::Source => "data source",
            Category::Transform => "transform",
            Category::Split => "split",
        }
    }
}

/// Makes a row from a struct: doc comments become the manual, fields the parameters, `= value` a default.
///
/// ```text
/// row! {
///     /// Fully connected: `y = x Wᵀ + b`.
///     pub struct Linear = "linear" as Layer(dyn Layer) {
///         /// Output features.
///         width: Dim,
///         /// Adds a bias.
///         bias: bool = true,
///     }
///     example "linear(3)" on [[4]]
/// }
/// ```
#[macro_export]
macro_rules! row {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident = $word:literal as $kind:ident($object:ty) {
            $($(#[doc = $field_doc:literal])* $field:ident: $ty:ty $(= $default:expr)?),* $(,)?
        }
        example $example:literal on [$([$($axis:literal),*]),*]
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $ty),*
        }

        impl $crate::builtin::Written for $name {
            fn word(&self) -> &'static str {
                $word
            }

            fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
                vec![$((
                    stringify!($field),
                    <$ty as $crate::builtin::FromValue>::show(&self.$field),
                    $crate::row!(@shown $ty $(, $default)?),
                )),*]
            }

            fn leads(&self) -> bool {
                let leads: &[bool] = &[$(<$ty as $crate::builtin::FromValue>::LEADS),*];
                leads.first() == Some(&true)
            }
        }

        impl $name {
            /// This row of the register.
            pub const ROW: &'static $crate::builtin::Builtin = &$crate::builtin::Builtin {
                name: $word,
                doc: concat!($($doc, "\n"),*),
                params: &[$($crate::builtin::ParamInfo {
                    name: stringify!($field),
                    doc: concat!($($field_doc, "\n"),*),
                    expected: <$ty as $crate::builtin::FromValue>::EXPECTED,
                    default: $crate::row!(@default $ty $(, $default)?),
                }),*],
                kind: $crate::builtin::Kind::$kind(Self::make),
                example: $example,
                example_inputs: &[$(&[$($axis),*]),*],
            };

            #[allow(unused_variables, unused_mut, unused_assignments)]
            fn make(values: &[Option<$crate::builtin::Value>]) -> Result<std::sync::Arc<$object>, $crate::builtin::ArgError> {
                let mut param = 0;
                $(
                    let $field: $ty = match values.get(param).and_then(Option::as_ref) {
                        Some(value) => <$ty as $crate::builtin::FromValue>::from_value(value).ok_or_else(|| {
                            $crate::builtin::ArgError {
                                param,
                                refusal: <$ty as $crate::builtin::FromValue>::refusal(value),
                            }
                        })?,
                        None => $crate::row!(@value param $(, $default)?),
                    };
                    param += 1;
                )*
                Ok(std::sync::Arc::new(Self { $($field),* }))
            }
        }
    };
    (@default $ty:ty) => { None };
    (@default $ty:ty, $default:expr) => { Some(|| <$ty as $crate::builtin::FromValue>::show(&$default)) };
    (@shown $ty:ty) => { None };
    (@shown $ty:ty, $default:expr) => { Some(<$ty as $crate::builtin::FromValue>::show(&$default)) };
    (@value $param:ident) => { return Err($crate::builtin::ArgError { param: $param, refusal: $crate::builtin::Refusal::Missing }) };
    (@value $param:ident, $default:expr) => { $default };
}
