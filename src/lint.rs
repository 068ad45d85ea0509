//! stub
pub mod sets;
