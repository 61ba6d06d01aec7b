//! One budget of memory for the whole process.
//!
//! DuckDB limits the buffers of each database by itself; it knows nothing of other databases in the process, and nothing
//! of memory that it has handed out. So the budget is split: a part is set aside for what is reserved here, such as
//! batches that a caller holds, and the rest is distributed among the open engines as their memory limits. What is
//! reserved never exceeds what is set aside, and both parts together never exceed the limit.
//!
//! A reservation that fits into what is set aside is a few atomic operations. Where it does not fit, DuckDB's limits are
//! lowered first, which makes it give memory back or refuse; where much of what is set aside is free, they are raised
//! again. DuckDB is never called while a lock of this module is held.

mod seats;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use self::seats::{Distribution, PATIENCE, Reading, SeatEntry};
pub(crate) use self::seats::{Seat, Tenant};
use crate::error::{Error, ErrorCode, Result};
use crate::machine;

/// Memory moves between DuckDB and reservations in pieces of this fraction of the limit.
const PIECES: u64 = 64;

/// What memory is reserved for. DuckDB's own memory is not reserved but limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum MemoryKind {
    /// Record batches that have been handed out and not been released.
    Batches = 1,
    /// Results that are kept for later queries.
    Cache = 2,
    /// Memory of plugins.
    Plugins = 3,
}

impl MemoryKind {
    const COUNT: usize = 3;

    fn index(self) -> usize {
        self as usize - 1
    }
}

impl fmt::Display for MemoryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Batches => "batches",
            Self::Cache => "the cache",
            Self::Plugins => "plugins",
        })
    }
}

/// Who uses how many bytes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct MemoryUsage {
    /// What may be used in all.
    pub limit: u64,
    /// The buffers of all open engines.
    pub duckdb: u64,
    /// Batches that have been handed out and not been released.
    pub batches: u64,
    /// Results that are kept for later queries.
    pub cache: u64,
    /// Plugins.
    pub plugins: u64,
    /// What the engines have in their temporary directories, which is not part of the limit.
    pub spilled: u64,
}

/// What one engine uses.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct EngineUsage {
    /// The bytes of its buffers.
    pub memory: u64,
    /// How many they may be at present.
    pub memory_limit: u64,
    /// What it has in its temporary directory.
    pub spilled: u64,
}

/// Memory that is counted in the process's budget for as long as this lives.
#[derive(Debug)]
pub struct Reservation {
    budget: &'static Budget,
    kind: MemoryKind,
    bytes: u64,
}

impl Reservation {
    /// Reserves memory in the budget of the process. May be called from any thread; it may have to wait until DuckDB
    /// has given memory back, so hold no lock that a running query needs.
    ///
    /// Fails with [`ErrorCode::OutOfMemory`] where the limit does not allow it; nothing is reserved then.
    pub fn try_new(kind: MemoryKind, bytes: u64) -> Result<Self> {
        PROCESS.reserve(kind, bytes)
    }

    /// How many bytes are reserved.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.release(self.kind, self.bytes);
    }
}

static PROCESS: Budget = Budget::new();

/// A budget. There is one for the process; tests have their own.
pub struct Budget {
    held: [AtomicU64; MemoryKind::COUNT],
    /// The sum of `held`, against which reservations are decided.
    reserved: AtomicU64,
    /// What DuckDB leaves for reservations: everything, while no engine is open.
    set_aside: AtomicU64,
    /// The size of the pieces in which `set_aside` grows and shrinks.
    piece: AtomicU64,
    /// Whether there are engines to share with.
    shared: AtomicBool,
    state: Mutex<State>,
    /// Told when a distribution or a reading has ended.
    changed: Condvar,
}

struct State {
    /// None until somebody needs it.
    limit: Option<u64>,
    seats: Vec<SeatEntry>,
    next_seat: u64,
    /// Whether a thread is changing DuckDB's limits, which it does without holding the lock.
    distributing: bool,
    /// How many threads are asking engines for their usage, which they do without holding the lock.
    readers: usize,
}

impl fmt::Debug for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Budget")
            .field("reserved", &self.reserved)
            .field("set_aside", &self.set_aside)
            .finish_non_exhaustive()
    }
}

