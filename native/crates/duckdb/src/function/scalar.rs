//! Functions of values.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libduckdb_sys::v2 as sys;

use super::arguments::{Arguments, Converter, Layout};
use super::result::{ResultImporter, ResultPlace};
use super::{CallFailure, FunctionSlot, Signature};
use crate::arrow::{ArrowArray, Schema};
use crate::callback::run;
use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::instance::Instance;
use crate::raw::{self, check};

/// A function that gives a value for each row of its arguments.
pub trait ScalarFunction: Send + Sync {
    /// Computes the results of some rows, on whichever thread DuckDB needs them; several threads call it at once.
    fn call(&self, call: &mut ScalarCall<'_>) -> std::result::Result<(), CallFailure>;
}

/// A call with some rows, for as long as it lasts.
pub struct ScalarCall<'a> {
    /// The same for all calls of one place in a query, and no other's.
    pub plan: u64,
    /// A struct: one child an argument, and one more for the result.
    pub schema: &'a Schema,
    /// How many rows there are.
    pub row_count: usize,
    /// A struct array, one child an argument.
    pub arguments: &'a ArrowArray,
    /// Where the results go.
    pub result: ResultPlace<'a>,
}

type Slot = FunctionSlot<dyn ScalarFunction>;

/// A place in a query where a function is called.
struct Plan {
    slot: Arc<Slot>,
    number: u64,
    layout: Layout,
}

/// What a thread needs for its calls.
struct Local {
    converter: Option<Converter>,
    importer: Option<ResultImporter>,
}

/// A number for a place in a query that calls something of the caller's, which no other has.
pub fn next_plan() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Connection {
    /// Makes a function known to all connections of the instance. Another one of the same name and parameters is
    /// replaced.
    pub fn register_scalar(
        &self,
        instance: &Instance,
        signature: Signature,
        function: Box<dyn ScalarFunction>,
    ) -> Result<Arc<FunctionSlot<dyn ScalarFunction>>> {
        let factory = instance.factory()?;
        let mut handle = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the function is valid.
        check(|err| unsafe { sys::duckdb_v2_scalar_function_create(factory, &mut handle, err) })?;
        let registered = self.configure_scalar(factory, handle, signature, function);
        // SAFETY: the function was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_scalar_function_destroy(&mut handle) };
        registered
    }

    fn configure_scalar(
        &self,
        factory: sys::duckdb_v2_factory_handle,
        handle: sys::duckdb_v2_scalar_function_handle,
        signature: Signature,
        function: Box<dyn ScalarFunction>,
    ) -> Result<Arc<Slot>> {
        let name = raw::view(signature.name.as_bytes());
        let mut described = ptr::null_mut();
        // SAFETY: function and name are alive for the calls, and the signature belongs to the function.
        unsafe {
            check(|err| sys::duckdb_v2_scalar_function_set_name(handle, &name, err))?;
            check(|err| sys::duckdb_v2_scalar_function_get_signature(handle, &mut described, err))?;
        }
        // Types that are no built-in ones are found by way of the connection.
        let returns = signature.apply(self.factory()?, described)?;
        let properties = signature.properties();
        let slot = Arc::new(Slot::new(signature, returns, factory, function));
        let mut data = sys::duckdb_v2_opaque {
            ptr: Arc::into_raw(Arc::clone(&slot)).cast_mut().cast(),
            destroy: Some(destroy_slot),
            equals: None,
        };
        // SAFETY: the function is alive, takes the data over, and the callbacks have the signatures that DuckDB calls
        // them with.
        unsafe {
            check(|err| sys::duckdb_v2_scalar_function_set_user_data(handle, &mut data, err))?;
            for (key, value) in properties {
                check(|err| sys::duckdb_v2_scalar_function_set_property(handle, key, value, err))?;
            }
            check(|err| sys::duckdb_v2_scalar_function_set_bind_callback(handle, Some(bind), err))?;
            check(|err| sys::duckdb_v2_scalar_function_set_init_callback(handle, Some(init), err))?;
            check(|err| sys::duckdb_v2_scalar_function_set_exec_callback(handle, Some(exec), err))?;
            check(|err| sys::duckdb_v2_connection_register_scalar_function(self.handle(), handle, err))?;
        }
        Ok(slot)
    }
}

