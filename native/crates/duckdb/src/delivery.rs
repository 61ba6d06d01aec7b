//! Rows that DuckDB's own threads hand to a sink, as they compute them.
//!
//! DuckDB runs an aggregate on all of its threads, and calls it with vectors that nobody has copied. So a query whose
//! rows are to be delivered is made the input of an aggregate, which turns the vectors into Arrow arrays and hands
//! them over on the thread that it is called on. The aggregate itself has nothing to tell at the end.

use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use libduckdb_sys::v2 as sys;

use crate::arrow::{Batch, Schema};
use crate::callback::run;
use crate::chunk::Chunk;
use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::exporter::Exporter;
use crate::raw::{self, check};
use crate::result::ArrowResult;
use crate::statement::Statement;
use crate::types::{Type, Types};
use crate::value::Parameter;

/// The aggregate's name in DuckDB's catalog. SQL sees it, and gets an error when it calls it.
const FUNCTION: &str = "dataprism_deliver";

/// Takes the batches of a query, from several threads at once.
pub trait BatchSink: Send + Sync {
    /// Takes a batch on the thread that made it; false stops the query.
    fn accept(&self, schema: &Schema, batch: Batch) -> bool;
}

/// One query whose rows go to a sink.
pub struct Delivery {
    core: Arc<Core>,
    factory: sys::duckdb_v2_factory_handle,
    /// The names of the columns: inside of the aggregate they have none that two columns could share.
    names: Vec<String>,
    batch_rows: u64,
    plan: Mutex<Option<Arc<Plan>>>,
}

// SAFETY: the factory only allocates, from any thread, and lives as long as the connection, which the delivery's user
// keeps.
unsafe impl Send for Delivery {}
// SAFETY: as above; everything else is behind locks.
unsafe impl Sync for Delivery {}

/// What the threads of a query share.
struct Core {
    sink: Box<dyn BatchSink>,
    /// Whether the sink may still be called. Held for reading while it is.
    open: RwLock<bool>,
    stopped: AtomicBool,
    rows: AtomicU64,
    /// The number of the plan that delivers.
    current: AtomicU64,
    /// The first failure of our own, which DuckDB would only report as a text.
    failure: Mutex<Option<Error>>,
}

/// A call of the aggregate that DuckDB has bound.
struct Plan {
    core: Arc<Core>,
    number: u64,
    factory: sys::duckdb_v2_factory_handle,
    schema: Schema,
    types: Types,
    /// Rows that do not fill a batch yet wait in a slot. Each of DuckDB's threads has one of its own, as long as
    /// there are enough; none is held while the sink is called.
    slots: Vec<Mutex<Slot>>,
    next_slot: AtomicUsize,
}

// SAFETY: types are immutable and the factory only allocates, both from any thread.
unsafe impl Send for Plan {}
// SAFETY: as above; slots are behind locks.
unsafe impl Sync for Plan {}

struct Slot {
    exporter: Exporter,
    /// Made when first needed: it has room for rows that only DuckDB's own chunks use.
    chunk: Option<Chunk>,
}

// SAFETY: a slot is used by one thread at a time, and its parts are bound to none.
unsafe impl Send for Slot {}

thread_local! {
    /// The delivery whose statement is being bound on this thread.
    static BINDING: Cell<*const Delivery> = const { Cell::new(ptr::null()) };
}

impl Connection {
    /// Makes deliveries possible in the instance of this connection. Once is enough for all of its connections, and
    /// it has to be done before a transaction begins that is to use them.
    pub fn register_delivery(&self) -> Result<()> {
        let factory = self.factory()?;
        let mut function = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the function is valid.
        check(|err| unsafe { sys::duckdb_v2_aggregate_function_create(factory, &mut function, err) })?;
        let registered = self.configure(factory, function);
        // SAFETY: the function was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_aggregate_function_destroy(&mut function) };
        registered
    }

