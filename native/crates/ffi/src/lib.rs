//! The C ABI of DataPrism.
//!
//! One file per handle type. Every exported function runs inside `guard::run`, which turns errors and panics into a
//! [`dp_error`](error::dp_error) of the caller's own: nothing unwinds across the boundary, and nothing is kept in a
//! thread-local. The header `include/dataprism.h` is generated from this crate and checked by a test.
#![allow(non_camel_case_types)]

mod arguments;
pub mod budget;
pub mod changes;
pub mod copy;
pub mod engine;
pub mod error;
mod failure;
pub mod function;
mod guard;
pub mod handles;
pub mod ipc;
pub mod latch;
pub mod layout;
pub mod memory;
pub mod observing;
pub mod result;
pub mod session;
pub mod statement;
pub mod stored;
pub mod table;
pub mod table_source;
pub mod text;
pub mod transfer;
pub mod unordered;
pub mod value;
pub mod version;
