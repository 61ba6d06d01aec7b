//! What has changed in a database, so that whoever keeps results knows which of them are out of date.
//!
//! Nothing here says what has changed exactly. Counters only go up, and whatever was read while they stood where they
//! stand now would be read again. A counter belongs to all objects whose names, without database and schema and in
//! lower case, have the same hash: a change may count for more objects than it touched, never for fewer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dataprism_duckdb::TransactionStep;

use crate::change::Change;

/// How many counters the names share: 16 KiB for each engine. A table that has a hundred others beside it shares its
/// counter with one of them in one of ten cases.
const COUNTERS: u64 = 1024;

/// A transaction that changes more objects than this counts as one that changes everything.
const MOST_PENDING: usize = 256;

/// The counter that a name belongs to.
pub(crate) fn counter_of(name: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    for byte in name.bytes() {
        byte.to_ascii_lowercase().hash(&mut hasher);
    }
    (hasher.finish() % COUNTERS) as u32
}

/// Where the counters stand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// How many changes there have been of any kind. While it stands still, so does everything else.
    pub changes: u64,
    /// Moves when the meaning of one of the names may have changed.
    pub definitions: u64,
    /// Moves when the rows of one of the objects may have changed.
    pub rows: u64,
}

/// The counters of one database.
#[derive(Debug)]
pub(crate) struct Changes {
    count: AtomicU64,
    everything: AtomicU64,
    definitions: Box<[AtomicU64]>,
    rows: Box<[AtomicU64]>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        let counters = || (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self {
            count: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            definitions: counters(),
            rows: counters(),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Where the counters of some names stand. Names may be given twice.
    pub(crate) fn versions(&self, counters: &[u32]) -> Versions {
        // The count is read first and written last: who finds it unmoved has missed no other counter.
        let changes = self.count();
        let sum = |of: &[AtomicU64]| -> u64 {
            let places = counters.iter().filter_map(|&counter| of.get(counter as usize));
            places.map(|place| place.load(Ordering::SeqCst)).sum()
        };
        Versions {
            changes,
            definitions: self.everything.load(Ordering::SeqCst) + sum(&self.definitions),
            rows: sum(&self.rows),
        }
    }

    /// Notes that a name means something else from now on.
    pub(crate) fn note_definition(&self, name: &str) {
        self.note(Change::Definition(counter_of(name)));
    }

    fn note(&self, change: Change) {
        let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::SeqCst);
        match change {
            Change::Nothing => return,
            Change::Rows(counter) => {
                self.rows.get(counter as usize).map(add);
            }
            Change::Definition(counter) => {
                self.definitions.get(counter as usize).map(add);
            }
            Change::Everything | Change::Unknown => {
                add(&self.everything);
            }
        }
        add(&self.count);
    }
}

/// The changes that a session makes, each of which counts from when others can see it.
#[derive(Debug)]
pub(crate) struct SessionChanges {
    changes: Arc<Changes>,
    state: Mutex<SessionState>,
}

#[derive(Debug, Default)]
struct SessionState {
    transaction: Transaction,
    /// What the transaction has changed so far.
    pending: Vec<Change>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    /// Every statement commits by itself.
    #[default]
    None,
    /// A BEGIN has been seen.
    Open,
    /// A statement may have begun or ended one without being seen to, such as EXECUTE of a prepared BEGIN.
    Unknown,
}

impl SessionChanges {
    pub(crate) fn new(changes: Arc<Changes>) -> Self {
        Self {
            changes,
            state: Mutex::default(),
        }
    }

    /// Notes what a statement has changed, once it has run.
    fn note(&self, change: Change) {
        if change == Change::Nothing {
            return;
        }
        let mut state = self.lock();
        if change == Change::Unknown {
            state.transaction = Transaction::Unknown;
        }
        if state.transaction != Transaction::None {
            if state.pending.len() == MOST_PENDING {
                state.pending = vec![Change::Everything];
            }
            if !state.pending.contains(&change) {
                state.pending.push(change);
            }
        }
        // What is not understood may be something that no transaction holds back, such as a setting.
        let is_visible = matches!(change, Change::Everything | Change::Unknown);
        if is_visible || state.transaction != Transaction::Open {
            self.changes.note(change);
        }
    }

    /// Notes that a statement has begun or ended the transaction, once it has run.
    pub(crate) fn note_step(&self, step: TransactionStep, succeeded: bool) {
        let mut state = self.lock();
        match step {
            TransactionStep::Begin => {
                if succeeded && state.transaction == Transaction::None {
                    state.transaction = Transaction::Open;
                }
                return;
            }
            // Whether it succeeded or not: one that fails late may have made its changes visible.
            TransactionStep::Commit => state.pending.iter().for_each(|&change| self.changes.note(change)),
            TransactionStep::RollBack => {}
        }
        state.pending.clear();
        if state.transaction == Transaction::Open {
            state.transaction = Transaction::None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, SessionState> {
        // Nothing in here panics half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what a statement has changed when it is dropped, which is to be after the statement has run. A statement that
/// failed is noted, too: nobody can say how far it came.
#[derive(Debug)]
pub(crate) struct ChangeNote {
    session: Arc<SessionChanges>,
    change: Change,
}

impl ChangeNote {
    pub(crate) fn new(session: &Arc<SessionChanges>, change: Change) -> Self {
        Self {
            session: Arc::clone(session),
            change,
        }
    }

    /// Notes it already, for a statement that may have committed while rows of it are still to be fetched.
    pub(crate) fn note(&self) {
        self.session.note(self.change);
    }
}

impl Drop for ChangeNote {
    fn drop(&mut self) {
        self.note();
    }
}
