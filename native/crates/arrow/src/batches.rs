//! Tables whose rows somebody makes anew each time that they are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dataprism_duckdb::{
    ArrowArray, Batch, CallFailure, Error, ErrorClass, Result, Schema, TableReader, TableScan, TableSource,
    next_plan,
};

use crate::feed::{Feed, FeedScan};
use crate::intake::{Intake, Rows, export_schema};
use crate::table::Projection;

/// Makes the rows of a table, anew each time that it is read.
pub trait BatchSource: Send + Sync {
    /// In how many parts the rows come. Each is made by one thread at a time, different ones by several.
    fn part_count(&self) -> usize;

    /// Begins to make a part.
    ///
    /// # Parameters
    /// * `reading`: the same for all parts of a reading, and no other's
    /// * `columns`: which columns the batches are to have, by their places in the schema of the table, in this order
    fn open(
        self: Arc<Self>,
        reading: u64,
        columns: &[usize],
        part: usize,
    ) -> std::result::Result<Box<dyn PartBatches>, CallFailure>;
}

/// The batches of a part.
pub trait PartBatches: Send {
    /// Moves the next batch into a structure of the Arrow C Data Interface that is released; it stays so at the end.
    fn next(&mut self, array: &mut ArrowArray) -> std::result::Result<(), CallFailure>;
}

/// A table whose rows somebody makes. Safe to use from any thread.
pub struct BatchTable {
    intake: Intake,
    exported: Arc<Schema>,
    source: Arc<dyn BatchSource>,
    row_count: Option<u64>,
}

impl BatchTable {
    /// # Parameters
    /// * `row_count`: how many rows there are, where that is known
    pub fn new(intake: Intake, source: Arc<dyn BatchSource>, row_count: Option<u64>) -> Result<Self> {
        Ok(Self {
            exported: Arc::new(export_schema(intake.schema())?),
            intake,
            source,
            row_count,
        })
    }
}

impl TableSource for BatchTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.exported)
    }

    fn row_count(&self) -> Option<u64> {
        self.row_count
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        // The batches have these columns alone, in their order.
        let (intake, projection) = self.intake.project(columns)?;
        let reading = next_plan();
        if self.source.part_count() == 1 {
            // There is one to make the rows, and the other threads take a share of them.
            let source = Arc::clone(&self.source);
            let feed = Box::new(source.open(reading, columns, 0).map_err(failed)?);
            return Ok(Box::new(FeedScan::new(projection, intake, feed)));
        }
        Ok(Box::new(PartScan(Arc::new(Parts {
            source: Arc::clone(&self.source),
            projection,
            intake,
            reading,
            columns: columns.to_vec(),
            count: self.source.part_count(),
            next: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        }))))
    }
}

impl Feed for Box<dyn PartBatches> {
    fn next(&mut self, intake: &Intake) -> Result<Option<Rows>> {
        let mut array = ArrowArray::empty();
        PartBatches::next(&mut **self, &mut array).map_err(failed)?;
        if array.release.is_none() {
            return Ok(None);
        }
        // SAFETY: whoever makes the batches has filled the structure.
        unsafe { intake.take(&mut array) }.map(Some)
    }
}

fn failed(failure: CallFailure) -> Error {
    Error {
        failure: failure.number,
        ..Error::new(ErrorClass::FunctionFailed, failure.message)
    }
}

struct Parts {
    source: Arc<dyn BatchSource>,
    projection: Projection,
    intake: Intake,
    reading: u64,
    columns: Vec<usize>,
    count: usize,
    /// The first part that nobody has begun with.
    next: AtomicUsize,
    ended: AtomicUsize,
}

/// A reading of several parts, each of which one thread takes from its beginning to its end.
struct PartScan(Arc<Parts>);

struct PartReader {
    parts: Arc<Parts>,
    /// The part that is being read, and its number.
    current: Option<(usize, Box<dyn PartBatches>)>,
}

impl TableScan for PartScan {
    fn schema(&self) -> &Schema {
        &self.0.projection.schema
    }

    fn max_threads(&self) -> usize {
        self.0.count
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(PartReader {
            parts: Arc::clone(&self.0),
            current: None,
        })
    }

    fn progress(&self) -> f64 {
        self.0.ended.load(Ordering::Relaxed) as f64 / self.0.count.max(1) as f64
    }
}

impl TableReader for PartReader {
    fn next(&mut self) -> Result<Option<(u64, Batch)>> {
        let parts = &*self.parts;
        loop {
            let (part, mut batches) = match self.current.take() {
                Some(current) => current,
                None => {
                    let part = parts.next.fetch_add(1, Ordering::Relaxed);
                    if part >= parts.count {
                        return Ok(None);
                    }
                    let opened = Arc::clone(&parts.source).open(parts.reading, &parts.columns, part);
                    (part, opened.map_err(failed)?)
                }
            };
            match Feed::next(&mut batches, &parts.intake)? {
                Some(rows) => {
                    self.current = Some((part, batches));
                    if rows.count > 0 {
                        // All rows of a part come by way of one reader, in their order.
                        return Ok(Some((part as u64, parts.projection.slice(&rows, 0, rows.count))));
                    }
                }
                None => {
                    parts.ended.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}
