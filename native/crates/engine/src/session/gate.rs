//! Who is in a session, and how whoever is there is told to stop.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use dataprism_duckdb::Connection;

use crate::error::Result;

/// How often a statement that has to end is told so, until it has.
pub(super) const INTERRUPT_INTERVAL: Duration = Duration::from_millis(1);

/// The number of the calling thread: from 1, and like that of no other thread of this process.
pub fn thread_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

/// Lets one operation at a time to the state of a session, and tells the one in progress, and no other, to stop.
#[derive(Default)]
pub(super) struct Gate<T> {
    state: Mutex<T>,
    /// Odd while an operation is in progress: its number. The one place where it is decided who may enter.
    operation: AtomicU64,
    /// The thread that entered last.
    entered_by: AtomicU64,
    /// The number of the operation that was last told to stop. DuckDB forgets an interrupt when it starts a statement, so
    /// one that arrives while a statement is being prepared has to be remembered here.
    cancelled: AtomicU64,
    /// The generation of the result that DuckDB may still be working on; zero while there is none.
    active: AtomicU64,
    /// Whether the statement that runs has to come to its end.
    shielded: Arc<AtomicBool>,
    /// Held while an operation begins, while a shield is raised and while an operation is being interrupted, so that an
    /// interrupt which is meant for one operation does not meet the next, nor what a shield is for.
    interrupting: Mutex<()>,
}

/// An operation in progress: the only access to the state of its session.
pub(super) struct Operation<'a, T> {
    number: u64,
    gate: &'a Gate<T>,
    state: MutexGuard<'a, T>,
}

/// Keeps DuckDB from being told to stop for as long as it lives. The operation is still marked as one that is to stop.
pub(super) struct Shield {
    raised: Arc<AtomicBool>,
}

impl<T> Gate<T> {
    /// Enters the session, unless another operation is in progress.
    pub(super) fn try_enter(&self) -> Option<Operation<'_, T>> {
        let _interrupting = self.lock();
        let idle = self.operation.load(Ordering::SeqCst);
        let number = idle + 1;
        let is_idle = idle.is_multiple_of(2);
        if !is_idle
            || self
                .operation
                .compare_exchange(idle, number, Ordering::SeqCst, Ordering::SeqCst)
                .is_err()
        {
            return None;
        }
        self.entered_by.store(thread_number(), Ordering::SeqCst);
        // Waits at most for an operation that has ended to let go. What a panic left behind is for the caller to judge.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Operation {
            number,
            gate: self,
            state,
        })
    }

    /// Enters the session for its end. What another thread runs in it is interrupted, again and again: it may be between
    /// two statements.
    pub(super) fn enter_interrupting(&self, connection: &Connection) -> Operation<'_, T> {
        loop {
            if let Some(operation) = self.try_enter() {
                return operation;
            }
            // It fails only where there is nothing to interrupt; either way entering decides.
            let _ = self.interrupt(connection);
            thread::sleep(INTERRUPT_INTERVAL);
        }
    }

    /// Stops the operation in progress. Without one, this reaches DuckDB alone, which stops the result that is open.
    pub(super) fn interrupt(&self, connection: &Connection) -> Result<()> {
        let _interrupting = self.lock();
        // Without an operation this is an even number, which none has.
        self.stop(self.operation.load(Ordering::SeqCst), connection)
    }

    /// Stops the operation in progress if a certain thread is in it.
    pub(super) fn interrupt_thread(&self, thread: u64, connection: &Connection) -> Result<()> {
        let _interrupting = self.lock();
        let operation = self.operation.load(Ordering::SeqCst);
        // While the lock is held nobody enters, so this is who is in it, if anybody is.
        if operation.is_multiple_of(2) || self.entered_by.load(Ordering::SeqCst) != thread {
            return Ok(());
        }
        self.stop(operation, connection)
    }

    /// Stops the operation that fetches from a result, and no other one.
    pub(super) fn interrupt_result(&self, generation: u64, connection: &Connection) -> Result<()> {
        let _interrupting = self.lock();
        let operation = self.operation.load(Ordering::SeqCst);
        // Another statement begins only once this result is not active any more.
        if self.active() != generation {
            return Ok(());
        }
        self.stop(operation, connection)
    }

    /// To be called with the lock held.
    fn stop(&self, operation: u64, connection: &Connection) -> Result<()> {
        self.cancelled.store(operation, Ordering::SeqCst);
        if self.shielded.load(Ordering::SeqCst) {
            return Ok(());
        }
        Ok(connection.interrupt()?)
    }

    /// The generation of the result that DuckDB may still be working on; zero while there is none.
    pub(super) fn active(&self) -> u64 {
        self.active.load(Ordering::SeqCst)
    }

    /// Notes the generation of the result that DuckDB works on from now on, or zero.
    pub(super) fn set_active(&self, generation: u64) {
        self.active.store(generation, Ordering::SeqCst);
    }

    /// A number that changes when an operation begins, and when it ends.
    pub(super) fn operations(&self) -> u64 {
        self.operation.load(Ordering::SeqCst)
    }

    /// Whether an operation is in progress.
    pub(super) fn is_entered(&self) -> bool {
        !self.operation.load(Ordering::SeqCst).is_multiple_of(2)
    }

    /// Whether an operation has panicked.
    pub(super) fn is_poisoned(&self) -> bool {
        self.state.is_poisoned()
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        // It guards no data that a panic could have left half-way changed.
        self.interrupting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Operation<'_, T> {
    /// Whether the operation has been told to stop.
    pub(super) fn is_cancelled(&self) -> bool {
        self.gate.cancelled.load(Ordering::SeqCst) == self.number
    }

    /// Keeps DuckDB from being told to stop from now on. There is one shield at a time.
    pub(super) fn shield(&self) -> Shield {
        let _interrupting = self.gate.lock();
        self.gate.shielded.store(true, Ordering::SeqCst);
        Shield {
            raised: Arc::clone(&self.gate.shielded),
        }
    }
}

impl<T> Deref for Operation<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

impl<T> DerefMut for Operation<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state
    }
}

impl<T> Drop for Operation<'_, T> {
    fn drop(&mut self) {
        self.gate.operation.store(self.number + 1, Ordering::SeqCst);
    }
}

impl Drop for Shield {
    fn drop(&mut self) {
        self.raised.store(false, Ordering::SeqCst);
    }
}
