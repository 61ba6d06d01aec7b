//! Rows that lie in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_schema::{Fields, SchemaRef};
use dataprism_duckdb::{
    ArrowArray, Batch, Error, ErrorClass, Result, Schema, TableReader, TableScan, TableSource,
};

use crate::intake::{Intake, Rows, explain, export_schema};

/// How many rows a slice has at most: as many as a row group of DuckDB's, so that rows which are inserted in parallel fill
/// theirs.
const MAX_SLICE: usize = 122_880;

/// How many rows a slice has at least where there is a choice: a chunk of DuckDB's.
const MIN_SLICE: usize = 2_048;

/// How many slices a thread should find: enough that all end at about the same time.
const SLICES_PER_THREAD: usize = 4;

/// A table in memory, in any number of arrays, which threads share in slices. Safe to use from any thread.
pub struct MemoryTable {
    schema: SchemaRef,
    exported: Arc<Schema>,
    arrays: Arc<[Rows]>,
    row_count: usize,
    slice_rows: usize,
}

impl MemoryTable {
    /// Takes over arrays.
    ///
    /// # Safety
    /// Each array must be a structure of the Arrow C Data Interface; all of them are moved out of, whatever the outcome.
    /// They may say anything, as long as their pointers lead where they can be read.
    pub unsafe fn take(intake: &Intake, arrays: &mut [ArrowArray]) -> Result<Self> {
        let mut rows = Vec::with_capacity(arrays.len());
        let mut failure = None;
        for array in arrays {
            // SAFETY: as the caller vouches.
            match unsafe { intake.take(array) } {
                Ok(taken) => rows.push(taken),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Self::new(Arc::clone(intake.schema()), rows),
        }
    }

    pub(crate) fn new(schema: SchemaRef, arrays: Vec<Rows>) -> Result<Self> {
        require_columns(&schema)?;
        let row_count: usize = arrays.iter().map(|rows| rows.count).sum();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let wanted = row_count / (threads * SLICES_PER_THREAD);
        Ok(Self {
            exported: Arc::new(export_schema(&schema)?),
            schema,
            arrays: arrays.into(),
            row_count,
            slice_rows: wanted.clamp(MIN_SLICE, MAX_SLICE).next_multiple_of(MIN_SLICE),
        })
    }
}

impl TableSource for MemoryTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.exported)
    }

    fn row_count(&self) -> Option<u64> {
        Some(self.row_count as u64)
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        let projection = Projection::new(&self.schema, columns)?;
        let slices = self.arrays.iter().enumerate().flat_map(|(array, rows)| {
            let step = self.slice_rows;
            (0..rows.count).step_by(step).map(move |from| Slice {
                array,
                from,
                count: step.min(rows.count - from),
            })
        });
        Ok(Box::new(MemoryScan(Arc::new(Slices {
            projection,
            slices: slices.collect(),
            arrays: Arc::clone(&self.arrays),
            next: AtomicUsize::new(0),
        }))))
    }
}

pub(crate) fn require_columns(schema: &SchemaRef) -> Result<()> {
    if schema.fields().is_empty() {
        let message = "a table needs at least one column";
        return Err(Error::new(ErrorClass::InvalidInput, message));
    }
    Ok(())
}

/// The columns that a scan is to give.
pub(crate) struct Projection {
    pub(crate) schema: Schema,
    pub(crate) fields: Fields,
    pub(crate) columns: Vec<usize>,
}

impl Projection {
    pub(crate) fn new(schema: &SchemaRef, columns: &[usize]) -> Result<Self> {
        if columns.iter().any(|&column| column >= schema.fields().len()) {
            return Err(Error::new(
                ErrorClass::Binder,
                "a table that is registered has no columns but its own, not even a rowid",
            ));
        }
        let projected = schema.project(columns).map_err(|error| explain(&error))?;
        Ok(Self {
            schema: export_schema(&projected)?,
            fields: projected.fields().clone(),
            columns: columns.to_vec(),
        })
    }

    pub(crate) fn slice(&self, rows: &Rows, from: usize, count: usize) -> Batch {
        rows.slice(&self.fields, &self.columns, from, count)
    }
}

struct Slice {
    array: usize,
    from: usize,
    count: usize,
}

struct Slices {
    projection: Projection,
    arrays: Arc<[Rows]>,
    slices: Vec<Slice>,
    next: AtomicUsize,
}

struct MemoryScan(Arc<Slices>);

struct MemoryReader(Arc<Slices>);

impl TableScan for MemoryScan {
    fn schema(&self) -> &Schema {
        &self.0.projection.schema
    }

    fn max_threads(&self) -> usize {
        self.0.slices.len()
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(MemoryReader(Arc::clone(&self.0)))
    }

    fn progress(&self) -> f64 {
        let taken = self.0.next.load(Ordering::Relaxed).min(self.0.slices.len());
        taken as f64 / self.0.slices.len().max(1) as f64
    }
}

impl TableReader for MemoryReader {
    fn next(&mut self) -> Result<Option<(u64, Batch)>> {
        let place = self.0.next.fetch_add(1, Ordering::Relaxed);
        let slice = self.0.slices.get(place);
        Ok(slice.map(|slice| {
            let rows = &self.0.arrays[slice.array];
            let batch = self.0.projection.slice(rows, slice.from, slice.count);
            (place as u64, batch)
        }))
    }
}