impl Plan {
    fn call(&self, info: sys::duckdb_v2_scalar_function_exec_info_handle, local: &mut Local) -> Result<()> {
        let call = self.slot.enter(self.slot.target()?)?;
        let (mut row_count, mut result, mut count) = (0, ptr::null_mut(), 0);
        let mut vectors = Vec::new();
        // SAFETY: DuckDB gave the information, and lends the vectors for the call.
        unsafe {
            check(|err| sys::duckdb_v2_scalar_function_exec_get_row_count(info, &mut row_count, err))?;
            check(|err| sys::duckdb_v2_scalar_function_exec_get_result(info, &mut result, err))?;
            let mut variadic = 0;
            check(|err| {
                sys::duckdb_v2_scalar_function_exec_get_arg_count(
                    info,
                    &mut count,
                    &mut variadic,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    err,
                )
            })?;
            for index in 0..count + variadic {
                let mut vector = ptr::null_mut();
                check(|err| sys::duckdb_v2_scalar_function_exec_get_arg(info, index, &mut vector, err))?;
                vectors.push(vector);
            }
        }
        let find_nulls = !self.slot.signature().nulls_passed;
        let row_count = row_count as usize;
        let converter = local.converter.as_mut();
        let arguments = Arguments::of(&self.layout, &vectors, row_count, converter, find_nulls)?;
        let mut scalar = ScalarCall {
            plan: self.number,
            schema: &self.layout.schema,
            row_count,
            arguments: arguments.as_arrow(),
            result: ResultPlace::new(&self.layout, result, 0, row_count, local.importer.as_mut())?,
        };
        let outcome = call.function().call(&mut scalar);
        outcome.map_err(|failure| self.slot.failed(failure))?;
        scalar.result.finish(&arguments.complete)
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

unsafe extern "C" fn destroy_plan(plan: *mut c_void) {
    let destroy = AssertUnwindSafe(|| {
        // SAFETY: this is what `bind` gave away, and DuckDB destroys it once.
        drop(unsafe { Box::from_raw(plan.cast::<Plan>()) });
    });
    let _ = catch_unwind(destroy);
}

unsafe extern "C" fn destroy_local(local: *mut c_void) {
    let destroy = AssertUnwindSafe(|| {
        // SAFETY: this is what `init` gave away, and DuckDB destroys it once.
        drop(unsafe { Box::from_raw(local.cast::<Local>()) });
    });
    let _ = catch_unwind(destroy);
}

/// Two calls of a function are the same if their arguments are, which DuckDB compares itself.
unsafe extern "C" fn same_slot(left: *mut c_void, right: *mut c_void) -> bool {
    // SAFETY: DuckDB compares what `bind` gave it.
    let (left, right) = unsafe { (&*left.cast::<Plan>(), &*right.cast::<Plan>()) };
    Arc::ptr_eq(&left.slot, &right.slot)
}

unsafe extern "C" fn bind(
    info: sys::duckdb_v2_function_bind_info_handle,
    result: sys::duckdb_v2_scalar_function_bind_info_handle,
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
        // What is closed is refused before anything runs.
        slot.target()?;
        let layout = Layout::bind(
            info,
            context,
            slot.signature(),
            slot.returns.handle(),
            slot.factory,
        )?;
        let plan = Box::new(Plan {
            slot,
            number: next_plan(),
            layout,
        });
        let mut data = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(plan).cast(),
            destroy: Some(destroy_plan),
            equals: Some(same_slot),
        };
        // SAFETY: DuckDB takes the data over and destroys it once.
        check(|err| unsafe { sys::duckdb_v2_scalar_function_bind_set_bind_data(result, &mut data, err) })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn init(
    info: sys::duckdb_v2_scalar_function_init_info_handle,
    context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave the information, whose bind data is what `bind` made.
        let plan = unsafe {
            check(|err| sys::duckdb_v2_scalar_function_init_get_bind_data(info, &mut data, err))?;
            data.cast::<Plan>().as_ref().ok_or_else(not_bound)?
        };
        let layout = &plan.layout;
        let converter = layout.converts().then(|| layout.converter(context)).transpose()?;
        let importer = match layout.result_width {
            Some(_) => None,
            None => Some(ResultImporter::new(context, layout, plan.slot.returns.handle())?),
        };
        let mut local = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(Box::new(Local { converter, importer })).cast(),
            destroy: Some(destroy_local),
            equals: None,
        };
        // SAFETY: DuckDB takes the data over and destroys it once.
        check(|err| unsafe { sys::duckdb_v2_scalar_function_init_set_init_data(info, &mut local, err) })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn exec(
    info: sys::duckdb_v2_scalar_function_exec_info_handle,
    _context: sys::duckdb_v2_context_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut plan, mut local) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: DuckDB gave the information; bind data and local data are what `bind` and `init` made, and a thread has
        // the local data to itself.
        let (plan, local) = unsafe {
            check(|err| sys::duckdb_v2_scalar_function_exec_get_bind_data(info, &mut plan, err))?;
            check(|err| sys::duckdb_v2_scalar_function_exec_get_init_data(info, &mut local, err))?;
            (
                plan.cast::<Plan>().as_ref().ok_or_else(not_bound)?,
                local.cast::<Local>().as_mut().ok_or_else(not_bound)?,
            )
        };
        plan.call(info, local)
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

pub(super) fn not_bound() -> Error {
    Error::new(ErrorClass::Internal, "a function is called that was not bound")
}
