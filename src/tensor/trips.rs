//! What goes between the host and dfdx's devices: on a GPU the host waits for what it reads. Owns the count, for tests, by thread.

#[cfg(any(test, feature = "testing"))]
thread_local! {
    static TRIPS: std::cell::Cell<Trips> = const { std::cell::Cell::new(Trips { read: 0, sent: 0 }) };
}

/// How often tensors of dfdx's devices were read by the host, and sent to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trips {
    pub read: u64,
    pub sent: u64,
}

/// Those of this thread so far.
#[cfg(any(test, feature = "testing"))]
pub fn so_far() -> Trips {
    TRIPS.get()
}

pub(super) fn read() {
    #[cfg(any(test, feature = "testing"))]
    TRIPS.set(Trips { read: TRIPS.get().read + 1, ..TRIPS.get() });
}

pub(super) fn sent() {
    #[cfg(any(test, feature = "testing"))]
    TRIPS.set(Trips { sent: TRIPS.get().sent + 1, ..TRIPS.get() });
}
