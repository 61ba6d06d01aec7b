//! DuckDB's errors as values.

use std::fmt;

use libduckdb_sys::v2 as sys;

use crate::raw;

/// What kind of failure DuckDB reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The text is not SQL.
    Syntax,
    /// A table, column, function or other catalog object is missing or already there.
    Catalog,
    /// Names or types in a statement do not fit together.
    Binder,
    /// A parameter has no value, or there are more values than parameters.
    Parameter,
    /// A value cannot be turned into the type asked for.
    Conversion,
    /// A value lies outside the range of its type.
    OutOfRange,
    /// A constraint of a table was violated.
    Constraint,
    /// The memory limit was reached.
    OutOfMemory,
    /// A file could not be read or written.
    Io,
    /// A file does not exist.
    FileNotFound,
    /// An HTTP request failed.
    Http,
    /// Stored data could not be decoded.
    Serialization,
    /// The configuration forbids the operation.
    Permission,
    /// A transaction conflicted, or is not in the state that the statement needs.
    Transaction,
    /// The operation was interrupted.
    Interrupted,
    /// DuckDB has no implementation of what was asked for.
    NotImplemented,
    /// An extension that the statement needs is not installed.
    MissingExtension,
    /// An argument is malformed.
    InvalidInput,
    /// A setting is unknown or its value is not valid.
    Configuration,
    /// The connection already runs a statement.
    InUse,
    /// An object still depends on the one to be changed.
    Dependency,
    /// A fault inside DuckDB.
    Internal,
    /// A fault after which the instance cannot be used any more.
    Fatal,
    /// The metadata of a result is known only once it has been stepped.
    MetadataDeferred,
    /// Any other failure while a statement ran.
    Execution,
    /// A function of the caller's failed.
    FunctionFailed,
    /// A function of the caller's was called after it had been closed.
    FunctionClosed,
}

/// A failure that DuckDB reported.
#[derive(Debug, Clone)]
pub struct Error {
    /// What kind of failure it is.
    pub class: ErrorClass,
    /// DuckDB's message, without a rendering of the SQL.
    pub message: String,
    /// Where in the SQL the failure lies, as a byte offset into its UTF-8 text.
    pub position: Option<usize>,
    /// What DuckDB suggests instead, for example similar names.
    pub hint: Option<String>,
    /// The number that a function of the caller's gave its failure; zero where it gave none.
    pub failure: u64,
}

/// The result of an operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that does not come from DuckDB.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            position: None,
            hint: None,
            failure: 0,
        }
    }

    /// The same error with the parameter that it is about, counted from zero; `name` is empty where it has none.
    pub(crate) fn in_parameter(mut self, index: usize, name: &str) -> Self {
        self.message = if name.is_empty() {
            format!("parameter {}: {}", index + 1, self.message)
        } else {
            format!("parameter ${name}: {}", self.message)
        };
        self
    }

    /// Takes over the error information that a failed call left, and frees it.
    pub(crate) fn take(code: sys::DUCKDB_V2_ERROR, info: &mut sys::duckdb_v2_error_info_handle) -> Self {
        let mut text = raw::EMPTY;
        if !info.is_null() {
            // SAFETY: `info` was filled by the call that returned `code`, and `text` outlives the call.
            unsafe {
                sys::duckdb_v2_error_info_get_raw_text(*info, &mut text);
                if text.len == 0 {
                    sys::duckdb_v2_error_info_get_text(*info, &mut text);
                }
            }
        }
        // SAFETY: the view is valid until the information is destroyed, which happens below.
        let text = unsafe { raw::text_of(&text) };
        let error = Self::parse(classify(code), &text);
        // SAFETY: the information is owned by us and destroyed once; a null handle is allowed.
        unsafe { sys::duckdb_v2_error_info_destroy(info) };
        error
    }

    /// Connections are opened with `errors_as_json`, so that position and candidates arrive as fields instead of
    /// being drawn into the text; what fails before there is a connection arrives as plain text.
    fn parse(class: ErrorClass, text: &str) -> Self {
        let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(text) else {
            let text = if text.is_empty() {
                "DuckDB gave no message"
            } else {
                text
            };
            return Self::marked(text).unwrap_or_else(|| Self::new(class, text));
        };
        let field = |name: &str| fields.get(name).and_then(|value| value.as_str());
        let message = field("exception_message").unwrap_or(text);
        if let Some(error) = Self::marked(message) {
            return Self {
                position: field("position").and_then(|position| position.parse().ok()),
                ..error
            };
        }
        let (message, did_you_mean) = split_hint(message);
        let candidates = field("candidates").filter(|names| !names.is_empty());
        Self {
            class: refine(class, field("exception_type").unwrap_or_default()),
            message: message.to_owned(),
            position: field("position").and_then(|position| position.parse().ok()),
            hint: did_you_mean
                .map(str::to_owned)
                .or_else(|| candidates.map(|names| format!("Candidates: {names}"))),
            failure: 0,
        }
    }

    /// The text that DuckDB is given for an error of one of its callbacks. DuckDB hands on nothing but this text, so an
    /// error of a function says in it what it is.
    pub(crate) fn to_callback_text(&self) -> String {
        let class = match self.class {
            ErrorClass::FunctionFailed => FAILED,
            ErrorClass::FunctionClosed => CLOSED,
            _ => return self.message.clone(),
        };
        format!("{MARK}{class}:{}{MARK_END}{}", self.failure, self.message)
    }

    /// The error of a function that a text speaks of, wherever in it DuckDB has put what it was given.
    fn marked(text: &str) -> Option<Self> {
        let (_, marked) = text.split_once(MARK)?;
        let (mark, message) = marked.split_once(MARK_END)?;
        let (class, failure) = mark.split_once(':')?;
        let class = match class {
            FAILED => ErrorClass::FunctionFailed,
            CLOSED => ErrorClass::FunctionClosed,
            _ => return None,
        };
        Some(Self {
            failure: failure.parse().ok()?,
            ..Self::new(class, message)
        })
    }
}

