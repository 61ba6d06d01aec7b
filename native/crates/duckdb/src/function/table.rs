//! Functions that give tables.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use libduckdb_sys::v2 as sys;

use super::result::grow;
use super::scalar::next_plan;
use super::{CallFailure, FunctionSlot, Signature, Target};
use crate::arrow::{ArrowArray, Batch, Schema};
use crate::callback::run;
use crate::chunk::Chunk;
use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::exporter::Exporter;
use crate::instance::Instance;
use crate::raw::{self, check};
use crate::scan::{TableReader, TableScan, TableSource, bind_source, configure_callbacks};
use crate::types::{Type, Types};
use crate::value::{BoundValue, Value};

/// A function that gives a table.
pub trait TableFunction: Send + Sync {
    /// Puts a table into the call. Called when a statement is planned, and again for each reading of the table after the
    /// first, on any thread.
    fn call(&self, call: &mut TableCall<'_>) -> std::result::Result<(), CallFailure>;
}

/// A call for a table, for as long as it lasts.
pub struct TableCall<'a> {
    /// The same for all calls of one place in a statement, and no other's.
    pub plan: u64,
    /// A struct: one child an argument.
    pub schema: &'a Schema,
    /// A struct array with one row and one child an argument; none where there are no arguments.
    pub arguments: Option<&'a ArrowArray>,
    /// Where the table goes.
    pub table: Option<Arc<dyn TableSource>>,
}

/// A table function that is registered, with what its named parameters are where a call leaves them out.
pub struct RegisteredTableFunction {
    function: Box<dyn TableFunction>,
    defaults: Vec<Option<BoundValue>>,
}

type Slot = FunctionSlot<RegisteredTableFunction>;

impl Connection {
    /// Makes a table function ready to be put into a slot.
    ///
    /// # Parameters
    /// * `defaults`: one for each named parameter of the signature, cast to its type; NULL for none
    pub fn prepare_table_function(
        &self,
        signature: &Signature,
        defaults: &[Value<'_>],
        function: Box<dyn TableFunction>,
    ) -> Result<RegisteredTableFunction> {
        let factory = self.factory()?;
        let cast = |(parameter, value): (&super::FunctionParameter, &Value<'_>)| {
            if matches!(value, Value::Null) {
                return Ok(None);
            }
            let typed = if parameter.sql_type.eq_ignore_ascii_case(Type::ANY) {
                value.bind(factory)
            } else {
                Value::Cast {
                    to: &parameter.sql_type,
                    value: Box::new(value.clone()),
                }
                .bind(factory)
            };
            typed.map(Some).map_err(|error| Error {
                message: format!("the default of parameter '{}': {}", parameter.name, error.message),
                ..error
            })
        };
        Ok(RegisteredTableFunction {
            defaults: signature
                .named
                .iter()
                .zip(defaults)
                .map(cast)
                .collect::<Result<_>>()?,
            function,
        })
    }

    /// Makes a table function known to all connections of the instance. DuckDB refuses another one of the same name and
    /// parameters.
    pub fn register_table_function(
        &self,
        instance: &Instance,
        signature: Signature,
        function: RegisteredTableFunction,
    ) -> Result<Arc<FunctionSlot<RegisteredTableFunction>>> {
        let factory = instance.factory()?;
        let mut handle = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the function is valid.
        check(|err| unsafe { sys::duckdb_v2_table_function_create(factory, &mut handle, err) })?;
        let registered = self.configure_table_function(factory, handle, signature, function);
        // SAFETY: the function was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_table_function_destroy(&mut handle) };
        registered
    }

    fn configure_table_function(
        &self,
        factory: sys::duckdb_v2_factory_handle,
        handle: sys::duckdb_v2_table_function_handle,
        signature: Signature,
        function: RegisteredTableFunction,
    ) -> Result<Arc<Slot>> {
        let name = raw::view(signature.name.as_bytes());
        let mut described = ptr::null_mut();
        // SAFETY: function and name are alive for the calls, and the signature belongs to the function.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_set_name(handle, &name, err))?;
            check(|err| sys::duckdb_v2_table_function_get_signature(handle, &mut described, err))?;
        }
        // Types that are no built-in ones are found by way of the connection.
        let returns = signature.apply(self.factory()?, described)?;
        let slot = Arc::new(Slot::new(signature, returns, factory, Box::new(function)));
        let mut data = sys::duckdb_v2_opaque {
            ptr: Arc::into_raw(Arc::clone(&slot)).cast_mut().cast(),
            destroy: Some(destroy_slot),
            equals: None,
        };
        // SAFETY: the function is alive, takes the data over, and `bind` has the signature that DuckDB calls it with, and
        // sets what `bind_source` makes.
        unsafe {
            check(|err| sys::duckdb_v2_table_function_set_user_data(handle, &mut data, err))?;
            configure_callbacks(handle, bind)?;
            check(|err| sys::duckdb_v2_connection_register_table_function(self.handle(), handle, err))?;
        }
        Ok(slot)
    }
}

