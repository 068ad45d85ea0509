//! The one test binary. Owns nothing but the list of what is tested.

mod check;
mod lint;
mod syntax;