/// What stands before the message of a function's error.
const MARK: &str = "[dataprism:";
const MARK_END: &str = "] ";
const FAILED: &str = "failed";
const CLOSED: &str = "closed";

/// DuckDB writes its suggestions into later lines of the message.
fn split_hint(message: &str) -> (&str, Option<&str>) {
    const MARKERS: [&str; 4] = ["\nDid you mean", "\nCandidate ", "\nHINT:", "\n* "];
    let start = MARKERS.iter().filter_map(|marker| message.find(marker)).min();
    match start {
        Some(at) => (message[..at].trim_end(), Some(message[at..].trim())),
        None => (message, None),
    }
}

/// The numeric codes merge some exception types that the JSON keeps apart.
fn refine(class: ErrorClass, exception_type: &str) -> ErrorClass {
    match exception_type {
        "Parser" | "Syntax" => ErrorClass::Syntax,
        "Dependency" => ErrorClass::Dependency,
        _ => class,
    }
}

fn classify(code: sys::DUCKDB_V2_ERROR) -> ErrorClass {
    use sys::DUCKDB_V2_ERROR::*;
    match code {
        DUCKDB_V2_ERROR_QUERY_PARSER | DUCKDB_V2_ERROR_QUERY_SYNTAX => ErrorClass::Syntax,
        DUCKDB_V2_ERROR_DATABASE_CATALOG => ErrorClass::Catalog,
        DUCKDB_V2_ERROR_QUERY_BINDER => ErrorClass::Binder,
        DUCKDB_V2_ERROR_QUERY_PARAMETER_NOT_RESOLVED | DUCKDB_V2_ERROR_QUERY_PARAMETER_NOT_ALLOWED => {
            ErrorClass::Parameter
        }
        DUCKDB_V2_ERROR_TYPE_CONVERSION
        | DUCKDB_V2_ERROR_TYPE_UNKNOWN
        | DUCKDB_V2_ERROR_TYPE_INVALID
        | DUCKDB_V2_ERROR_TYPE_MISMATCH
        | DUCKDB_V2_ERROR_TYPE_DECIMAL => ErrorClass::Conversion,
        DUCKDB_V2_ERROR_INPUT_OUT_OF_RANGE
        | DUCKDB_V2_ERROR_INPUT_OBJECT_SIZE
        | DUCKDB_V2_ERROR_TYPE_DIVIDE_BY_ZERO => ErrorClass::OutOfRange,
        DUCKDB_V2_ERROR_DATABASE_CONSTRAINT => ErrorClass::Constraint,
        DUCKDB_V2_ERROR_RESOURCE_OUT_OF_MEMORY => ErrorClass::OutOfMemory,
        DUCKDB_V2_ERROR_IO_FILE_NOT_FOUND => ErrorClass::FileNotFound,
        DUCKDB_V2_ERROR_IO_READ_FAILURE | DUCKDB_V2_ERROR_IO_EOF | DUCKDB_V2_ERROR_IO_GENERAL => {
            ErrorClass::Io
        }
        DUCKDB_V2_ERROR_IO_NETWORK | DUCKDB_V2_ERROR_IO_HTTP => ErrorClass::Http,
        DUCKDB_V2_ERROR_DATABASE_SERIALIZATION => ErrorClass::Serialization,
        DUCKDB_V2_ERROR_CONFIGURATION_PERMISSION => ErrorClass::Permission,
        DUCKDB_V2_ERROR_DATABASE_TRANSACTION => ErrorClass::Transaction,
        DUCKDB_V2_ERROR_RUNTIME_INTERRUPT => ErrorClass::Interrupted,
        DUCKDB_V2_ERROR_QUERY_NOT_IMPLEMENTED => ErrorClass::NotImplemented,
        DUCKDB_V2_ERROR_RESOURCE_MISSING_EXTENSION | DUCKDB_V2_ERROR_RESOURCE_AUTOLOAD => {
            ErrorClass::MissingExtension
        }
        DUCKDB_V2_ERROR_INPUT_INVALID | DUCKDB_V2_ERROR_INPUT_PARAMETER_INVALID => ErrorClass::InvalidInput,
        DUCKDB_V2_ERROR_INPUT_METADATA_DEFERRED => ErrorClass::MetadataDeferred,
        DUCKDB_V2_ERROR_CONFIGURATION_SETTINGS | DUCKDB_V2_ERROR_CONFIGURATION_INVALID => {
            ErrorClass::Configuration
        }
        DUCKDB_V2_ERROR_RESOURCE_IN_USE => ErrorClass::InUse,
        DUCKDB_V2_ERROR_RESOURCE_DEPENDENCY => ErrorClass::Dependency,
        DUCKDB_V2_ERROR_RUNTIME_INTERNAL | DUCKDB_V2_ERROR_RUNTIME_NULL_POINTER => ErrorClass::Internal,
        DUCKDB_V2_ERROR_RUNTIME_FATAL => ErrorClass::Fatal,
        _ => ErrorClass::Execution,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
