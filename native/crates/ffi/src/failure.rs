//! What a function of the caller's tells of its failure.

use std::ffi::c_ulonglong;

use dataprism_engine::CallFailure;

/// How many bytes the message of a failure may have.
pub(crate) const MESSAGE_BYTES: usize = 2048;

/// Reads what a function has written that failed.
///
/// # Parameters
/// * `length`: how many bytes of the message it says that it has written
/// * `number`: the number that the query's error is to carry
pub(crate) fn read(message: &[u8; MESSAGE_BYTES], length: c_ulonglong, number: c_ulonglong) -> CallFailure {
    let length = (length as usize).min(MESSAGE_BYTES);
    let text = String::from_utf8_lossy(&message[..length]);
    CallFailure {
        number,
        message: if text.is_empty() {
            "it gave no message".to_owned()
        } else {
            text.into_owned()
        },
    }
}
