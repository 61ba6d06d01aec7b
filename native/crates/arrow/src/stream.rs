//! Rows that come one batch after the other, from whoever makes them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dataprism_duckdb::{
    ArrowArray, ArrowSchema, Batch, Error, ErrorClass, Result, Schema, TableScan, TableSource,
};

use crate::intake::{Intake, Rows, export_schema};
use crate::shape::malformed;
use crate::table::Projection;

/// How many rows one thread takes of a batch at a time.
const SLICE: usize = 122_880;

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

/// The error of a stream that could not be begun; the stream is released.
///
/// # Safety
/// `stream` must be a structure of the Arrow C Stream Interface, released or not.
pub unsafe fn failure_of(stream: &mut ArrowArrayStream, code: c_int) -> Error {
    // SAFETY: as the caller vouches.
    match unsafe { Stream::take(stream) } {
        Ok(mut stream) => stream.failure(code),
        Err(_) => Error::new(
            ErrorClass::Execution,
            format!("the Arrow stream could not be begun: error number {code}"),
        ),
    }
}

/// Opens streams of the rows of a table.
pub trait StreamOpener: Send + Sync {
    /// Begins to give the rows.
    ///
    /// # Parameters
    /// * `columns`: which columns the batches are to have, by their places in the schema of the table
    /// * `stream`: a released stream, to be filled
    fn open(&self, columns: &[usize], stream: &mut ArrowArrayStream) -> Result<()>;
}

/// A table whose rows are streamed. Safe to use from any thread.
pub struct StreamTable {
    intake: Intake,
    exported: Arc<Schema>,
    origin: Origin,
    row_count: Option<u64>,
}

enum Origin {
    /// A stream that can be read once.
    Once(Mutex<Option<Stream>>),
    /// Makes a stream for each reading, which has the columns that are asked for and no more.
    Opener(Box<dyn StreamOpener>),
}

impl StreamTable {
    /// Takes over a stream, whose rows can be read once.
    ///
    /// # Safety
    /// `stream` must be a structure of the Arrow C Stream Interface; it is moved out of, and marked as released, whatever the
    /// outcome.
    pub unsafe fn once(stream: *mut ArrowArrayStream) -> Result<Self> {
        // SAFETY: as the caller vouches.
        let mut stream = unsafe { Stream::take(stream)? };
        let intake = stream.intake()?;
        Self::new(intake, Origin::Once(Mutex::new(Some(stream))), None)
    }

    /// A table that can be read again and again.
    ///
    /// # Parameters
    /// * `row_count`: how many rows there are, where that is known
    pub fn reopened(intake: Intake, opener: Box<dyn StreamOpener>, row_count: Option<u64>) -> Result<Self> {
        Self::new(intake, Origin::Opener(opener), row_count)
    }

    fn new(intake: Intake, origin: Origin, row_count: Option<u64>) -> Result<Self> {
        Ok(Self {
            exported: Arc::new(export_schema(intake.schema())?),
            intake,
            origin,
            row_count,
        })
    }
}

impl TableSource for StreamTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.exported)
    }

    fn row_count(&self) -> Option<u64> {
        self.row_count
    }

    fn max_threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        let projection = Projection::new(self.intake.schema(), columns)?;
        let (stream, intake, projection) = match &self.origin {
            Origin::Once(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let stream = stream.ok_or_else(|| {
                    Error::new(
                        ErrorClass::InvalidInput,
                        "the stream has been read, which can be done once",
                    )
                })?;
                let intake = Intake::of(Arc::clone(self.intake.schema()));
                (stream, intake, projection)
            }
            Origin::Opener(opener) => {
                let mut stream = ArrowArrayStream {
                    get_schema: None,
                    get_next: None,
                    get_last_error: None,
                    release: None,
                    private_data: std::ptr::null_mut(),
                };
                opener.open(columns, &mut stream)?;
                // SAFETY: the opener filled the structure.
                let mut stream = unsafe { Stream::take(&mut stream)? };
                let intake = stream.intake()?;
                // It has these columns alone, in their order.
                let all: Vec<_> = (0..columns.len()).collect();
                let given = Projection::new(intake.schema(), &all)?;
                let same = given.fields.len() == intake.schema().fields().len()
                    && given
                        .fields
                        .iter()
                        .zip(&projection.fields)
                        .all(|(given, wanted)| given.data_type() == wanted.data_type());
                if !same {
                    return Err(malformed("", "has other columns than were asked for"));
                }
                (stream, intake, given)
            }
        };
        Ok(Box::new(StreamScan {
            projection,
            intake,
            ended: AtomicBool::new(false),
            state: Mutex::new(StreamState {
                stream: Some(stream),
                current: None,
                from: 0,
                place: 0,
            }),
        }))
    }
}

struct StreamScan {
    projection: Projection,
    intake: Intake,
    ended: AtomicBool,
    state: Mutex<StreamState>,
}

struct StreamState {
    /// None once it has ended or failed.
    stream: Option<Stream>,
    /// The batch that is being taken in slices.
    current: Option<Rows>,
    from: usize,
    place: u64,
}

impl TableScan for StreamScan {
    fn schema(&self) -> &Schema {
        &self.projection.schema
    }

    fn next(&self) -> Result<Option<(u64, Batch)>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(rows) = &state.current
                && state.from < rows.count
            {
                let count = SLICE.min(rows.count - state.from);
                let batch = self.projection.slice(rows, state.from, count);
                state.from += count;
                state.place += 1;
                return Ok(Some((state.place, batch)));
            }
            state.current = None;
            state.from = 0;
            // While this thread waits for the producer the others wait for this one: they would have nothing to do.
            let Some(mut stream) = mem::take(&mut state.stream) else {
                return Ok(None);
            };
            match stream.next(&self.intake)? {
                Some(rows) => {
                    state.current = Some(rows);
                    state.stream = Some(stream);
                }
                None => self.ended.store(true, Ordering::Release),
            }
        }
    }

    fn progress(&self) -> f64 {
        if self.ended.load(Ordering::Acquire) {
            1.0
        } else {
            0.0
        }
    }
}