impl Budget {
    /// The budget of the process.
    pub fn of_process() -> &'static Self {
        &PROCESS
    }

    const fn new() -> Self {
        Self {
            held: [const { AtomicU64::new(0) }; MemoryKind::COUNT],
            reserved: AtomicU64::new(0),
            set_aside: AtomicU64::new(0),
            piece: AtomicU64::new(0),
            shared: AtomicBool::new(false),
            state: Mutex::new(State {
                limit: None,
                seats: Vec::new(),
                next_seat: 0,
                distributing: false,
                readers: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Chooses the limit, unless that has been done.
    ///
    /// # Parameters
    /// * `heap`: how many bytes a heap in the process may take that the default leaves alone, such as Java's
    /// * `limit`: the limit in bytes; zero for the default
    pub fn prepare(&self, heap: u64, limit: u64) -> Result<()> {
        if self.lock().limit.is_some() {
            return Ok(());
        }
        let chosen = if limit == 0 {
            machine::default_limit(heap)?
        } else {
            limit
        };
        let mut state = self.lock();
        if state.limit.is_none() {
            state.limit = Some(chosen);
            self.piece.store(piece_of(chosen), Ordering::SeqCst);
            self.set_aside.store(chosen, Ordering::SeqCst);
        }
        Ok(())
    }

    /// How many bytes may be used in all.
    pub fn limit(&self) -> Result<u64> {
        self.prepare(0, 0)?;
        Ok(self.lock().limit.unwrap_or_default())
    }

    /// Changes the limit. Fails with [`ErrorCode::OutOfMemory`], and changes nothing, where more is in use and cannot be
    /// given back.
    pub fn set_limit(&self, bytes: u64) -> Result<()> {
        self.prepare(0, bytes)?;
        let moved = self
            .begin()
            .is_some_and(|distribution| distribution.move_limit(bytes));
        if moved {
            self.settle();
            Ok(())
        } else {
            Err(self.exhausted(&format!("cannot become {}", Bytes(bytes)), "lowering it"))
        }
    }

    /// Who uses how much. Asks every open engine, which takes a fraction of a millisecond each.
    pub fn usage(&self) -> Result<MemoryUsage> {
        self.prepare(0, 0)?;
        Ok(self.read().usage())
    }

    fn held_by(&self, kind: MemoryKind) -> u64 {
        self.held[kind.index()].load(Ordering::Relaxed)
    }

    fn reserve(&'static self, kind: MemoryKind, bytes: u64) -> Result<Reservation> {
        if !self.try_add(bytes) {
            self.prepare(0, 0)?;
            let made = self
                .begin()
                .is_some_and(|distribution| distribution.make_room(bytes));
            self.settle();
            if !made {
                let what = format!("does not have {} more for {kind}", Bytes(bytes));
                return Err(self.exhausted(&what, "trying again"));
            }
        }
        self.held[kind.index()].fetch_add(bytes, Ordering::Relaxed);
        Ok(Reservation {
            budget: self,
            kind,
            bytes,
        })
    }

    /// Adds to what is reserved, if it fits into what is set aside.
    fn try_add(&self, bytes: u64) -> bool {
        let mut reserved = self.reserved.load(Ordering::SeqCst);
        loop {
            let Some(sum) = reserved.checked_add(bytes) else {
                return false;
            };
            if sum > self.set_aside.load(Ordering::SeqCst) {
                return false;
            }
            let added = self
                .reserved
                .compare_exchange(reserved, sum, Ordering::SeqCst, Ordering::SeqCst);
            match added {
                Ok(_) => break,
                Err(now) => reserved = now,
            }
        }
        // Whoever lowers what is set aside looks at what is reserved afterwards; here it is the other way round. So one
        // of both notices the other.
        if self.reserved.load(Ordering::SeqCst) <= self.set_aside.load(Ordering::SeqCst) {
            return true;
        }
        self.reserved.fetch_sub(bytes, Ordering::SeqCst);
        false
    }

    fn release(&self, kind: MemoryKind, bytes: u64) {
        self.held[kind.index()].fetch_sub(bytes, Ordering::Relaxed);
        self.reserved.fetch_sub(bytes, Ordering::SeqCst);
        self.settle();
    }

    /// Lets DuckDB have what is set aside and not needed any more.
    fn settle(&self) {
        while self.is_slack() {
            // Whoever distributes at the moment looks here again afterwards.
            let Some(distribution) = self.try_begin() else {
                return;
            };
            distribution.give_back();
        }
    }

    fn is_slack(&self) -> bool {
        let piece = self.piece.load(Ordering::Relaxed);
        let kept = self.reserved.load(Ordering::SeqCst).saturating_add(3 * piece);
        self.shared.load(Ordering::SeqCst) && kept < self.set_aside.load(Ordering::SeqCst)
    }

    fn exhausted(&self, what: &str, then: &str) -> Error {
        let usage = self.read().usage();
        let message = format!(
            "the memory budget of {} {what}: DuckDB uses {}, batches {}, the cache {}, plugins {}",
            Bytes(usage.limit),
            Bytes(usage.duckdb),
            Bytes(usage.batches),
            Bytes(usage.cache),
            Bytes(usage.plugins)
        );
        Error::new(ErrorCode::OutOfMemory, message).with_hint(format!(
            "close batches, results and engines that are not needed before {then}, or give the budget a higher limit"
        ))
    }

    /// Waits until no other thread changes DuckDB's limits; none after too long a wait.
    fn begin(&self) -> Option<Distribution<'_>> {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.lock();
        while state.distributing {
            let left = deadline.checked_duration_since(Instant::now())?;
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(Distribution::new(self, state))
    }

    fn try_begin(&self) -> Option<Distribution<'_>> {
        let state = self.lock();
        (!state.distributing).then(|| Distribution::new(self, state))
    }

    fn read(&self) -> Reading<'_> {
        Reading::new(self, self.lock())
    }

    /// Nothing that can panic happens under this lock, so a poisoned one is as it should be.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn piece_of(limit: u64) -> u64 {
    (limit / PIECES).max(1)
}

/// A number of bytes as people read it.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
        if self.0 < 1024 {
            return write!(formatter, "{} bytes", self.0);
        }
        let mut scaled = self.0 as f64 / 1024.0;
        let mut unit = 0;
        while scaled >= 1024.0 && unit + 1 < UNITS.len() {
            scaled /= 1024.0;
            unit += 1;
        }
        write!(formatter, "{scaled:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests;
