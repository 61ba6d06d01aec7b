//! The errors of the library: stable codes, grouped into kinds.

use std::fmt;

use dataprism_duckdb::{Error as DuckDbError, ErrorClass};

/// The result of an operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A group of errors that a caller handles alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ErrorKind {
    /// The text is not SQL.
    Syntax = 1,
    /// A table, column, function or other catalog object is missing, already there, or still needed.
    Catalog = 2,
    /// Names, types or parameters of a statement do not fit together.
    Binder = 3,
    /// A value does not fit the type it should become.
    Conversion = 4,
    /// A constraint of a table was violated.
    Constraint = 5,
    /// The memory limit was reached.
    OutOfMemory = 6,
    /// A file could not be read or written.
    Io = 7,
    /// The configuration forbids the operation.
    Permission = 8,
    /// A transaction conflicted, or is not in the state that the statement needs.
    Transaction = 9,
    /// The operation was interrupted.
    Interrupted = 10,
    /// What was asked for is not implemented, or needs an extension that is not there.
    Unsupported = 11,
    /// An argument is malformed.
    InvalidInput = 12,
    /// A setting is unknown or its value is not valid.
    Configuration = 13,
    /// The session already runs a statement.
    Busy = 14,
    /// The engine, session or result is closed.
    Closed = 15,
    /// A fault inside the library or inside DuckDB.
    Internal = 16,
    /// The native library could not be loaded. Raised by loaders, never by the library itself.
    NativeLoad = 17,
    /// Any other failure while a statement ran.
    Execution = 18,
}

/// What went wrong, as a number that never changes its meaning: the kind times one hundred, plus a detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ErrorCode {
    /// The text is not SQL.
    Syntax = 100,
    /// A catalog object is missing or already there.
    Catalog = 200,
    /// A catalog object is still needed by another.
    Dependency = 201,
    /// Names or types do not fit together.
    Binder = 300,
    /// Parameters and values do not match.
    Parameter = 301,
    /// A value cannot be turned into the type asked for.
    Conversion = 400,
    /// A value lies outside the range of its type.
    OutOfRange = 401,
    /// A constraint was violated.
    Constraint = 500,
    /// The memory limit was reached.
    OutOfMemory = 600,
    /// The temporary directory holds as much as it may.
    SpillLimit = 601,
    /// A file could not be read or written.
    Io = 700,
    /// A file does not exist.
    FileNotFound = 701,
    /// An HTTP request failed.
    Http = 702,
    /// A database file is held by another engine or process.
    DatabaseLocked = 703,
    /// Stored data could not be decoded.
    Serialization = 704,
    /// A change is committed and durable, but the checkpoint after it failed, and the database has to be reopened.
    CheckpointFailed = 705,
    /// The configuration forbids the operation.
    Permission = 800,
    /// A transaction is not in the state that the statement needs.
    Transaction = 900,
    /// Another transaction is or was in the way; the same work may succeed in a new transaction.
    Conflict = 901,
    /// A statement in the transaction failed before; all that is left to do is to roll back.
    TransactionAborted = 902,
    /// The operation was interrupted.
    Interrupted = 1000,
    /// Not implemented.
    NotImplemented = 1100,
    /// An extension is not installed.
    MissingExtension = 1101,
    /// An argument is malformed.
    InvalidInput = 1200,
    /// A setting is unknown or its value is not valid.
    Configuration = 1300,
    /// The session already runs a statement.
    Busy = 1400,
    /// The engine, session or result is closed.
    Closed = 1500,
    /// A fault inside DuckDB.
    Internal = 1600,
    /// A fault inside DuckDB after which the engine has to be closed.
    Fatal = 1601,
    /// A panic inside this library.
    Panic = 1602,
    /// Any other failure while a statement ran.
    Execution = 1800,
    /// A function of the caller's failed.
    FunctionFailed = 1801,
}

impl ErrorCode {
    /// The group that the code belongs to.
    pub fn kind(self) -> ErrorKind {
        match self {
            Self::Syntax => ErrorKind::Syntax,
            Self::Catalog | Self::Dependency => ErrorKind::Catalog,
            Self::Binder | Self::Parameter => ErrorKind::Binder,
            Self::Conversion | Self::OutOfRange => ErrorKind::Conversion,
            Self::Constraint => ErrorKind::Constraint,
            Self::OutOfMemory | Self::SpillLimit => ErrorKind::OutOfMemory,
            Self::Io
            | Self::FileNotFound
            | Self::Http
            | Self::DatabaseLocked
            | Self::Serialization
            | Self::CheckpointFailed => ErrorKind::Io,
            Self::Permission => ErrorKind::Permission,
            Self::Transaction | Self::Conflict | Self::TransactionAborted => ErrorKind::Transaction,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::NotImplemented | Self::MissingExtension => ErrorKind::Unsupported,
            Self::InvalidInput => ErrorKind::InvalidInput,
            Self::Configuration => ErrorKind::Configuration,
            Self::Busy => ErrorKind::Busy,
            Self::Closed => ErrorKind::Closed,
            Self::Internal | Self::Fatal | Self::Panic => ErrorKind::Internal,
            Self::Execution | Self::FunctionFailed => ErrorKind::Execution,
        }
    }
}

