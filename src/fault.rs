//! Faults of this program itself: a panic ends what it belongs to and no more, and is said in one sentence. Owns the hook.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// A panic: what it said, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    /// `src/tensor/axes.rs:20:9`.
    pub place: Option<String>,
}

thread_local! {
    /// Calls of [`caught`] around what this thread does, and the last panic in them.
    static AROUND: Cell<usize> = const { Cell::new(0) };
    static LAST: RefCell<Option<Fault>> = const { RefCell::new(None) };
}

/// What `work` gives, or the panic that ended it, which is not printed.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let other = panic::take_hook();
        panic::set_hook(Box::new(move |info| match AROUND.get() {
            0 => other(info),
            _ => LAST.set(Some(Fault::of(info))),
        }));
    });
    AROUND.set(AROUND.get() + 1);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    AROUND.set(AROUND.get() - 1);
    done.map_err(|payload| LAST.take().unwrap_or_else(|| Fault { message: words(&*payload), place: None }))
}

/// Panics outside [`caught`] are told in this way from now on.
pub fn tell(told: fn(&Fault)) {
    panic::set_hook(Box::new(move |info| told(&Fault::of(info))));
}

impl Fault {
    fn of(info: &PanicHookInfo<'_>) -> Self {
        let place = info.location().map(|at| format!("{}:{}:{}", file(at.file()), at.line(), at.column()));
        Self { message: words(info.payload()), place }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.as_ref().map_or(String::new(), |place| format!(" at {place}"));
        write!(
            f,
            "a fault of mhm itself{place}: {}; please report it with the program and its data, or the smallest that shows it",
            self.message
        )
    }
}

/// The file in its crate; where that lies is of no interest.
fn file(path: &str) -> &str {
    let Some(below) = path.rfind("/src/") else { return path };
    path[..below].rfind('/').map_or(path, |folder| &path[folder + 1..])
}

/// One line of what a panic says.
fn words(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let lines = text.unwrap_or("without a word").lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(", ").trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_place() {
        assert_eq!(caught(|| 7), Ok(7));
        let none: Vec<u8> = vec![];
        let fault = caught(|| none[2]).unwrap_err();
        assert_eq!(fault.message, "index out of bounds: the len is 0 but the index is 2");
        assert!(fault.place.as_ref().is_some_and(|place| place.starts_with("src/fault.rs:")), "{fault}");
        let fault = caught(|| caught(|| panic!("the\ninner")).map_err(|fault| panic!("after {}", fault.message)));
        let fault: Fault = fault.map(|_: Result<(), ()>| ()).unwrap_err();
        assert_eq!(fault.message, "after the, inner");
    }

    #[test]
    fn places_are_below_their_crate() {
        assert_eq!(file("/home/x/registry/src/index-1/dfdx-0.13.0/src/tensor/cpu.rs"), "dfdx-0.13.0/src/tensor/cpu.rs");
        assert_eq!(file("src/tensor.rs"), "src/tensor.rs");
    }
}
