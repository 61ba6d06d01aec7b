//! Batches that come one after the other, and the threads that share them.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dataprism_duckdb::{Batch, Result, Schema, TableReader, TableScan};

use crate::intake::{Intake, Rows};
use crate::table::Projection;

/// How many rows one thread takes of a batch at a time.
const SLICE: usize = 122_880;

/// Gives batches, one after the other. Used by one thread at a time.
pub(crate) trait Feed: Send {
    /// The next batch; none at the end, after which it is not asked again.
    fn next(&mut self, intake: &Intake) -> Result<Option<Rows>>;
}

/// A reading of a feed by several threads, which take slices of its batches.
pub(crate) struct FeedScan(Arc<Shared>);

struct Shared {
    projection: Projection,
    intake: Intake,
    ended: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// None once it has ended or failed.
    feed: Option<Box<dyn Feed>>,
    /// The batch that is being taken in slices.
    current: Option<Rows>,
    from: usize,
    place: u64,
}

struct FeedReader(Arc<Shared>);

impl FeedScan {
    /// # Parameters
    /// * `projection`: which columns of the batches are wanted
    /// * `intake`: takes the batches over
    pub(crate) fn new(projection: Projection, intake: Intake, feed: Box<dyn Feed>) -> Self {
        Self(Arc::new(Shared {
            projection,
            intake,
            ended: AtomicBool::new(false),
            state: Mutex::new(State {
                feed: Some(feed),
                current: None,
                from: 0,
                place: 0,
            }),
        }))
    }
}

impl TableScan for FeedScan {
    fn schema(&self) -> &Schema {
        &self.0.projection.schema
    }

    fn max_threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(FeedReader(Arc::clone(&self.0)))
    }

    fn progress(&self) -> f64 {
        if self.0.ended.load(Ordering::Acquire) {
            1.0
        } else {
            0.0
        }
    }
}

impl TableReader for FeedReader {
    fn next(&mut self) -> Result<Option<(u64, Batch)>> {
        let shared = &self.0;
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(rows) = &state.current
                && state.from < rows.count
            {
                let count = SLICE.min(rows.count - state.from);
                let batch = shared.projection.slice(rows, state.from, count);
                state.from += count;
                state.place += 1;
                return Ok(Some((state.place, batch)));
            }
            state.current = None;
            state.from = 0;
            // While this thread waits for the producer the others wait for this one: they would have nothing to do.
            let Some(mut feed) = mem::take(&mut state.feed) else {
                return Ok(None);
            };
            match feed.next(&shared.intake)? {
                Some(rows) => {
                    state.current = Some(rows);
                    state.feed = Some(feed);
                }
                None => shared.ended.store(true, Ordering::Release),
            }
        }
    }
}
