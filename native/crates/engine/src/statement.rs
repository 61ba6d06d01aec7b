//! Prepared statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dataprism_duckdb::{Statement, StatementKind, TransactionStep};

use crate::change::Change;
use crate::effect::Effect;
use crate::error::Result;
use crate::handles::{Counters, HandleKind, LiveGuard};

/// A statement that is run more than once. Safe to use from any thread, several at a time.
///
/// It belongs to no session: each session that runs it plans it for itself and keeps the plan, so that threads share the
/// statement without waiting for each other. DuckDB binds it again by itself when the catalog has changed.
pub struct PreparedStatement {
    pub(crate) recipe: Recipe,
    _live: LiveGuard,
}

/// What a session needs to run a prepared statement.
pub(crate) struct Recipe {
    /// Unlike that of any other statement in this process.
    pub(crate) id: u64,
    pub(crate) sql: Arc<str>,
    pub(crate) kind: StatementKind,
    pub(crate) step: Option<TransactionStep>,
    pub(crate) change: Change,
    pub(crate) effect: Option<Effect>,
    parameters: Vec<String>,
}

impl Recipe {
    pub(crate) fn of(sql: &str, statement: &Statement) -> Result<Self> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            sql: Arc::from(sql),
            kind: statement.kind()?,
            step: statement.transaction_step()?,
            change: Change::of(statement)?,
            effect: Effect::of(statement)?,
            parameters: statement.parameters()?,
        })
    }
}

impl PreparedStatement {
    pub(crate) fn new(recipe: Recipe, counters: &Arc<Counters>) -> Self {
        Self {
            recipe,
            _live: LiveGuard::new(HandleKind::Statement, counters),
        }
    }

    /// The names of the parameters, in the order in which values without names are taken: `1`, `2`, … where they have
    /// none of their own.
    pub fn parameters(&self) -> &[String] {
        &self.recipe.parameters
    }
}
