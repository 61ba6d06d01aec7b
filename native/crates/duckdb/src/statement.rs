//! A parsed statement.

use std::borrow::Cow;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::{self, check};

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

/// How a statement changes rows or definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modification {
    /// It adds rows.
    Insert,
    /// It changes rows.
    Update,
    /// It removes rows.
    Delete,
    /// It adds, changes and removes rows.
    Merge,
    /// It adds rows from a file, or writes a file.
    Copy,
    /// It makes a table, a view or another object.
    Create,
    /// It changes the definition of an object.
    Alter,
    /// It removes an object.
    Drop,
}

/// What a statement does to the transaction of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStep {
    /// It begins one.
    Begin,
    /// It makes what the transaction has changed visible to others.
    Commit,
    /// It undoes what the transaction has changed.
    RollBack,
}

impl Statement {
    pub(crate) fn new(handle: sys::duckdb_v2_sql_statement_handle) -> Self {
        Self { handle }
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_sql_statement_handle {
        self.handle
    }

    /// The names of the parameters, in the order in which values without names are taken: `1`, `2`, … where they have
    /// none of their own.
    pub fn parameters(&self) -> Result<Vec<String>> {
        let mut count = 0;
        // SAFETY: the statement is alive and the place for the count is valid.
        check(|err| unsafe {
            sys::duckdb_v2_sql_statement_get_parameter_count(self.handle, &mut count, err)
        })?;
        (0..count)
            .map(|index| {
                let mut name = raw::EMPTY;
                // SAFETY: the statement is alive and the place for the name is valid.
                check(|err| unsafe {
                    sys::duckdb_v2_sql_statement_get_parameter_name(self.handle, index, &mut name, err)
                })?;
                // SAFETY: the view is valid while the statement lives.
                Ok(unsafe { raw::text_of(&name) }.into_owned())
            })
            .collect()
    }

    /// What the statement does to the transaction; none for statements that leave it as it is.
    pub fn transaction_step(&self) -> Result<Option<TransactionStep>> {
        if self.raw_type()? != sys::DUCKDB_V2_STATEMENT_TYPE::DUCKDB_V2_STATEMENT_TYPE_TRANSACTION {
            return Ok(None);
        }
        let text = self.text()?;
        // DuckDB gives no more than the type; its text begins with the first token.
        let word = text
            .split(|c: char| !c.is_ascii_alphabetic())
            .next()
            .unwrap_or_default();
        let is_one_of = |words: [&str; 2]| words.iter().any(|each| word.eq_ignore_ascii_case(each));
        Ok(Some(if is_one_of(["BEGIN", "START"]) {
            TransactionStep::Begin
        } else if is_one_of(["ROLLBACK", "ABORT"]) {
            TransactionStep::RollBack
        } else {
            TransactionStep::Commit
        }))
    }

    /// The text of the statement, from its first token on, and of what follows it up to the next statement.
    pub fn text(&self) -> Result<Cow<'_, str>> {
        let mut text = raw::EMPTY;
        // SAFETY: the statement is alive and the place for its text is valid.
        check(|err| unsafe { sys::duckdb_v2_sql_statement_get_text(self.handle, &mut text, err) })?;
        // SAFETY: the view is valid while the statement lives.
        Ok(unsafe { raw::text_of(&text) })
    }

    /// What the statement does.
    pub fn kind(&self) -> Result<StatementKind> {
        use sys::DUCKDB_V2_STATEMENT_TYPE::*;
        Ok(match self.raw_type()? {
            DUCKDB_V2_STATEMENT_TYPE_SELECT => StatementKind::Select,
            DUCKDB_V2_STATEMENT_TYPE_INSERT
            | DUCKDB_V2_STATEMENT_TYPE_UPDATE
            | DUCKDB_V2_STATEMENT_TYPE_DELETE
            | DUCKDB_V2_STATEMENT_TYPE_MERGE_INTO
            | DUCKDB_V2_STATEMENT_TYPE_COPY => StatementKind::Change,
            // An EXPLAIN ANALYZE runs what it explains, which may be anything, so it is one of these.
            _ => StatementKind::Session,
        })
    }

    /// How it changes rows or definitions; none where it changes none of them, or nobody can tell before it runs.
    pub fn modification(&self) -> Result<Option<Modification>> {
        use sys::DUCKDB_V2_STATEMENT_TYPE::*;
        Ok(match self.raw_type()? {
            DUCKDB_V2_STATEMENT_TYPE_INSERT => Some(Modification::Insert),
            DUCKDB_V2_STATEMENT_TYPE_UPDATE => Some(Modification::Update),
            DUCKDB_V2_STATEMENT_TYPE_DELETE => Some(Modification::Delete),
            DUCKDB_V2_STATEMENT_TYPE_MERGE_INTO => Some(Modification::Merge),
            DUCKDB_V2_STATEMENT_TYPE_COPY => Some(Modification::Copy),
            DUCKDB_V2_STATEMENT_TYPE_CREATE | DUCKDB_V2_STATEMENT_TYPE_CREATE_FUNC => {
                Some(Modification::Create)
            }
            DUCKDB_V2_STATEMENT_TYPE_ALTER => Some(Modification::Alter),
            DUCKDB_V2_STATEMENT_TYPE_DROP => Some(Modification::Drop),
            _ => None,
        })
    }

    fn raw_type(&self) -> Result<sys::DUCKDB_V2_STATEMENT_TYPE> {
        let mut kind = sys::DUCKDB_V2_STATEMENT_TYPE::DUCKDB_V2_STATEMENT_TYPE_INVALID;
        // SAFETY: the statement is alive and the place for its type is valid.
        check(|err| unsafe { sys::duckdb_v2_sql_statement_get_type(self.handle, &mut kind, err) })?;
        Ok(kind)
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_sql_statement_destroy(&mut self.handle) };
    }
}