    fn configure(
        &self,
        factory: sys::duckdb_v2_factory_handle,
        function: sys::duckdb_v2_aggregate_function_handle,
    ) -> Result<()> {
        use sys::DUCKDB_V2_FUNCTION_PARAMETER_KIND::DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_VARIADIC;
        use sys::DUCKDB_V2_FUNCTION_PROPERTY_KEY as key;
        use sys::DUCKDB_V2_FUNCTION_PROPERTY_VALUE as value;
        use sys::DUCKDB_V2_LOGICAL_TYPE_ID as id;
        let (name, columns) = (raw::view(FUNCTION.as_bytes()), raw::view(b"columns"));
        let (any, bigint) = (
            Type::of(factory, id::DUCKDB_V2_LOGICAL_TYPE_ID_ANY)?,
            Type::of(factory, id::DUCKDB_V2_LOGICAL_TYPE_ID_BIGINT)?,
        );
        let mut signature = ptr::null_mut();
        // SAFETY: function, types and names are alive for the calls, the signature belongs to the function, and the
        // callbacks have the signatures that DuckDB calls them with.
        unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_set_name(function, &name, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_get_signature(function, &mut signature, err))?;
            check(|err| {
                sys::duckdb_v2_function_signature_add_parameter(
                    signature,
                    &columns,
                    any.handle(),
                    ptr::null_mut(),
                    DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_VARIADIC,
                    err,
                )
            })?;
            check(|err| sys::duckdb_v2_function_signature_set_return_type(signature, bigint.handle(), err))?;
            // A query that is to be delivered in any order need not be sorted, or scanned, in order.
            for (key, value) in [
                (
                    key::DUCKDB_V2_FUNCTION_PROPERTY_AGG_ORDER_DEPENDENT,
                    value::DUCKDB_V2_FUNCTION_PROPERTY_AGG_ORDER_DEPENDENT_NO,
                ),
                (
                    key::DUCKDB_V2_FUNCTION_PROPERTY_STABILITY,
                    value::DUCKDB_V2_FUNCTION_PROPERTY_STABILITY_VOLATILE,
                ),
                (
                    key::DUCKDB_V2_FUNCTION_PROPERTY_NULL_HANDLING,
                    value::DUCKDB_V2_FUNCTION_PROPERTY_NULL_HANDLING_SPECIAL,
                ),
            ] {
                check(|err| sys::duckdb_v2_aggregate_function_set_property(function, key, value, err))?;
            }
            check(|err| sys::duckdb_v2_aggregate_function_set_bind_callback(function, Some(bind), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_size_callback(function, Some(size), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_init_callback(function, Some(init), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_update_callback(function, Some(update), err))?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_set_combine_callback(function, Some(combine), err)
            })?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_set_finalize_callback(function, Some(finalize), err)
            })?;
            check(|err| sys::duckdb_v2_connection_register_aggregate_function(self.handle(), function, err))
        }
    }

    /// The text of a statement, without what ends it.
    pub fn text_without_terminator(&self, statement: &Statement) -> Result<String> {
        let mut text = statement.text()?.into_owned();
        let sql = raw::view(text.as_bytes());
        let mut tokens = ptr::null_mut();
        // SAFETY: connection and text are alive for the call, which copies the text.
        check(|err| unsafe { sys::duckdb_v2_tokenize_sql(self.handle(), &sql, &mut tokens, err) })?;
        let end = loop {
            use sys::DUCKDB_V2_TOKEN_TYPE::*;
            let (mut kind, mut start, mut length) = (DUCKDB_V2_TOKEN_TYPE_INVALID, 0, 0);
            // SAFETY: the tokens were made above and the places are valid.
            let next = check(|err| unsafe {
                sys::duckdb_v2_token_iterator_next(tokens, &mut kind, &mut start, &mut length, err)
            });
            match kind {
                _ if next.is_err() => break next.map(|()| 0),
                DUCKDB_V2_TOKEN_TYPE_TERMINATOR | DUCKDB_V2_TOKEN_TYPE_END_OF_INPUT => break Ok(start),
                _ => {}
            }
        };
        // SAFETY: the tokens are destroyed once.
        unsafe { sys::duckdb_v2_token_iterator_destroy(&mut tokens) };
        text.truncate(end? as usize);
        Ok(text)
    }

    /// Prepares to hand the rows of a statement to a sink.
    ///
    /// # Parameters
    /// * `schema`: the schema of the statement's rows
    /// * `batch_rows`: how many rows a batch holds at most
    pub fn delivery(&self, schema: &Schema, batch_rows: u64, sink: Box<dyn BatchSink>) -> Result<Delivery> {
        Ok(Delivery {
            core: Arc::new(Core {
                sink,
                open: RwLock::new(true),
                stopped: AtomicBool::new(false),
                rows: AtomicU64::new(0),
                current: AtomicU64::new(0),
                failure: Mutex::new(None),
            }),
            factory: self.factory()?,
            names: schema.column_names(),
            batch_rows,
            plan: Mutex::new(None),
        })
    }

    /// Starts the statement that [`Delivery::wrap`] made. Running its result to the end delivers all rows but the
    /// last few, which [`Delivery::finish`] delivers.
    pub fn execute_delivery(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        delivery: &Delivery,
    ) -> Result<ArrowResult> {
        /// Forgets the delivery, whatever happens.
        struct Binding;
        impl Drop for Binding {
            fn drop(&mut self) {
                BINDING.set(ptr::null());
            }
        }
        BINDING.set(delivery);
        let _binding = Binding;
        self.execute(statement, parameters, delivery.batch_rows)
    }
}

