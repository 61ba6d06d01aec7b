//! Query results.

use std::sync::Arc;

use dataprism_duckdb::{Batch, Schema};

use crate::engine::EngineCore;
use crate::error::Result;
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
    _live: LiveGuard,
}

impl QueryResult {
    pub(crate) fn owned(session: Arc<SessionCore>, started: Started, counters: &Arc<Counters>) -> Self {
        let live = LiveGuard::new(HandleKind::Result, counters);
        Self {
            session,
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
    /// The guard counts the batch as open for as long as it lives.
    pub fn next_batch(&self) -> Result<Option<(Batch, LiveGuard)>> {
        let batch = self.session.next(self.started.generation)?;
        Ok(batch.map(|batch| (batch, LiveGuard::new(HandleKind::Batch, &self.counters))))
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