/// A failure, with what a caller needs to understand and mend it.
#[derive(Debug, Clone)]
pub struct Error {
    /// What went wrong.
    pub code: ErrorCode,
    /// What went wrong, in a sentence.
    pub message: String,
    /// The SQL that failed.
    pub sql: Option<String>,
    /// Where in the SQL, as a byte offset into its UTF-8 text.
    pub position: Option<usize>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The number that a function of the caller's gave its failure; zero where it gave none.
    pub failure: u64,
}

impl Error {
    /// An error with a message alone.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            sql: None,
            position: None,
            hint: None,
            failure: 0,
        }
    }

    /// The same error with a word on what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error with the SQL that it is about.
    pub(crate) fn with_sql(mut self, sql: &str) -> Self {
        self.sql.get_or_insert_with(|| sql.to_owned());
        self
    }

    /// The same error with the row of parameters, counted from zero, that it is about.
    pub(crate) fn in_row(mut self, row: u64) -> Self {
        self.message = format!("row {row} of the parameters: {}", self.message);
        self
    }

    pub(crate) fn closed(what: &str) -> Self {
        Self::new(ErrorCode::Closed, format!("the {what} is closed"))
    }

    pub(crate) fn busy() -> Self {
        Self::new(ErrorCode::Busy, "the session already runs a statement")
            .with_hint("close or finish its result first, or open another session")
    }

    /// A lock was left behind by a panic, which has been reported to whoever caused it.
    pub(crate) fn poisoned() -> Self {
        Self::new(ErrorCode::Panic, "an earlier panic left this object unusable").with_hint("close it")
    }
}

/// The setting that DuckDB names where the temporary directory may not grow any more.
const SPILL_LIMIT_MESSAGE: &str = "max_temp_directory_size";

/// How DuckDB's message begins where there is no temporary directory for what does not fit in memory.
const NO_DIRECTORY_MESSAGE: &str = "Out-of-memory: ";

/// The text of DuckDB's only sign that another process holds the database file.
const LOCK_MESSAGE: &str = "Could not set lock on file";

/// The text of DuckDB's only sign that a database cannot be used any more, because it could not be written.
const INVALIDATED_MESSAGE: &str = "has been invalidated";

/// The text of DuckDB's only sign that a statement would write to a database that is open for reading.
const READ_ONLY_MESSAGE: &str = "attached in read-only mode";

/// How DuckDB's only sign begins that a commit has succeeded although it reports an error.
const DURABLE_MESSAGE: &str = "Transaction COMMIT succeeded and is durable";

/// The text of DuckDB's only sign that a transaction goes on after one of its statements failed.
const ABORTED_MESSAGE: &str = "Current transaction is aborted";

/// The text of DuckDB's only sign that a statement would write in a transaction that may only read.
const READ_ONLY_TRANSACTION_MESSAGE: &str = "transaction is launched in read-only mode";

/// What DuckDB puts before the reason why a commit failed.
const COMMIT_PREFIX: &str = "Failed to commit: ";

/// How the messages begin of errors for which another transaction is the reason. DuckDB has one type for all errors of
/// transactions, so that only these tell a conflict from, say, a COMMIT without a BEGIN.
const CONFLICT_MESSAGES: [&str; 10] = [
    "Conflict on update!",
    "Conflict on tuple deletion!",
    "Transaction conflict: ",
    "Catalog write-write conflict on ",
    "Attempting to modify table ",
    "Failed to alter table ",
    "Could not commit DROP of ",
    "Could not commit creation of dependency, ",
    "Cannot create index with outstanding updates",
    "Cannot CHECKPOINT: there are other write transactions active",
];

/// How a commit fails if another transaction has inserted the same key. Keys that a transaction violates on its own are
/// refused by the statement that does so, not by the commit.
const DUPLICATE_AT_COMMIT_MESSAGE: &str = "PRIMARY KEY or UNIQUE constraint violation";