impl Delivery {
    /// The SQL that delivers the rows of a SELECT.
    pub fn wrap(&self, select: &str) -> String {
        // A line of its own keeps a comment at the end of the SELECT from hiding what follows.
        format!("{}{select}\n) AS delivered({})", self.prefix(), self.aliases())
    }

    fn prefix(&self) -> String {
        format!("SELECT system.main.{FUNCTION}({}) FROM (\n", self.aliases())
    }

    fn aliases(&self) -> String {
        let aliases: Vec<_> = (0..self.names.len()).map(|index| format!("c{index}")).collect();
        aliases.join(",")
    }

    /// The place in a SELECT that a place in its wrapping is; none where it lies outside.
    pub fn unwrap_position(&self, select: &str, position: usize) -> Option<usize> {
        let inside = position.checked_sub(self.prefix().len())?;
        (inside <= select.len()).then_some(inside)
    }

    /// Delivers the rows that were left over because they do not fill a batch, here and now, unless told to stop.
    pub fn finish(&self, is_cancelled: impl Fn() -> bool) -> Result<()> {
        let plan = lock(&self.plan).clone();
        let plan = plan
            .ok_or_else(|| Error::new(ErrorClass::Internal, "the statement was run without being bound"))?;
        for slot in &plan.slots {
            if is_cancelled() || self.is_stopped() {
                return Ok(());
            }
            let batches = lock(slot).flush()?;
            plan.deliver(batches);
        }
        Ok(())
    }

    /// Ends the delivery: when this returns, the sink is not being called, and never will be again.
    pub fn close(&self) {
        *self.core.open.write().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Whether the sink has stopped the query.
    pub fn is_stopped(&self) -> bool {
        self.core.stopped.load(Ordering::Acquire)
    }

    /// How many rows the sink has taken.
    pub fn rows(&self) -> u64 {
        self.core.rows.load(Ordering::Acquire)
    }

    /// What failed in the delivery itself, if something has.
    pub fn failure(&self) -> Option<Error> {
        lock(&self.core.failure).clone()
    }
}

impl Core {
    fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
    }
}

