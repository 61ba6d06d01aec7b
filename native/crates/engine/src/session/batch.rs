//! A prepared statement that is run once for each row of parameters.

use std::sync::atomic::{AtomicU64, Ordering};

use dataprism_duckdb::{Parameter, Progress};

use super::{Operation, Session, SessionCore};
use crate::error::{Error, ErrorCode, Result};
use crate::statement::{PreparedStatement, Recipe};

/// Gives rows of parameters slice by slice, so that never all of them have to lie in memory.
pub trait RowSource {
    /// The parameters of the next rows, row by row; none at the end.
    ///
    /// # Parameters
    /// * `first_row`: how many rows have been given before
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>>;
}

/// How far a batch is. Nothing while none runs.
#[derive(Default)]
pub(super) struct BatchProgress {
    done: AtomicU64,
    total: AtomicU64,
}

impl BatchProgress {
    pub(super) fn progress(&self) -> Option<Progress> {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed).min(total);
        (total > 0).then(|| Progress {
            fraction: Some(done as f64 / total as f64),
            rows_processed: done,
            rows_total: total,
        })
    }

    fn begin(&self, total: u64) -> Running<'_> {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        Running(self)
    }
}

/// A batch that runs, until this is dropped.
struct Running<'a>(&'a BatchProgress);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.total.store(0, Ordering::Relaxed);
    }
}

impl Session {
    /// Runs a prepared statement once for each row of parameters, in one transaction, and tells how many rows it changed
    /// in all. Where a row fails, no row has been run; a transaction that was open before is left to its owner.
    ///
    /// # Parameters
    /// * `width`: how many parameters a row has, at least one
    /// * `expected_rows`: how many rows there will be, for [`Session::progress`]; zero where that is not known
    pub fn execute_batch(
        &self,
        statement: &PreparedStatement,
        width: usize,
        expected_rows: u64,
        source: &mut dyn RowSource,
    ) -> Result<u64> {
        self.core
            .execute_batch(&statement.recipe, width, expected_rows, source)
    }
}

impl SessionCore {
    fn execute_batch(
        &self,
        recipe: &Recipe,
        width: usize,
        expected_rows: u64,
        source: &mut dyn RowSource,
    ) -> Result<u64> {
        let mut state = self.begin()?;
        // Not before: a batch that is refused must not take the progress of the one that runs.
        let _progress = self.batch.begin(expected_rows);
        // A transaction that the caller has open is the caller's to decide about.
        let outcome = if self.record.in_transaction.load(Ordering::Relaxed) {
            self.run_rows(&mut state, recipe, width, source)
        } else {
            self.transact(&mut state, |state| self.run_rows(state, recipe, width, source))
        };
        outcome.map_err(|error| error.with_sql(&recipe.sql))
    }

    fn run_rows(
        &self,
        state: &mut Operation<'_>,
        recipe: &Recipe,
        width: usize,
        source: &mut dyn RowSource,
    ) -> Result<u64> {
        let mut changed = 0;
        let mut row = 0;
        loop {
            let values = source.next_rows(row)?;
            if values.is_empty() {
                return Ok(changed);
            }
            let rows = values.chunks_exact(width);
            if !rows.remainder().is_empty() {
                let message = format!("{} values are not rows of {width}", values.len());
                return Err(Error::new(ErrorCode::InvalidInput, message));
            }
            for parameters in rows {
                let execution = self.submit_prepared(state, recipe, parameters);
                changed += execution
                    .and_then(|mut execution| execution.drain())
                    .map_err(|error| error.in_row(row))?;
                row += 1;
                self.batch.done.store(row, Ordering::Relaxed);
            }
        }
    }
}