impl From<DuckDbError> for Error {
    fn from(error: DuckDbError) -> Self {
        if error.message.starts_with(DURABLE_MESSAGE) {
            return Self::new(ErrorCode::CheckpointFailed, error.message)
                .with_hint("do not repeat the change; close the engine and open the database again");
        }
        let code = match error.class {
            ErrorClass::Syntax => ErrorCode::Syntax,
            ErrorClass::Catalog => ErrorCode::Catalog,
            ErrorClass::Dependency => ErrorCode::Dependency,
            ErrorClass::Binder => ErrorCode::Binder,
            ErrorClass::Parameter => ErrorCode::Parameter,
            ErrorClass::Conversion => ErrorCode::Conversion,
            ErrorClass::OutOfRange => ErrorCode::OutOfRange,
            ErrorClass::Constraint => ErrorCode::Constraint,
            ErrorClass::OutOfMemory => return explain_memory(error),
            ErrorClass::Io if error.message.contains(LOCK_MESSAGE) => ErrorCode::DatabaseLocked,
            ErrorClass::Io | ErrorClass::Fatal if error.message.contains(INVALIDATED_MESSAGE) => {
                return Self::new(ErrorCode::Fatal, error.message).with_hint(
                    "close the engine and open the database again; one that was attached can be detached instead",
                );
            }
            ErrorClass::Io => ErrorCode::Io,
            ErrorClass::FileNotFound => ErrorCode::FileNotFound,
            ErrorClass::Http => ErrorCode::Http,
            ErrorClass::Serialization => ErrorCode::Serialization,
            ErrorClass::Permission => ErrorCode::Permission,
            ErrorClass::Transaction => return explain_transaction(error),
            ErrorClass::Interrupted => ErrorCode::Interrupted,
            ErrorClass::NotImplemented => ErrorCode::NotImplemented,
            ErrorClass::MissingExtension => ErrorCode::MissingExtension,
            ErrorClass::InvalidInput if error.message.contains(READ_ONLY_MESSAGE) => ErrorCode::Permission,
            ErrorClass::InvalidInput if error.message.starts_with(NO_DIRECTORY_MESSAGE) => {
                return explain_memory(error);
            }
            ErrorClass::InvalidInput => ErrorCode::InvalidInput,
            ErrorClass::Configuration => ErrorCode::Configuration,
            ErrorClass::InUse => ErrorCode::Busy,
            ErrorClass::Internal => ErrorCode::Internal,
            ErrorClass::Fatal => ErrorCode::Fatal,
            ErrorClass::FunctionFailed => ErrorCode::FunctionFailed,
            ErrorClass::FunctionClosed => {
                return Self::new(ErrorCode::Closed, error.message)
                    .with_hint("register it again, or keep its registration open while queries use it");
            }
            ErrorClass::MetadataDeferred | ErrorClass::Execution => ErrorCode::Execution,
        };
        Self {
            code,
            message: error.message,
            sql: None,
            position: error.position,
            hint: error.hint,
            failure: error.failure,
        }
    }
}

/// Tells whether memory or the temporary directory is full.
fn explain_memory(error: DuckDbError) -> Error {
    // DuckDB goes on in further lines with settings that an engine has by other names.
    let reason = error.message.lines().next().unwrap_or_default();
    let (code, hint) = if error.message.contains(SPILL_LIMIT_MESSAGE) {
        let hint = "open the engine with a higher limit for its temporary directory, or run fewer large queries at once";
        (ErrorCode::SpillLimit, hint)
    } else {
        let hint = "give the engine or the memory budget a higher limit, or the engine a temporary directory; \
                    fewer threads and fewer queries at once need less as well";
        (ErrorCode::OutOfMemory, hint)
    };
    Error::new(code, reason).with_hint(hint)
}

/// Tells the errors of transactions apart, each with the way out.
fn explain_transaction(error: DuckDbError) -> Error {
    let (code, hint) = if error.message.starts_with(ABORTED_MESSAGE) {
        return Error::new(
            ErrorCode::TransactionAborted,
            "the transaction is aborted, because a statement in it failed",
        )
        .with_hint("roll it back; nothing of it is kept");
    } else if is_conflict(&error.message) {
        let hint = "roll back and run the transaction again; it may succeed then";
        (ErrorCode::Conflict, Some(hint.to_owned()))
    } else if error.message.contains(READ_ONLY_TRANSACTION_MESSAGE) {
        let hint = "begin a transaction that may write";
        (ErrorCode::Transaction, Some(hint.to_owned()))
    } else {
        (ErrorCode::Transaction, error.hint)
    };
    Error {
        code,
        message: error.message,
        sql: None,
        position: error.position,
        hint,
        failure: 0,
    }
}

fn is_conflict(message: &str) -> bool {
    let begins_with_conflict = |reason: &str| CONFLICT_MESSAGES.iter().any(|known| reason.starts_with(known));
    match message.strip_prefix(COMMIT_PREFIX) {
        Some(reason) => begins_with_conflict(reason) || reason.starts_with(DUPLICATE_AT_COMMIT_MESSAGE),
        None => begins_with_conflict(message),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_its_kind() {
        for code in [
            ErrorCode::Syntax,
            ErrorCode::Dependency,
            ErrorCode::Parameter,
            ErrorCode::OutOfRange,
            ErrorCode::Constraint,
            ErrorCode::OutOfMemory,
            ErrorCode::SpillLimit,
            ErrorCode::DatabaseLocked,
            ErrorCode::CheckpointFailed,
            ErrorCode::Permission,
            ErrorCode::Transaction,
            ErrorCode::Conflict,
            ErrorCode::TransactionAborted,
            ErrorCode::Interrupted,
            ErrorCode::MissingExtension,
            ErrorCode::InvalidInput,
            ErrorCode::Configuration,
            ErrorCode::Busy,
            ErrorCode::Closed,
            ErrorCode::Panic,
            ErrorCode::Execution,
            ErrorCode::FunctionFailed,
        ] {
            assert_eq!(code as u32 / 100, code.kind() as u32, "{code:?}");
        }
    }
}
