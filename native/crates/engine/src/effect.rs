//! What statements have done to the database, for those who want to be told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dataprism_duckdb::{Modification, Statement, TransactionStep};

use crate::change::{ObjectKind, Target};
use crate::error::Result;

/// What a statement has done to a table or another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What was done.
    pub modification: Modification,
    /// What kind of object was made, changed or removed; a table where rows were.
    pub object: ObjectKind,
    /// The name of the object as the statement has it, without quotes; none where that is not certain.
    pub name: Option<String>,
    /// How many rows were changed; none where that is not known, or none could be.
    pub rows: Option<u64>,
}

impl Effect {
    /// What a statement will have done if it succeeds; none where it does nothing that is told of.
    pub(crate) fn of(statement: &Statement) -> Result<Option<Self>> {
        let Some(modification) = statement.modification()? else {
            return Ok(None);
        };
        let target = Target::of(modification, &statement.text()?);
        Ok(target.map(|target| Self {
            modification,
            object: target.object,
            name: target.name,
            rows: None,
        }))
    }

    pub(crate) fn changes_rows(&self) -> bool {
        !matches!(
            self.modification,
            Modification::Create | Modification::Alter | Modification::Drop
        )
    }

    fn is_of_same_kind(&self, other: &Self) -> bool {
        self.modification == other.modification && self.object == other.object && self.name == other.name
    }
}

/// What the statements of one session have done.
#[derive(Debug)]
pub(crate) struct SessionEffects {
    /// Whether anybody wants to be told; the engine's.
    wanted: Arc<AtomicBool>,
    lists: Mutex<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    /// Those of the transaction that is open.
    pending: Vec<Effect>,
    /// Those that others can see and nobody has been told of.
    visible: Vec<Effect>,
}

impl SessionEffects {
    pub(crate) fn new(wanted: Arc<AtomicBool>) -> Self {
        Self {
            wanted,
            lists: Mutex::default(),
        }
    }

    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Notes what a statement has done.
    pub(crate) fn note(&self, effect: Effect, in_transaction: bool) {
        let mut lists = self.lock();
        let list = if in_transaction {
            &mut lists.pending
        } else {
            &mut lists.visible
        };
        // A batch of parameters is thousands of times the same statement.
        match list.last_mut() {
            Some(last) if last.is_of_same_kind(&effect) => {
                last.rows = last.rows.zip(effect.rows).map(|(before, more)| before + more);
            }
            _ => list.push(effect),
        }
    }

    /// Notes that a statement has begun or ended the transaction.
    pub(crate) fn note_step(&self, step: TransactionStep, succeeded: bool) {
        let mut lists = self.lock();
        let pending = std::mem::take(&mut lists.pending);
        match step {
            TransactionStep::Begin => lists.pending = pending,
            TransactionStep::Commit if succeeded => lists.visible.extend(pending),
            TransactionStep::Commit | TransactionStep::RollBack => {}
        }
    }

    /// Whether a transaction is open that has done something.
    pub(crate) fn are_pending(&self) -> bool {
        !self.lock().pending.is_empty()
    }

    /// Forgets what the transaction that is open has done: it cannot be committed any more.
    pub(crate) fn forget_pending(&self) {
        self.lock().pending.clear();
    }

    /// Those that others can see, each once.
    pub(crate) fn take(&self) -> Vec<Effect> {
        std::mem::take(&mut self.lock().visible)
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        // Nothing in here panics half-way through a change.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
