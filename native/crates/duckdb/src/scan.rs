//! Rows outside of DuckDB that SQL reads as tables.
//!
//! A name that is no table of the database is looked up among the names of its connection, and what is found there is read
//! by a table function. DuckDB runs it on all of its threads: each takes a batch, turns it into chunks that read the
//! batch's memory in place, and takes the next one.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use libduckdb_sys::v2 as sys;

use crate::arrow::{Batch, Schema};
use crate::callback::run;
use crate::chunk::vector_of;
use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::importer::Importer;
use crate::raw::{self, check};

/// The table function's name in DuckDB's catalog. SQL sees it, and gets an error when it calls it.
const FUNCTION: &str = "dataprism_scan";

/// Rows that can be read, any number of times unless they say otherwise.
pub trait TableSource: Send + Sync {
    /// The columns.
    fn schema(&self) -> Arc<Schema>;

    /// How many rows there are, where that is known.
    fn row_count(&self) -> Option<u64>;

    /// Begins to read.
    ///
    /// # Parameters
    /// * `columns`: which columns are wanted, by their places in the schema and in the order in which batches are to
    ///   have them; at least one
    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>>;
}

/// A reading of a [`TableSource`], by several threads at once.
pub trait TableScan: Send + Sync {
    /// The columns that batches have.
    fn schema(&self) -> &Schema;

    /// How many threads can read at once.
    fn max_threads(&self) -> usize;

    /// Begins to read on one more thread. All readers of a scan share its batches.
    fn reader(&self) -> Box<dyn TableReader>;

    /// Which part of the rows has been taken, from 0 to 1.
    fn progress(&self) -> f64;
}

/// What one thread at a time takes of a [`TableScan`].
pub trait TableReader: Send {
    /// The next batch, and its place in the order of all batches of the scan, which grows from call to call; none at the
    /// end.
    ///
    /// What a batch holds has been checked: DuckDB reads it as it stands.
    fn next(&mut self) -> Result<Option<(u64, Batch)>>;
}

/// The tables outside of DuckDB that a connection knows by name.
pub trait TableNames: Send + Sync {
    /// The table of a name, however it is written.
    fn find(&self, name: &str) -> Option<Arc<dyn TableSource>>;
}

thread_local! {
    /// The table that a name has just been found to mean. DuckDB binds it next, on the same thread.
    static FOUND: RefCell<Option<Arc<dyn TableSource>>> = const { RefCell::new(None) };
}

impl Connection {
    /// Makes [`Connection::set_table_names`] possible in the instance of this connection. Once is enough for all of its
    /// connections, and it has to be done before a transaction begins that is to use them.
    pub fn register_scan(&self) -> Result<()> {
        let factory = self.factory()?;
        let mut function = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the function is valid.
        check(|err| unsafe { sys::duckdb_v2_table_function_create(factory, &mut function, err) })?;
        let registered = self.configure_scan(function);
        // SAFETY: the function was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_table_function_destroy(&mut function) };
        registered
    }

    fn configure_scan(&self, function: sys::duckdb_v2_table_function_handle) -> Result<()> {
        let name = raw::view(FUNCTION.as_bytes());
        // SAFETY: function and name are alive for the calls, and the callbacks have the signatures that DuckDB calls
        // them with.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_set_name(function, &name, err))?;
            configure_callbacks(function, bind)?;
            check(|err| sys::duckdb_v2_connection_register_table_function(self.handle(), function, err))
        }
    }

    /// Tells which tables outside of DuckDB the statements of this connection can read. To be called once.
    pub fn set_table_names(&self, names: Arc<dyn TableNames>) -> Result<()> {
        let factory = self.factory()?;
        let mut scan = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the scan is valid.
        check(|err| unsafe { sys::duckdb_v2_replacement_scan_create(factory, &mut scan, err) })?;
        let mut data = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(Box::new(names)).cast(),
            destroy: Some(destroy::<Arc<dyn TableNames>>),
            equals: None,
        };
        // SAFETY: the scan takes the data over, and the callback has the signature that DuckDB calls it with.
        let registered = unsafe {
            check(|err| sys::duckdb_v2_replacement_scan_set_user_data(scan, &mut data, err))
                .and_then(|()| {
                    check(|err| sys::duckdb_v2_replacement_scan_set_callback(scan, Some(replace), err))
                })
                .and_then(|()| {
                    check(|err| sys::duckdb_v2_connection_register_replacement_scan(self.handle(), scan, err))
                })
        };
        // SAFETY: the scan was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_replacement_scan_destroy(&mut scan) };
        registered
    }
}

