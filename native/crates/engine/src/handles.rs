//! Counts of what is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What can be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleKind {
    /// An engine.
    Engine,
    /// A session that the caller opened; those that belong to the engine's pool do not count.
    Session,
    /// A prepared statement.
    Statement,
    /// A result.
    Result,
    /// A batch that the caller has not released.
    Batch,
    /// A result that is kept to be read again.
    StoredResult,
    /// A table that is registered.
    Table,
    /// A function that is registered.
    Function,
}

/// How many handles are open, by kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LiveHandles {
    /// Engines.
    pub engines: u64,
    /// Sessions.
    pub sessions: u64,
    /// Prepared statements.
    pub statements: u64,
    /// Results.
    pub results: u64,
    /// Batches.
    pub batches: u64,
    /// Results that are kept to be read again.
    pub stored_results: u64,
    /// Tables that are registered.
    pub tables: u64,
    /// Functions that are registered.
    pub functions: u64,
}

#[derive(Debug)]
pub(crate) struct Counters {
    engines: AtomicU64,
    sessions: AtomicU64,
    statements: AtomicU64,
    results: AtomicU64,
    batches: AtomicU64,
    stored_results: AtomicU64,
    tables: AtomicU64,
    functions: AtomicU64,
}

static PROCESS: Counters = Counters::new();

impl Counters {
    pub(crate) const fn new() -> Self {
        Self {
            engines: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            statements: AtomicU64::new(0),
            results: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            stored_results: AtomicU64::new(0),
            tables: AtomicU64::new(0),
            functions: AtomicU64::new(0),
        }
    }

    fn of(&self, kind: HandleKind) -> &AtomicU64 {
        match kind {
            HandleKind::Engine => &self.engines,
            HandleKind::Session => &self.sessions,
            HandleKind::Statement => &self.statements,
            HandleKind::Result => &self.results,
            HandleKind::Batch => &self.batches,
            HandleKind::StoredResult => &self.stored_results,
            HandleKind::Table => &self.tables,
            HandleKind::Function => &self.functions,
        }
    }

    pub(crate) fn snapshot(&self) -> LiveHandles {
        LiveHandles {
            engines: self.engines.load(Ordering::Acquire),
            sessions: self.sessions.load(Ordering::Acquire),
            statements: self.statements.load(Ordering::Acquire),
            results: self.results.load(Ordering::Acquire),
            batches: self.batches.load(Ordering::Acquire),
            stored_results: self.stored_results.load(Ordering::Acquire),
            tables: self.tables.load(Ordering::Acquire),
            functions: self.functions.load(Ordering::Acquire),
        }
    }
}

impl LiveHandles {
    /// What is open in this process, over all engines.
    pub fn of_process() -> Self {
        PROCESS.snapshot()
    }
}

/// Counts one open handle for as long as it lives.
#[derive(Debug)]
pub(crate) struct LiveGuard {
    kind: HandleKind,
    engine: Arc<Counters>,
}

impl LiveGuard {
    pub(crate) fn new(kind: HandleKind, engine: &Arc<Counters>) -> Self {
        engine.of(kind).fetch_add(1, Ordering::AcqRel);
        PROCESS.of(kind).fetch_add(1, Ordering::AcqRel);
        Self {
            kind,
            engine: Arc::clone(engine),
        }
    }
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        self.engine.of(self.kind).fetch_sub(1, Ordering::AcqRel);
        PROCESS.of(self.kind).fetch_sub(1, Ordering::AcqRel);
    }
}
