//! Parquet files: columns of numbers under their names. They are read by the crate `parquet`, in a program that was built with
//! the feature of that name; any other says so.

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod columns;
#[cfg(feature = "parquet")]
mod pages;

#[cfg(not(feature = "parquet"))]
pub use absent::{headers, rows};
#[cfg(feature = "parquet")]
pub use columns::{headers, rows};

#[cfg(test)]
mod tests;
