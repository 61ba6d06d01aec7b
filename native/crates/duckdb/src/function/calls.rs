//! Calls in progress, and their end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

const CLOSED: u64 = 1 << 63;

/// Counts the calls in progress, until it is closed.
#[derive(Default)]
pub(super) struct Calls(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// How many calls there are, and whether new ones are refused.
    state: AtomicU64,
    /// Held while the last call of a closed function is waited for, and while it tells that it has ended.
    ending: Mutex<()>,
    ended: Condvar,
}

/// A call in progress.
pub(super) struct Entered(Arc<Shared>);

impl Calls {
    /// Begins a call, unless it is closed.
    pub(super) fn enter(&self) -> Option<Entered> {
        let before = self.0.state.fetch_add(1, Ordering::AcqRel);
        let entered = Entered(Arc::clone(&self.0));
        (before & CLOSED == 0).then_some(entered)
    }

    /// Refuses new calls and waits for those in progress.
    pub(super) fn close(&self) {
        self.0.state.fetch_or(CLOSED, Ordering::AcqRel);
        let mut ending = self.0.ending.lock().unwrap_or_else(PoisonError::into_inner);
        while self.0.state.load(Ordering::Acquire) != CLOSED {
            ending = self.0.ended.wait(ending).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.0.state.fetch_sub(1, Ordering::AcqRel);
        if before & CLOSED != 0 {
            // Whoever waits has either not looked yet, or has let the lock go to be told.
            let _ending = self.0.ending.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.ended.notify_all();
        }
    }
}