/// Gives a table function the callbacks that read what its `bind` has found: see [`bind_source`].
///
/// # Safety
/// `function` must be alive, and all bind data that `bind` sets must come from [`bind_source`].
pub(crate) unsafe fn configure_callbacks(
    function: sys::duckdb_v2_table_function_handle,
    bind: unsafe extern "C" fn(
        sys::duckdb_v2_function_bind_info_handle,
        sys::duckdb_v2_table_function_bind_info_handle,
        sys::duckdb_v2_context_handle,
        *mut sys::duckdb_v2_error_info_handle,
    ),
) -> Result<()> {
    // SAFETY: the function is alive, and the callbacks have the signatures that DuckDB calls them with.
    unsafe {
        check(|err| sys::duckdb_v2_table_function_set_bind_callback(function, Some(bind), err))?;
        check(|err| {
            sys::duckdb_v2_table_function_set_init_global_callback(function, Some(init_global), err)
        })?;
        check(|err| sys::duckdb_v2_table_function_set_init_local_callback(function, Some(init_local), err))?;
        check(|err| sys::duckdb_v2_table_function_set_exec_callback(function, Some(exec), err))?;
        check(|err| sys::duckdb_v2_table_function_set_progress_callback(function, Some(progress), err))?;
        // Without it, DuckDB inserts what it reads on one thread.
        check(|err| {
            sys::duckdb_v2_table_function_set_partition_data_callback(function, Some(partition_data), err)
        })?;
        check(|err| sys::duckdb_v2_table_function_set_projection_pushdown(function, true, err))
    }
}

/// Tells DuckDB what a call of a table function reads.
///
/// # Safety
/// All handles must be those of the bind callback that is running.
pub(crate) unsafe fn bind_source(
    source: Arc<dyn TableSource>,
    info: sys::duckdb_v2_function_bind_info_handle,
    result: sys::duckdb_v2_table_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
) -> Result<()> {
    let columns = Importer::new(context, &source.schema())?.columns()?;
    for index in 0..columns.names().len() {
        let name = raw::view(columns.names()[index].as_bytes());
        // SAFETY: name and type are alive for the call, which copies them.
        check(|err| unsafe {
            sys::duckdb_v2_table_function_bind_add_result_column(
                result,
                &name,
                columns.logical_type(index),
                err,
            )
        })?;
    }
    if let Some(rows) = source.row_count() {
        // SAFETY: the caller vouches for the handle.
        check(|err| unsafe { sys::duckdb_v2_table_function_bind_set_cardinality(result, rows, true, err) })?;
    }
    let mut data = sys::duckdb_v2_opaque {
        ptr: Box::into_raw(Box::new(source)).cast(),
        destroy: Some(destroy::<Arc<dyn TableSource>>),
        equals: Some(same_source),
    };
    // SAFETY: DuckDB takes the data over and destroys it once.
    check(|err| unsafe { sys::duckdb_v2_function_bind_set_bind_data(info, &mut data, err) })
}

/// What one thread has of a scan.
struct Reader {
    batches: Box<dyn TableReader>,
    importer: Importer,
    /// The place of the batch that chunks come from.
    place: u64,
}

