//! Every number about predictions: functions of what one run left, of the runs of a seed, and of a run and its references.
//! Owns the formulas and the names they are written under; trains nothing and touches no disk.

mod across;
mod against;
mod answers;
mod confusion;
mod divergence;
mod events;
mod fits;
mod info;
mod pooled;
mod sliced;
mod within;

pub use across::{Load, complete};
pub use against::{Against, against};
pub use answers::deployed;
pub use confusion::confusion;
pub use divergence::sensitivity;
pub use events::found;
pub use info::infos;
pub use pooled::pool;
pub use sliced::slice;
pub use within::{gap, within};

/// Which formulas this program has. Raised by hand with every change of one: what was measured by others is measured anew.
pub const FORMULAS: u32 = 1;
