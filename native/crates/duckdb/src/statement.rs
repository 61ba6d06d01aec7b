//! A parsed statement.

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::check;

/// One statement of a parsed text, not yet bound to any table.
pub struct Statement {
    handle: sys::duckdb_v2_sql_statement_handle,
}

// SAFETY: a statement is bound to no thread.
unsafe impl Send for Statement {}

/// What a statement does, as far as its caller has to treat it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// It only reads.
    Select,
    /// It changes rows or files, and nothing about the connection that runs it.
    Change,
    /// It may change the connection itself: its settings, its transaction, its temporary or prepared objects.
    Session,
}

impl Statement {
    pub(crate) fn new(handle: sys::duckdb_v2_sql_statement_handle) -> Self {
        Self { handle }
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_sql_statement_handle {
        self.handle
    }

    /// What the statement does.
    pub fn kind(&self) -> Result<StatementKind> {
        use sys::DUCKDB_V2_STATEMENT_TYPE::*;
        let mut kind = DUCKDB_V2_STATEMENT_TYPE_INVALID;
        // SAFETY: the statement is alive and the place for its type is valid.
        check(|err| unsafe { sys::duckdb_v2_sql_statement_get_type(self.handle, &mut kind, err) })?;
        Ok(match kind {
            DUCKDB_V2_STATEMENT_TYPE_SELECT | DUCKDB_V2_STATEMENT_TYPE_EXPLAIN => StatementKind::Select,
            DUCKDB_V2_STATEMENT_TYPE_INSERT
            | DUCKDB_V2_STATEMENT_TYPE_UPDATE
            | DUCKDB_V2_STATEMENT_TYPE_DELETE
            | DUCKDB_V2_STATEMENT_TYPE_MERGE_INTO
            | DUCKDB_V2_STATEMENT_TYPE_COPY => StatementKind::Change,
            _ => StatementKind::Session,
        })
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_sql_statement_destroy(&mut self.handle) };
    }
}