impl Reader {
    fn fill(&mut self, output: sys::duckdb_v2_data_chunk_handle) -> Result<()> {
        loop {
            if let Some(chunk) = self.importer.next()? {
                let mut columns = 0;
                // SAFETY: the chunk is alive and the place for the count is valid.
                check(|err| unsafe {
                    sys::duckdb_v2_data_chunk_get_vector_count(chunk.handle(), &mut columns, err)
                })?;
                for column in 0..columns {
                    let (target, source) = (vector_of(output, column)?, chunk.vector(column)?);
                    // SAFETY: both vectors are alive, and of one type. What the source reads from is kept alive by
                    // the target from here on.
                    check(|err| unsafe { sys::duckdb_v2_vector_reference(target, source, err) })?;
                }
                return Ok(());
            }
            match self.batches.next()? {
                // The chunk is empty as DuckDB gave it, which tells it that this thread is done.
                None => return Ok(()),
                Some((place, batch)) => {
                    self.place = place;
                    self.importer.append(batch)?;
                }
            }
        }
    }
}

unsafe extern "C" fn destroy<T>(data: *mut c_void) {
    // DuckDB has no use for a failure here.
    let _ = std::panic::catch_unwind(|| {
        // SAFETY: this was made of a box of the same type, and DuckDB destroys it once.
        drop(unsafe { Box::from_raw(data.cast::<T>()) });
    });
}

unsafe extern "C" fn same_source(left: *mut c_void, right: *mut c_void) -> bool {
    // SAFETY: both are bind data that `bind_source` made.
    let (left, right) = unsafe {
        (
            &*left.cast::<Arc<dyn TableSource>>(),
            &*right.cast::<Arc<dyn TableSource>>(),
        )
    };
    Arc::ptr_eq(left, right)
}

