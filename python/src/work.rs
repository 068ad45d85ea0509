//! Work of the library on a thread of its own, without Python's lock. Owns the stack, the threads behind it, and what becomes of a panic and
//! of what is said on the way.

use crate::refusal;
use mhm::cli::calls::{self, Hears, Said};
use mhm::{fault, parallel};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use std::ffi::CString;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

/// The process whose threads help. After `fork` they are not there, and who waited for them would wait for ever.
static HELPED: OnceLock<u32> = OnceLock::new();

/// What was said and is not told yet.
pub type Heard = Arc<Mutex<Vec<Said>>>;

/// Listens until what comes back is dropped.
pub fn listen(heard: &Heard, hears: Hears) -> calls::Listening {
    let heard = heard.clone();
    calls::listen(Arc::new(move |said| heard.lock().unwrap_or_else(PoisonError::into_inner).push(said)), hears)
}

/// All that was said since the last call.
pub fn take(heard: &Heard) -> Vec<Said> {
    std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What `work` gives, which may read texts of any depth. What it says becomes warnings.
///
/// # Errors
/// A fault of the library itself, a warning that was made an error, or a process that was forked off one that has called it.
pub fn away<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    prepare(py)?;
    let heard = Heard::default();
    let done = py.detach(|| {
        thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(parallel::STACK);
            let thread = thread.spawn_scoped(scope, || {
                let _listening = listen(&heard, Hears::Thread);
                fault::caught(work)
            });
            thread.map(|thread| thread.join())
        })
    });
    for said in take(&heard) {
        if let Said::Complaint(text) | Said::Note(text) = said {
            let text = CString::new(text.replace('\0', "")).unwrap_or_default();
            PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 3)?;
        }
    }
    match done {
        Ok(Ok(Ok(done))) => Ok(done),
        Ok(Ok(Err(fault))) => Err(refusal::fault(py, &fault)),
        // `caught` lets nothing through.
        Ok(Err(_)) => Err(refusal::said(py, "a fault of mhm itself")),
        Err(error) => Err(refusal::said(py, &format!("cannot start a thread: {error}"))),
    }
}

/// To be called before any work that may share itself out.
///
/// # Errors
/// A process that was forked off one that has called it.
pub fn prepare(py: Python<'_>) -> PyResult<()> {
    let own = std::process::id();
    let helped = *HELPED.get_or_init(|| {
        parallel::prepare();
        own
    });
    if helped == own {
        return Ok(());
    }
    let why = "this process was forked after mhm had started its threads, which are not in it: begin it anew, as \
               `multiprocessing.get_context(\"spawn\")` does (a model that is open predicts here, too)";
    Err(refusal::said(py, why))
}