/// A call in a statement, and its table for each reading.
struct CalledTable {
    slot: Arc<Slot>,
    plan: u64,
    argument_schema: Schema,
    arguments: Option<Batch>,
    /// The columns that the statement was planned with.
    columns: Arc<Schema>,
    row_count: Option<u64>,
    /// The table that was given when the statement was planned, and by which function, until it is read. A table may be
    /// one that can be read once, and a statement may be run again, or read the same call twice: each reading has a table
    /// of its own.
    first: Mutex<Option<Given>>,
}

type Given = (Arc<Target<RegisteredTableFunction>>, Arc<dyn TableSource>);

impl CalledTable {
    fn bind(
        slot: Arc<Slot>,
        info: sys::duckdb_v2_function_bind_info_handle,
        context: sys::duckdb_v2_context_handle,
    ) -> Result<Self> {
        let target = slot.target()?;
        let (argument_schema, arguments) = read_arguments(&slot, &target.function.defaults, info, context)?;
        let plan = next_plan();
        let source = call(&slot, &target, plan, &argument_schema, arguments.as_ref())?;
        Ok(Self {
            slot,
            plan,
            argument_schema,
            arguments,
            columns: source.schema(),
            row_count: source.row_count(),
            first: Mutex::new(Some((target, source))),
        })
    }

    fn table(&self) -> Result<Given> {
        // The function may be closed by now, and another one be registered in its place.
        let target = self.slot.target()?;
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((by, source)) = first
            && Arc::ptr_eq(&by, &target)
        {
            return Ok((target, source));
        }
        let arguments = self.arguments.as_ref();
        let source = call(&self.slot, &target, self.plan, &self.argument_schema, arguments)?;
        if !source.schema().is_same_as(&self.columns) {
            let message = format!(
                "the function '{}' gives other columns than when the statement was planned",
                self.slot.signature().name
            );
            return Err(Error::new(ErrorClass::InvalidInput, message));
        }
        Ok((target, source))
    }
}

fn call(
    slot: &Slot,
    target: &Arc<Target<RegisteredTableFunction>>,
    plan: u64,
    schema: &Schema,
    arguments: Option<&Batch>,
) -> Result<Arc<dyn TableSource>> {
    let entered = slot.enter(Arc::clone(target))?;
    let mut call = TableCall {
        plan,
        schema,
        arguments: arguments.map(Batch::as_arrow),
        table: None,
    };
    let outcome = entered.function().function.call(&mut call);
    outcome.map_err(|failure| slot.failed(failure))?;
    call.table.ok_or_else(|| {
        let message = format!("the function '{}' gave no table", slot.signature().name);
        Error::new(ErrorClass::InvalidInput, message)
    })
}

impl TableSource for CalledTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.columns)
    }

    fn row_count(&self) -> Option<u64> {
        self.row_count
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        let (target, source) = self.table()?;
        let entered = self.slot.enter(Arc::clone(&target))?;
        let scan = source.scan(columns);
        drop(entered);
        Ok(Box::new(CalledScan {
            scan: scan.map_err(|error| in_function(&self.slot, error))?,
            slot: Arc::clone(&self.slot),
            target,
            _source: source,
        }))
    }
}

struct CalledScan {
    scan: Box<dyn TableScan>,
    slot: Arc<Slot>,
    target: Arc<Target<RegisteredTableFunction>>,
    _source: Arc<dyn TableSource>,
}

impl TableScan for CalledScan {
    fn schema(&self) -> &Schema {
        self.scan.schema()
    }