unsafe extern "C" fn replace(
    info: sys::duckdb_v2_replacement_scan_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let Some(name) = unqualified_name(info)? else {
            return Ok(());
        };
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave `info`, and the data is what `set_table_names` made.
        let names = unsafe {
            check(|err| sys::duckdb_v2_replacement_scan_get_user_data(info, &mut data, err))?;
            &*data.cast::<Arc<dyn TableNames>>()
        };
        let Some(source) = names.find(&name) else {
            return Ok(());
        };
        let parts = ["system", "main", FUNCTION].map(|part| raw::view(part.as_bytes()));
        let alias = raw::view(name.as_bytes());
        let mut function = ptr::null_mut();
        // SAFETY: names and places are valid for the calls, which copy them, and the function's name is destroyed once.
        unsafe {
            check(|err| sys::duckdb_v2_qname_create(parts.as_ptr(), parts.len() as u64, &mut function, err))?;
            let named = check(|err| sys::duckdb_v2_replacement_scan_set_function_name(info, function, err));
            sys::duckdb_v2_qname_destroy(&mut function);
            named?;
            check(|err| sys::duckdb_v2_replacement_scan_set_alias(info, &alias, err))?;
        }
        FOUND.set(Some(source));
        Ok(())
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

/// The name that is looked up; none where it names a schema, too.
fn unqualified_name(info: sys::duckdb_v2_replacement_scan_info_handle) -> Result<Option<String>> {
    let mut name = ptr::null_mut();
    // SAFETY: DuckDB gave `info`, and the place for the name is valid.
    check(|err| unsafe { sys::duckdb_v2_replacement_scan_get_name(info, &mut name, err) })?;
    let read = || {
        let (mut count, mut part) = (0, raw::EMPTY);
        // SAFETY: the name is alive, and the places are valid.
        unsafe {
            check(|err| sys::duckdb_v2_qname_get_part_count(name, &mut count, err))?;
            if count != 1 {
                return Ok(None);
            }
            check(|err| sys::duckdb_v2_qname_get_part(name, 0, &mut part, err))?;
            Ok(Some(raw::text_of(&part).into_owned()))
        }
    };
    let text = read();
    // SAFETY: the name is this function's, and destroyed once.
    unsafe { sys::duckdb_v2_qname_destroy(&mut name) };
    text
}

unsafe extern "C" fn bind(
    info: sys::duckdb_v2_function_bind_info_handle,
    result: sys::duckdb_v2_table_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let source = FOUND.take().ok_or_else(|| {
            Error::new(
                ErrorClass::Binder,
                format!("{FUNCTION} is not for SQL: tables that are registered are read by their names"),
            )
        })?;
        // SAFETY: DuckDB gave the handles.
        unsafe { bind_source(source, info, result, context) }
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn init_global(
    info: sys::duckdb_v2_table_function_init_global_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count) = (ptr::null_mut(), 0);
        // SAFETY: DuckDB gave `info`, and the bind data is what `bind_source` made.
        let source = unsafe {
            check(|err| sys::duckdb_v2_table_function_init_global_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_table_function_init_global_get_column_count(info, &mut count, err))?;
            &*data.cast::<Arc<dyn TableSource>>()
        };
        let mut columns = Vec::with_capacity(count as usize);
        for index in 0..count {
            let mut column = 0;
            // SAFETY: DuckDB gave `info`, and the place for the column is valid.
            check(|err| unsafe {
                sys::duckdb_v2_table_function_init_global_get_column_index(info, index, &mut column, err)
            })?;
            columns.push(column as usize);
        }
        let scan = source.scan(&columns)?;
        let threads = scan.max_threads().max(1) as u64;
        let mut state = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(Box::new(scan)).cast(),
            destroy: Some(destroy::<Box<dyn TableScan>>),
            equals: None,
        };
        // SAFETY: DuckDB takes the state over and destroys it once.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_init_global_set_global_state(info, &mut state, err))?;
            check(|err| sys::duckdb_v2_table_function_init_global_set_max_threads(info, threads, err))
        }
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn init_local(
    info: sys::duckdb_v2_table_function_init_local_info_handle,
    context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave `info`, and the global state is what `init_global` made.
        let scan = unsafe {
            check(|err| sys::duckdb_v2_table_function_init_local_get_global_state(info, &mut data, err))?;
            &*data.cast::<Box<dyn TableScan>>()
        };
        let reader = Reader {
            importer: Importer::new(context, scan.schema())?,
            batches: scan.reader(),
            place: 0,
        };
        let mut state = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(Box::new(reader)).cast(),
            destroy: Some(destroy::<Reader>),
            equals: None,
        };
        // SAFETY: DuckDB takes the state over and destroys it once.
        check(|err| unsafe {
            sys::duckdb_v2_table_function_init_local_set_local_state(info, &mut state, err)
        })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn exec(
    info: sys::duckdb_v2_table_function_exec_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut local, mut output) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: DuckDB gave `info`, the local state is what `init_local` made, and belongs to one thread.
        let reader = unsafe {
            check(|err| sys::duckdb_v2_table_function_exec_get_local_state(info, &mut local, err))?;
            check(|err| sys::duckdb_v2_table_function_exec_get_output_chunk(info, &mut output, err))?;
            &mut *local.cast::<Reader>()
        };
        reader.fill(output)
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn progress(
    info: sys::duckdb_v2_table_function_progress_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave `info`, and the global state is what `init_global` made, if it is there yet.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_progress_get_global_state(info, &mut data, err))?;
            let scan = data.cast::<Box<dyn TableScan>>().as_ref();
            let fraction = scan.map_or(0.0, |scan| scan.progress());
            check(|err| sys::duckdb_v2_table_function_progress_set_progress(info, fraction, err))
        }
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn partition_data(
    info: sys::duckdb_v2_table_function_partition_data_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave `info`, and the local state is what `init_local` made.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_partition_data_get_local_state(info, &mut data, err))?;
            let place = (*data.cast::<Reader>()).place;
            check(|err| sys::duckdb_v2_table_function_partition_data_set_batch_index(info, place, err))
        }
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}
