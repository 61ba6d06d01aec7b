//! Query results.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataprism_duckdb::{Batch, Footprint, Schema};

use crate::budget::{MemoryKind, Reservation};
use crate::engine::EngineCore;
use crate::error::{Error, ErrorCode, Result};
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::session::{SessionCore, Started};
use crate::stored::{KeptBatch, StoredResult};

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
    ahead: Mutex<Ahead>,
    /// Why there is no further batch, if it is not the end. Without it, the rows so far would be taken for all there are.
    failed: OnceLock<Error>,
    _live: LiveGuard,
}

/// Batches that were fetched before the caller asked for them.
#[derive(Default)]
struct Ahead {
    kept: VecDeque<Arc<KeptBatch>>,
    /// The first one that was not to be kept.
    last: Option<Batch>,
}

enum Fetched {
    /// One that is kept.
    Kept(Arc<KeptBatch>),
    New(Batch),
}

/// Counts a batch as open, and its bytes in the memory budget, for as long as it lives.
#[derive(Debug)]
pub struct BatchGuard {
    bytes: u64,
    _live: LiveGuard,
    /// None for a batch whose memory is counted as the cache's.
    _reservation: Option<Reservation>,
}

impl BatchGuard {
    /// Counts a batch, and reserves memory for its bytes.
    pub(crate) fn reserve(counters: &Arc<Counters>, bytes: u64) -> Result<Self> {
        let reservation = Reservation::try_new(MemoryKind::Batches, bytes)?;
        Ok(Self {
            bytes,
            _live: LiveGuard::new(HandleKind::Batch, counters),
            _reservation: Some(reservation),
        })
    }

    /// Counts a batch whose memory is reserved by what keeps it.
    pub(crate) fn unreserved(counters: &Arc<Counters>, bytes: u64) -> Self {
        Self {
            bytes,
            _live: LiveGuard::new(HandleKind::Batch, counters),
            _reservation: None,
        }
    }

    /// How many bytes the buffers of the batch have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
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
            ahead: Mutex::default(),
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
            ahead: Mutex::default(),
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
    /// The guard counts the batch for as long as it lives. Where the query fails, or the memory budget has no room for the
    /// batch, which is freed then, the query is over: every further call gives the same error.
    pub fn next_batch(&self) -> Result<Option<(Batch, BatchGuard)>> {
        if let Some(error) = self.failed.get() {
            return Err(error.clone());
        }
        let fetched = match self.take_ahead() {
            Some(Fetched::Kept(batch)) => {
                let guard = BatchGuard::unreserved(&self.counters, batch.guard().bytes());
                return Ok(Some((batch.view(), guard)));
            }
            Some(Fetched::New(batch)) => Some(batch),
            None => self.fetch()?,
        };
        let Some(batch) = fetched else { return Ok(None) };
        match BatchGuard::reserve(&self.counters, self.footprint.bytes_of(&batch)) {
            Ok(guard) => Ok(Some((batch, guard))),
            Err(error) => {
                drop(batch);
                self.session.end(self.started.generation);
                Err(self.failed.get_or_init(|| error).clone())
            }
        }
    }

    fn fetch(&self) -> Result<Option<Batch>> {
        self.session.next(self.started.generation).map_err(|error| {
            // One that is told that another thread is fetching has not touched the query.
            if error.code == ErrorCode::Busy {
                error
            } else {
                self.failed.get_or_init(|| error).clone()
            }
        })
    }

    /// Runs the query ahead and keeps its batches. Where it ends within a number of bytes, and the memory budget has
    /// room for them, this gives them as a result to be read again. In any case this result goes on to give all its
    /// batches, the kept ones without a copy.
    ///
    /// It is to be called before the first batch is fetched, and by the one who fetches them.
    pub fn store(&self, max_bytes: u64) -> Result<Option<StoredResult>> {
        let mut kept = Vec::new();
        let mut bytes = 0;
        let refused = loop {
            let Some(batch) = self.fetch()? else {
                break None;
            };
            let size = self.footprint.bytes_of(&batch);
            if size > max_bytes - bytes {
                break Some(batch);
            }
            match Reservation::try_new(MemoryKind::Cache, size) {
                Ok(reservation) => kept.push(Arc::new(KeptBatch::new(batch, reservation))),
                // The query has its rows; there is no room to keep them, which is no error of the query.
                Err(_) => break Some(batch),
            }
            bytes += size;
        };
        let stored = refused.is_none().then(|| {
            let schema = Arc::clone(&self.started.schema);
            StoredResult::new(schema, kept.clone(), bytes, &self.counters)
        });
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        ahead.kept.extend(kept);
        ahead.last = refused;
        Ok(stored)
    }

    fn take_ahead(&self) -> Option<Fetched> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        match ahead.kept.pop_front() {
            Some(batch) => Some(Fetched::Kept(batch)),
            None => ahead.last.take().map(Fetched::New),
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
