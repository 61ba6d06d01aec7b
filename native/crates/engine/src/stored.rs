//! Results that are kept, to be read again without being computed again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dataprism_duckdb::{Batch, Schema, SharedBatch};

use crate::budget::Reservation;
use crate::error::Result;
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::result::{BatchGuard, QueryResult};

/// A batch that is kept. Its memory counts as the cache's until nobody reads it any more.
pub(crate) type KeptBatch = SharedBatch<Reservation>;

/// All the rows of a query, in memory. Safe to use from any thread, by any number at once.
pub struct StoredResult {
    content: Arc<Content>,
    counters: Arc<Counters>,
    _live: LiveGuard,
}

struct Content {
    schema: Arc<Schema>,
    batches: Vec<Arc<KeptBatch>>,
    bytes: u64,
    rows: u64,
}

/// The rows of a stored result, pulled batch by batch. Safe to use from any thread.
pub struct StoredRows {
    content: Arc<Content>,
    next: AtomicUsize,
    counters: Arc<Counters>,
    _live: LiveGuard,
}

/// Rows that are pulled batch by batch, from wherever they come.
#[expect(
    clippy::large_enum_variant,
    reason = "one is made for each result, and most are the large one"
)]
pub enum Rows {
    /// From a query that runs as they are pulled.
    Running(QueryResult),
    /// From memory.
    Stored(StoredRows),
}

impl StoredResult {
    pub(crate) fn new(
        schema: Arc<Schema>,
        batches: Vec<Arc<KeptBatch>>,
        bytes: u64,
        counters: &Arc<Counters>,
    ) -> Self {
        let rows = batches.iter().map(|batch| batch.row_count() as u64).sum();
        Self {
            content: Arc::new(Content {
                schema,
                batches,
                bytes,
                rows,
            }),
            counters: Arc::clone(counters),
            _live: LiveGuard::new(HandleKind::StoredResult, counters),
        }
    }

    /// How many bytes the buffers of all batches have.
    pub fn bytes(&self) -> u64 {
        self.content.bytes
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.content.rows
    }

    /// The rows, from the first one on. They stay readable when the stored result is dropped.
    pub fn open(&self) -> StoredRows {
        StoredRows {
            content: Arc::clone(&self.content),
            next: AtomicUsize::new(0),
            counters: Arc::clone(&self.counters),
            _live: LiveGuard::new(HandleKind::Result, &self.counters),
        }
    }
}

impl StoredRows {
    fn next_batch(&self) -> Option<(Batch, BatchGuard)> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let batch = self.content.batches.get(place)?;
        let guard = BatchGuard::unreserved(&self.counters, batch.guard().bytes());
        Some((batch.view(), guard))
    }
}

impl Rows {
    /// Names and types of the columns.
    pub fn schema(&self) -> &Schema {
        match self {
            Self::Running(result) => result.schema(),
            Self::Stored(rows) => &rows.content.schema,
        }
    }

    /// The next batch; none at the end.
    ///
    /// The guard counts the batch for as long as it lives.
    pub fn next_batch(&self) -> Result<Option<(Batch, BatchGuard)>> {
        match self {
            Self::Running(result) => result.next_batch(),
            Self::Stored(rows) => Ok(rows.next_batch()),
        }
    }

    /// Stops the query. Callable from any thread; the thread that is fetching gets an error.
    pub fn interrupt(&self) -> Result<()> {
        match self {
            Self::Running(result) => result.interrupt(),
            // Nothing runs that could be stopped.
            Self::Stored(_) => Ok(()),
        }
    }

    /// Runs the query to its end and keeps its rows, as [`QueryResult::store`] does; none where the rows come from
    /// memory already.
    pub fn store(&self, max_bytes: u64) -> Result<Option<StoredResult>> {
        match self {
            Self::Running(result) => result.store(max_bytes),
            Self::Stored(_) => Ok(None),
        }
    }
}
