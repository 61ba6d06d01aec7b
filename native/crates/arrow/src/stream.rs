//! Rows that come one batch after the other, from whoever makes them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use dataprism_duckdb::{ArrowArray, ArrowSchema, Error, ErrorClass, Result, Schema, TableScan, TableSource};

use crate::feed::{Feed, FeedScan};
use crate::intake::{Intake, Rows, export_schema};
use crate::shape::malformed;
use crate::table::Projection;

/// A stream of the Arrow C Stream Interface.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    /// Gives the schema; zero for success, or an error number.
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    /// Gives the next array, or a released one at the end; zero for success, or an error number.
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    /// Tells the last error, or null.
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    /// Frees the stream.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    /// The producer's.
    pub private_data: *mut c_void,
}

/// A stream that this crate owns. Frees itself.
struct Stream(Box<ArrowArrayStream>);

// SAFETY: a stream is bound to no thread, and is used by one at a time.
unsafe impl Send for Stream {}

impl Stream {
    /// # Safety
    /// `stream` must be a structure of the Arrow C Stream Interface; it is moved out of, and marked as released.
    unsafe fn take(stream: *mut ArrowArrayStream) -> Result<Self> {
        // SAFETY: as the caller vouches.
        let owned = unsafe { stream.read() };
        if owned.release.is_none() {
            return Err(Error::new(
                ErrorClass::InvalidInput,
                "the Arrow stream is released",
            ));
        }
        // SAFETY: as the caller vouches.
        unsafe { (*stream).release = None };
        Ok(Self(Box::new(owned)))
    }

    fn intake(&mut self) -> Result<Intake> {
        let get = self.0.get_schema.ok_or_else(|| malformed("", "has no schema"))?;
        let mut schema = ArrowSchema::empty();
        // SAFETY: the stream is alive, and the place for the schema is valid.
        let code = unsafe { get(&mut *self.0, &mut schema) };
        self.check(code)?;
        // SAFETY: the producer filled the structure.
        unsafe { Intake::new(&mut schema) }
    }

    fn check(&mut self, code: c_int) -> Result<()> {
        if code == 0 {
            Ok(())
        } else {
            Err(self.failure(code))
        }
    }

    fn failure(&mut self, code: c_int) -> Error {
        let text = self.0.get_last_error.and_then(|last_error| {
            // SAFETY: the stream is alive, and the text is valid until its next call.
            unsafe {
                let text = last_error(&mut *self.0);
                (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
            }
        });
        let text = text.filter(|text| !text.is_empty());
        Error::new(
            ErrorClass::Execution,
            text.unwrap_or_else(|| format!("the Arrow stream failed with error number {code}")),
        )
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the stream is owned by this value and has not been released.
            unsafe { release(&mut *self.0) };
        }
    }
}

impl Feed for Stream {
    fn next(&mut self, intake: &Intake) -> Result<Option<Rows>> {
        let get = self.0.get_next.ok_or_else(|| malformed("", "has no batches"))?;
        let mut array = ArrowArray::empty();
        // SAFETY: the stream is alive, and the place for the array is valid.
        let code = unsafe { get(&mut *self.0, &mut array) };
        self.check(code)?;
        if array.release.is_none() {
            return Ok(None);
        }
        // SAFETY: the producer filled the structure.
        unsafe { intake.take(&mut array) }.map(Some)
    }
}

/// A table whose rows a stream gives, which can be read once. Safe to use from any thread.
pub struct StreamTable {
    intake: Intake,
    exported: Arc<Schema>,
    /// None once it is being read.
    stream: Mutex<Option<Stream>>,
}

impl StreamTable {
    /// Takes over a stream.
    ///
    /// # Safety
    /// `stream` must be a structure of the Arrow C Stream Interface; it is moved out of, and marked as released, whatever the
    /// outcome.
    pub unsafe fn once(stream: *mut ArrowArrayStream) -> Result<Self> {
        // SAFETY: as the caller vouches.
        let mut stream = unsafe { Stream::take(stream)? };
        let intake = stream.intake()?;
        Ok(Self {
            exported: Arc::new(export_schema(intake.schema())?),
            intake,
            stream: Mutex::new(Some(stream)),
        })
    }
}

impl TableSource for StreamTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.exported)
    }

    fn row_count(&self) -> Option<u64> {
        None
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        let projection = Projection::new(self.intake.schema(), columns)?;
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        let stream = stream.ok_or_else(|| {
            Error::new(
                ErrorClass::InvalidInput,
                "the stream has been read, which can be done once",
            )
        })?;
        let intake = Intake::of(Arc::clone(self.intake.schema()));
        Ok(Box::new(FeedScan::new(projection, intake, Box::new(stream))))
    }
}