impl Plan {
    fn bind(delivery: &Delivery, context: sys::duckdb_v2_context_handle, types: Types) -> Result<Self> {
        static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);
        let slots = thread::available_parallelism().map_or(1, usize::from);
        let exporters = (0..slots)
            .map(|_| Exporter::new(context, &types, &delivery.names, delivery.batch_rows))
            .collect::<Result<Vec<_>>>()?;
        let schema = exporters
            .first()
            .ok_or_else(|| Error::new(ErrorClass::Internal, "a delivery needs a slot"))?
            .schema()?;
        let slot = |exporter| {
            Mutex::new(Slot {
                exporter,
                chunk: None,
            })
        };
        Ok(Self {
            core: Arc::clone(&delivery.core),
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            factory: delivery.factory,
            schema,
            types,
            slots: exporters.into_iter().map(slot).collect(),
            next_slot: AtomicUsize::new(0),
        })
    }

    /// Converts a chunk in a slot, and delivers the batches that are full by then.
    fn update(&self, slot: usize, info: sys::duckdb_v2_aggregate_function_update_info_handle) -> Result<()> {
        // DuckDB binds a statement anew when it has to, and what it bound before never runs. Were there two calls at
        // once, their columns would differ, and the sink could not tell one from the other.
        if self.core.current.load(Ordering::Acquire) != self.number {
            return Err(not_for_sql());
        }
        let batches = {
            let mut slot = lock(&self.slots[slot % self.slots.len()]);
            slot.append(self, info)?
        };
        self.deliver(batches);
        if self.core.stopped.load(Ordering::Acquire) {
            return Err(Error::new(ErrorClass::Interrupted, "the sink stopped the query"));
        }
        Ok(())
    }

    fn deliver(&self, batches: Vec<Batch>) {
        for batch in batches {
            let open = self.core.open.read().unwrap_or_else(PoisonError::into_inner);
            if !*open || self.core.stopped.load(Ordering::Acquire) {
                return;
            }
            let rows = batch.row_count() as u64;
            let accept = AssertUnwindSafe(|| self.core.sink.accept(&self.schema, batch));
            let accepted = catch_unwind(accept).unwrap_or_else(|_| {
                self.core.fail(Error::new(
                    ErrorClass::Internal,
                    "a panic while a batch was taken",
                ));
                false
            });
            if accepted {
                self.core.rows.fetch_add(rows, Ordering::AcqRel);
            } else {
                self.core.stopped.store(true, Ordering::Release);
            }
        }
    }
}

impl Slot {
    fn append(
        &mut self,
        plan: &Plan,
        info: sys::duckdb_v2_aggregate_function_update_info_handle,
    ) -> Result<Vec<Batch>> {
        let chunk = match &mut self.chunk {
            Some(chunk) => chunk,
            none => none.insert(Chunk::new(plan.factory, &plan.types)?),
        };
        for column in 0..plan.types.count() {
            let target = chunk.vector(column)?;
            let mut source = ptr::null_mut();
            // SAFETY: DuckDB lends the vector for the call of the aggregate, during which the chunk is read and
            // emptied.
            unsafe {
                check(|err| {
                    sys::duckdb_v2_aggregate_function_update_get_arg(info, column, &mut source, err)
                })?;
                check(|err| sys::duckdb_v2_vector_reference(target, source, err))?;
            }
        }
        let appended = self.exporter.append(Some(chunk));
        chunk.clear()?;
        appended?;
        self.exporter.take()
    }

    fn flush(&mut self) -> Result<Vec<Batch>> {
        self.exporter.append(None)?;
        self.exporter.take()
    }
}

