//! Query results.

use std::sync::{Arc, OnceLock};

use dataprism_duckdb::{Batch, Footprint, Schema};

use crate::budget::{MemoryKind, Reservation};
use crate::engine::EngineCore;
use crate::error::{Error, Result};
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::session::{SessionCore, Started};

/// The rows of a query, pulled batch by batch; the query runs as they are pulled. Dropping it stops the query.
///
/// Safe to use from any thread, by one at a time.
pub struct QueryResult {
    session: Arc<SessionCore>,
    started: Started,
    /// The engine whose pool the session goes back to; none for a session of the caller's own.
    pool: Option<Arc<EngineCore>>,
    counters: Arc<Counters>,
    footprint: Footprint,
    /// Why a batch could not be handed out. The rows after it would be taken for all there are.
    failed: OnceLock<Error>,
    _live: LiveGuard,
}

/// Counts a batch as open, and its bytes in the memory budget, for as long as it lives.
#[derive(Debug)]
pub struct BatchGuard {
    _live: LiveGuard,
    _reservation: Reservation,
}

impl QueryResult {
    pub(crate) fn owned(session: Arc<SessionCore>, started: Started, counters: &Arc<Counters>) -> Self {
        let live = LiveGuard::new(HandleKind::Result, counters);
        Self {
            session,
            footprint: Footprint::of(&started.schema),
            failed: OnceLock::new(),
            started,
            pool: None,
            counters: Arc::clone(counters),
            _live: live,
        }
    }

    pub(crate) fn pooled(session: Arc<SessionCore>, started: Started, engine: Arc<EngineCore>) -> Self {
        let live = LiveGuard::new(HandleKind::Result, &engine.counters);
        Self {
            session,
            footprint: Footprint::of(&started.schema),
            failed: OnceLock::new(),
            started,
            counters: Arc::clone(&engine.counters),
            pool: Some(engine),
            _live: live,
        }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &Schema {
        &self.started.schema
    }

    /// Runs the query up to its next batch; none at the end.
    ///
    /// The guard counts the batch for as long as it lives. Where the memory budget has no room for the batch, it is freed
    /// and the query is over: every further call gives the same error.
    pub fn next_batch(&self) -> Result<Option<(Batch, BatchGuard)>> {
        if let Some(error) = self.failed.get() {
            return Err(error.clone());
        }
        let Some(batch) = self.session.next(self.started.generation)? else {
            return Ok(None);
        };
        match Reservation::try_new(MemoryKind::Batches, self.footprint.bytes_of(&batch)) {
            Ok(reservation) => {
                let guard = BatchGuard {
                    _live: LiveGuard::new(HandleKind::Batch, &self.counters),
                    _reservation: reservation,
                };
                Ok(Some((batch, guard)))
            }
            Err(error) => {
                drop(batch);
                self.session.end(self.started.generation);
                Err(self.failed.get_or_init(|| error).clone())
            }
        }
    }

    /// Stops the query. Callable from any thread; the thread that is fetching gets an error.
    pub fn interrupt(&self) -> Result<()> {
        self.session.interrupt()
    }
}

impl Drop for QueryResult {
    fn drop(&mut self) {
        self.session.end(self.started.generation);
        if let Some(engine) = &self.pool {
            engine.give_back(Arc::clone(&self.session));
        }
    }
}
