//! `mhm.run`: a training on a thread of its own, with Python told of it meanwhile. Owns how it is stopped.

use crate::refusal;
use crate::results::Results;
use crate::work::{self, Heard};
use mhm::cli::calls::{self, Hears, Input, Ran, Refused, Said};
use mhm::fault::{self, Fault};
use mhm::parallel;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

/// How long it takes at most to hear of Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// One training at a time: each takes all processors.
static RUNNING: Mutex<()> = Mutex::new(());

/// A text in the place of a file.
pub fn input(text: Option<String>) -> Option<Input> {
    text.map(|text| Input { name: calls::TEXT.into(), text })
}

/// The name of the experiment, and the files that its datasets are `from`.
#[pyfunction]
pub fn files(py: Python<'_>, words: Vec<String>, text: Option<String>) -> PyResult<(String, Vec<String>)> {
    work::away(py, || calls::files(&words, input(text)))?.map_err(|why| refusal::refused(py, why))
}

/// Trains with the words of `mhm run`. `hear` is called with what is said on the way: a kind and what there is to say.
#[pyfunction]
pub fn run(py: Python<'_>, words: Vec<String>, text: Option<String>, hear: Bound<'_, PyAny>) -> PyResult<Results> {
    let _alone = loop {
        match RUNNING.try_lock() {
            Ok(guard) => break guard,
            Err(TryLockError::Poisoned(guard)) => break guard.into_inner(),
            Err(TryLockError::WouldBlock) => {
                py.detach(|| thread::park_timeout(TICK));
                py.check_signals()?;
            }
        }
    };
    work::prepare(py)?;
    let (stop, heard) = (Arc::new(AtomicBool::new(false)), Heard::default());
    let (done, ended) = mpsc::channel();
    let (own_stop, own_heard) = (stop.clone(), heard.clone());
    let training = move || {
        let _listening = work::listen(&own_heard, Hears::Program);
        // Who waited may be gone.
        let _ = done.send(fault::caught(|| calls::run(&words, input(text), &own_stop)));
    };
    let thread = thread::Builder::new().name("mhm.run".into()).stack_size(parallel::STACK).spawn(training);
    thread.map_err(|error| refusal::said(py, &format!("cannot start a thread: {error}")))?;
    let ended = Mutex::new(ended);
    let wait = || ended.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK);
    let mut complaints = vec![];
    let mut interrupted: Option<PyErr> = None;
    let ran = loop {
        let ran = py.detach(wait);
        let told = tell(&hear, &heard, &mut complaints).and_then(|()| py.check_signals());
        if let Err(why) = told {
            stop.store(true, Ordering::Relaxed);
            if interrupted.is_some() {
                // Told twice: the training ends by itself, at a step's end.
                return Err(why);
            }
            interrupted = Some(why);
        }
        match ran {
            Ok(ran) => break Some(ran),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break None,
        }
    };
    tell(&hear, &heard, &mut complaints)?;
    match interrupted {
        Some(why) => Err(why),
        None => came_to(py, ran, &complaints),
    }
}

/// Says what was said since the last time; complaints are kept, too.
fn tell(hear: &Bound<'_, PyAny>, heard: &Heard, complaints: &mut Vec<String>) -> PyResult<()> {
    work::take(heard).into_iter().try_for_each(|said| {
        match said {
            Said::Complaint(text) => {
                complaints.push(text.clone());
                hear.call1(("complaint", text))
            }
            Said::Note(text) => hear.call1(("note", text)),
            Said::Progress(at) => {
                let told = (at.experiment, at.done, at.of, at.share, at.steps, at.seconds);
                hear.call1(("progress", told))
            }
        }
        .map(|_| ())
    })
}

fn came_to(py: Python<'_>, ran: Option<Result<Result<Ran, Refused>, Fault>>, said: &[String]) -> PyResult<Results> {
    match ran {
        None => Err(refusal::said(py, "the training ended without a word")),
        Some(Err(fault)) => Err(refusal::fault(py, &fault)),
        Some(Ok(Err(why))) => Err(refusal::refused(py, why)),
        Some(Ok(Ok(Ran::Done(results)))) => Ok(Results(Arc::new(*results))),
        Some(Ok(Ok(Ran::Stopped | Ran::Undecided))) => Err(refusal::said(py, &said.join("\n"))),
    }
}