fn not_for_sql() -> Error {
    Error::new(
        ErrorClass::Binder,
        format!("{FUNCTION} is not for SQL: the library calls it for results that are delivered in parallel"),
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is valid after any panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe extern "C" fn bind(
    info: sys::duckdb_v2_function_bind_info_handle,
    _result: sys::duckdb_v2_aggregate_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        // SAFETY: it is null or points at the delivery that `execute_delivery` borrows while DuckDB binds.
        let delivery = unsafe { BINDING.get().as_ref() }.ok_or_else(not_for_sql)?;
        let types = Types::of_arguments(info)?;
        if types.count() as usize != delivery.names.len() {
            return Err(not_for_sql());
        }
        let plan = Arc::new(Plan::bind(delivery, context, types)?);
        delivery.core.current.store(plan.number, Ordering::Release);
        *lock(&delivery.plan) = Some(Arc::clone(&plan));
        let mut data = sys::duckdb_v2_opaque {
            ptr: Arc::into_raw(plan).cast_mut().cast(),
            destroy: Some(destroy_plan),
            equals: None,
        };
        // SAFETY: DuckDB takes the data over and destroys it once.
        check(|err| unsafe { sys::duckdb_v2_function_bind_set_bind_data(info, &mut data, err) })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn destroy_plan(plan: *mut c_void) {
    let destroy = AssertUnwindSafe(|| {
        // SAFETY: this is what `bind` gave away, and DuckDB destroys it once.
        drop(unsafe { Arc::from_raw(plan.cast::<Plan>()) });
    });
    // DuckDB has no use for a failure here.
    let _ = catch_unwind(destroy);
}

/// A state is the number of a slot.
type State = u64;

unsafe extern "C" fn size(
    info: sys::duckdb_v2_aggregate_function_size_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    // SAFETY: DuckDB gave `info` and `err`.
    unsafe {
        run(err, || {
            check(|err| {
                sys::duckdb_v2_aggregate_function_size_set_state_size(info, size_of::<State>() as u64, err)
            })
        });
    }
}

unsafe extern "C" fn init(
    info: sys::duckdb_v2_aggregate_function_init_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count, mut states) = (ptr::null_mut(), 0, ptr::null_mut());
        // SAFETY: DuckDB gave `info`, its bind data is what `bind` made, and each of its states has room for a `State`.
        unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_init_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_init_get_state_count(info, &mut count, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_init_get_states(info, &mut states, err))?;
            let plan = data.cast::<Plan>().as_ref().ok_or_else(not_for_sql)?;
            for index in 0..count as usize {
                let slot = plan.next_slot.fetch_add(1, Ordering::Relaxed);
                states
                    .add(index)
                    .read()
                    .cast::<State>()
                    .write_unaligned(slot as State);
            }
        }
        Ok(())
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn update(
    info: sys::duckdb_v2_aggregate_function_update_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count, mut states) = (ptr::null_mut(), 0, ptr::null_mut());
        // SAFETY: DuckDB gave `info`, its bind data is what `bind` made, and it has as many states as rows, each
        // written by
        // `init`.
        let (plan, slot) = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_update_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_update_get_row_count(info, &mut count, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_update_get_states(info, &mut states, err))?;
            if count == 0 {
                return Ok(());
            }
            let plan = data.cast::<Plan>().as_ref().ok_or_else(not_for_sql)?;
            (plan, states.read().cast::<State>().read_unaligned() as usize)
        };
        let updated = plan.update(slot, info);
        if let Err(error) = &updated
            && error.class != ErrorClass::Interrupted
        {
            plan.core.fail(error.clone());
        }
        updated
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

/// States only say where rows wait that are not delivered yet; that is the same place before and after. It is not
/// done here that these are delivered, for DuckDB holds a lock.
unsafe extern "C" fn combine(
    _info: sys::duckdb_v2_aggregate_function_combine_info_handle,
    _err: *mut sys::duckdb_v2_error_info_handle,
) {
}

/// The result of the aggregate is of no interest.
unsafe extern "C" fn finalize(
    info: sys::duckdb_v2_aggregate_function_finalize_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut result, mut values, mut count, mut offset) = (ptr::null_mut(), ptr::null_mut(), 0, 0);
        // SAFETY: DuckDB gave `info`, and its result has a 64-bit number for each state from the offset on.
        unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_result(info, &mut result, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_state_count(info, &mut count, err))?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_finalize_get_result_offset(info, &mut offset, err)
            })?;
            check(|err| sys::duckdb_v2_vector_get_data_mutable(result, &mut values, err))?;
            for row in offset..offset + count {
                values.cast::<i64>().add(row as usize).write(0);
            }
        }
        Ok(())
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}