    fn max_threads(&self) -> usize {
        self.scan.max_threads()
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(CalledReader {
            reader: self.scan.reader(),
            slot: Arc::clone(&self.slot),
            target: Arc::clone(&self.target),
        })
    }

    fn progress(&self) -> f64 {
        self.scan.progress()
    }
}

struct CalledReader {
    reader: Box<dyn TableReader>,
    slot: Arc<Slot>,
    target: Arc<Target<RegisteredTableFunction>>,
}

impl TableReader for CalledReader {
    fn next(&mut self) -> Result<Option<(u64, Batch)>> {
        // The rows are as much the function's as the table: closing it waits for those that are being made.
        let _entered = self.slot.enter(Arc::clone(&self.target))?;
        let next = self.reader.next();
        next.map_err(|error| in_function(&self.slot, error))
    }
}

fn in_function(slot: &Slot, error: Error) -> Error {
    let name = &slot.signature().name;
    let message = match error.class {
        ErrorClass::FunctionFailed => format!("the function '{name}' failed: {}", error.message),
        _ => format!("function '{name}': {}", error.message),
    };
    Error { message, ..error }
}

/// The arguments of a call that DuckDB binds, which are constants.
fn read_arguments(
    slot: &Slot,
    defaults: &[Option<BoundValue>],
    info: sys::duckdb_v2_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
) -> Result<(Schema, Option<Batch>)> {
    let (mut fixed, mut variadic, mut named) = (0, 0, 0);
    // SAFETY: DuckDB gave the information, and the places are valid.
    check(|err| unsafe {
        sys::duckdb_v2_function_bind_get_arg_count(
            info,
            &mut fixed,
            &mut variadic,
            &mut named,
            ptr::null_mut(),
            err,
        )
    })?;
    let positional = fixed + variadic;
    let values = (0..positional + named)
        .map(|index| BoundValue::of_argument(info, index))
        .collect::<Result<Vec<_>>>()?;
    let mut names = slot.signature().argument_names(positional as usize);
    names.extend(slot.signature().named.iter().map(|named| named.name.clone()));
    let mut types = Types::none();
    let mut given = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let default = index
            .checked_sub(positional as usize)
            .and_then(|index| defaults.get(index))
            .and_then(Option::as_ref);
        // A parameter that the call leaves out is NULL to DuckDB.
        let value = match default {
            Some(default) if value.is_null()? => default,
            _ => value,
        };
        types.push(value.logical_type()?.handle())?;
        given.push(value);
    }
    let mut exporter = Exporter::new(context, &types, &names, 0)?;
    let schema = exporter.schema()?;
    if given.is_empty() {
        return Ok((schema, None));
    }
    let mut chunk = Chunk::new(slot.factory, &types)?;
    for (column, value) in given.into_iter().enumerate() {
        let vector = chunk.vector(column as u64)?;
        // SAFETY: vector and value are alive, and the value is copied.
        unsafe {
            grow(vector, 1)?;
            check(|err| sys::duckdb_v2_vector_set_value(vector, 0, value.handle(), err))?;
        }
    }
    exporter.append(Some(&mut chunk))?;
    exporter.append(None)?;
    match exporter.take()?.pop() {
        Some(row) if row.row_count() == 1 => Ok((schema, Some(row))),
        _ => Err(Error::new(
            ErrorClass::Internal,
            "the arguments of a call did not become one row",
        )),
    }
}

unsafe extern "C" fn destroy_slot(slot: *mut c_void) {
    let destroy = AssertUnwindSafe(|| {
        // SAFETY: this is what was given away at the registration, and DuckDB destroys it once.
        drop(unsafe { Arc::from_raw(slot.cast::<Slot>()) });
    });
    // DuckDB has no use for a failure here.
    let _ = catch_unwind(destroy);
}

unsafe extern "C" fn bind(
    info: sys::duckdb_v2_function_bind_info_handle,
    result: sys::duckdb_v2_table_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave the information, and the user data is what was given away at the registration.
        let slot = unsafe {
            check(|err| sys::duckdb_v2_function_bind_get_user_data(info, &mut data, err))?;
            Arc::increment_strong_count(data.cast::<Slot>());
            Arc::from_raw(data.cast::<Slot>())
        };
        let table = CalledTable::bind(slot, info, context)?;
        // SAFETY: DuckDB gave the handles.
        unsafe { bind_source(Arc::new(table), info, result, context) }
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}
