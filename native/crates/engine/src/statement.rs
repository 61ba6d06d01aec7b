//! Prepared statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dataprism_duckdb::{
    ArrowResult, Connection, Parameter, PreparedStatement as PreparedPlan, Statement, StatementKind,
    TransactionStep,
};

use crate::change::Change;
use crate::effect::Effect;
use crate::error::Result;
use crate::handles::{Counters, HandleKind, LiveGuard};

/// A statement that is run more than once. Safe to use from any thread, several at a time.
///
/// It belongs to no session: each session that runs it keeps what it needs for that, so that threads share the statement
/// without waiting for each other. DuckDB binds it again by itself when the catalog has changed.
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
    /// Whether DuckDB runs a plan of it again as it is, instead of making one for each run.
    pub(crate) reuses_plan: bool,
    parameters: Vec<String>,
}

/// What a session keeps of a prepared statement between two runs.
pub(crate) enum Plan {
    /// For a plan that DuckDB runs again as it is.
    Planned(PreparedPlan),
    /// For a statement that DuckDB binds and plans for each run anyway, as it does with all that read tables. Given to it
    /// as it was parsed, it is planned once; as a prepared one, DuckDB optimizes the statement, and then once more what
    /// it makes to run it.
    Parsed(Statement),
}

impl Recipe {
    /// Makes a recipe of a statement, which is planned to see whether it can be.
    pub(crate) fn of(sql: &str, statement: &Statement, connection: &Connection) -> Result<Self> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let step = statement.transaction_step()?;
        // What begins or ends a transaction has nothing to plan, and planning can be interrupted, which a ROLLBACK is not.
        let reuses_plan = connection.prepare(statement)?.reuses_plan()? && step.is_none();
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            sql: Arc::from(sql),
            kind: statement.kind()?,
            step,
            change: Change::of(statement)?,
            effect: Effect::of(statement)?,
            reuses_plan,
            parameters: statement.parameters()?,
        })
    }

    /// What a session keeps of the statement.
    ///
    /// # Parameters
    /// * `statement`: the recipe's SQL, parsed
    pub(crate) fn plan(&self, statement: Statement, connection: &Connection) -> Result<Plan> {
        Ok(if self.reuses_plan {
            Plan::Planned(connection.prepare(&statement)?)
        } else {
            Plan::Parsed(statement)
        })
    }
}

impl Plan {
    /// Starts the statement on the connection that it was planned for. It runs as its result is fetched.
    pub(crate) fn execute(
        &self,
        connection: &Connection,
        parameters: &[Parameter<'_>],
        batch_rows: u64,
    ) -> Result<ArrowResult> {
        Ok(match self {
            Self::Planned(plan) => plan.execute(parameters, batch_rows)?,
            Self::Parsed(statement) => connection.execute(statement, parameters, batch_rows)?,
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
