//! Statements that DuckDB runs, and the record of what they have done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dataprism_duckdb::{ArrowResult, Batch, Connection, TransactionStep};

use super::gate::Shield;
use crate::changes::{ChangeNote, Changes, SessionChanges};
use crate::effect::{Effect, SessionEffects};
use crate::error::Result;

/// What the statements of a session have done.
pub(super) struct Record {
    /// Whether a statement has begun a transaction that none has ended yet.
    pub(super) in_transaction: AtomicBool,
    /// What statements change, for those who keep results.
    pub(super) changes: Arc<SessionChanges>,
    /// What statements have done, for those who want to be told.
    pub(super) effects: SessionEffects,
}

impl Record {
    /// # Parameters
    /// * `effects_wanted`: whether anybody wants to be told of effects, as it changes
    pub(super) fn new(changes: Arc<Changes>, effects_wanted: Arc<AtomicBool>) -> Self {
        Self {
            in_transaction: AtomicBool::new(false),
            changes: Arc::new(SessionChanges::new(changes)),
            effects: SessionEffects::new(effects_wanted),
        }
    }
}

/// A statement that DuckDB runs.
pub(super) struct Execution<R = ArrowResult> {
    pub(super) connection: Arc<Connection>,
    pub(super) result: R,
    pub(super) ended: bool,
    /// What it does to the transaction, until it has done so.
    step: Option<(TransactionStep, Shield)>,
    /// After the result: what is changed counts from when the statement has ended, which destroying it may bring about.
    pub(super) note: Option<ChangeNote>,
    /// What it will have done, until it has done so.
    pub(super) effect: Option<Effect>,
    record: Arc<Record>,
}

impl<R> Execution<R> {
    /// A statement that DuckDB has taken in.
    ///
    /// # Parameters
    /// * `step`: what it does to the transaction, and what keeps it from being stopped on its way
    /// * `note`: what it changes, if it may change anything
    pub(super) fn new(
        connection: &Arc<Connection>,
        result: R,
        step: Option<(TransactionStep, Shield)>,
        note: Option<ChangeNote>,
        record: &Arc<Record>,
    ) -> Self {
        Self {
            connection: Arc::clone(connection),
            result,
            ended: false,
            step,
            note,
            effect: None,
            record: Arc::clone(record),
        }
    }
}

impl Execution {
    /// Runs the statement up to its next batch; none at the end.
    pub(super) fn fetch(&mut self) -> Result<Option<Batch>> {
        if self.ended {
            return Ok(None);
        }
        let fetched = self.result.fetch();
        self.ended = !matches!(fetched, Ok(Some(_)));
        self.note(fetched.is_ok(), None);
        Ok(fetched?)
    }

    /// Notes what the statement has done up to now.
    fn note(&mut self, succeeded: bool, rows: Option<u64>) {
        if let Some(note) = &self.note {
            note.note();
        }
        if self.ended && succeeded {
            self.note_effect(rows);
        }
        let Some((step, _shield)) = self.step.take() else {
            return;
        };
        self.record.effects.note_step(step, succeeded);
        match step {
            TransactionStep::Begin if succeeded => self.record.in_transaction.store(true, Ordering::Relaxed),
            TransactionStep::Begin => {}
            // A commit that fails has rolled back.
            TransactionStep::Commit | TransactionStep::RollBack => {
                self.record.in_transaction.store(false, Ordering::Relaxed);
            }
        }
        self.record.changes.note_step(step, succeeded);
    }

    /// Notes the effect of the statement, which has had it.
    pub(super) fn note_effect(&mut self, rows: Option<u64>) {
        if let Some(effect) = self.effect.take() {
            let in_transaction = self.record.in_transaction.load(Ordering::Relaxed);
            self.record
                .effects
                .note(Effect { rows, ..effect }, in_transaction);
        }
    }

    /// Runs the statement to its end and tells how many rows it changed.
    pub(super) fn drain(&mut self) -> Result<u64> {
        let drained = self.result.drain();
        self.ended = true;
        let rows = match (&self.effect, &drained) {
            (Some(effect), Ok(changed)) if effect.changes_rows() => Some(*changed),
            _ => None,
        };
        self.note(drained.is_ok(), rows);
        Ok(drained?)
    }
}

impl<R> Drop for Execution<R> {
    fn drop(&mut self) {
        if !self.ended {
            // Destroying a result waits for the threads that work on it, and only an interrupt makes them stop early.
            // It fails only where nothing runs.
            let _ = self.connection.interrupt();
        }
    }
}
