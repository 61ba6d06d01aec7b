//! Functions of the caller's that SQL calls.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::sync::Arc;
use std::{ptr, slice};

use dataprism_engine::{
    AggregateCall, AggregateFunction, AggregateStep, ArrowArray, ArrowSchema, CallFailure, Error, ErrorCode,
    Function, FunctionParameter, Result, ResultPlace, ScalarCall, ScalarFunction, Signature, TableCall,
    TableFunction, TableSource, Value,
};

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::failure::{self, MESSAGE_BYTES};
use crate::guard;
use crate::table_source::dp_table_source;
use crate::text::dp_text;
use crate::value::{dp_value, read_parameters};

/// A function that is registered.
pub struct dp_function {
    _function: Function,
}

/// A parameter of a function.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_function_parameter {
    /// The name.
    pub name: dp_text,
    /// The type as SQL writes it, or `ANY`.
    pub r#type: dp_text,
}

/// Names and types of a function.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_function_signature {
    /// The name.
    pub name: dp_text,
    /// The parameters that every call has.
    pub parameters: *const dp_function_parameter,
    /// How many parameters there are.
    pub parameter_count: c_ulonglong,
    /// The type, as SQL writes it, of any number of arguments that follow; empty where none may follow.
    pub variadic: dp_text,
    /// The parameters that calls give by their names or leave out; of a table function alone.
    pub named: *const dp_function_parameter,
    /// What each of the named parameters is where a call leaves it out, or gives NULL. It is cast to the type.
    pub defaults: *const dp_value,
    /// How many named parameters there are.
    pub named_count: c_ulonglong,
    /// The type of the result, as SQL writes it; empty for a table function.
    pub returns: dp_text,
    /// Not zero if the function wants to see NULL. Otherwise the result of a row is NULL where an argument is, and an
    /// aggregate does not see such rows.
    pub nulls_passed: c_uint,
    /// Not zero if the function may give another result each time, and so has to be called for each row.
    pub is_volatile: c_uint,
}

/// What a function is called for.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_function_step {
    /// Results of `rows` from `arguments`.
    DP_FUNCTION_CALL = 1,
    /// Rows of `arguments` are to be taken into `states`.
    DP_AGGREGATE_UPDATE = 2,
    /// States, `sources`, are to be taken into others, `states`, one into one. The sources stay as they are: they may be
    /// taken into others again.
    DP_AGGREGATE_COMBINE = 3,
    /// The results of `states`, which may go on afterwards.
    DP_AGGREGATE_FINISH = 4,
    /// `states` are to be forgotten.
    DP_AGGREGATE_DESTROY = 5,
    /// Everything of a plan is to be forgotten.
    DP_AGGREGATE_RELEASE = 6,
    /// A table for `arguments`, which have one row, is to be given to `dp_function_put_table`.
    DP_FUNCTION_BIND = 7,
}

/// A call of a function. Everything that it points at is valid during the call.
#[repr(C)]
#[derive(Debug)]
pub struct dp_function_call {
    /// What is to be done, a `dp_function_step`.
    pub step: c_uint,
    /// Of `states`: not zero if there is only one, for all rows.
    pub is_one_state: c_uint,
    /// The place in a query that the function is called from. All its calls have the same schema.
    pub plan: c_ulonglong,
    /// A struct: one child an argument, and one more for the result, unless that is a table.
    pub schema: *const ArrowSchema,
    /// A struct array, one child an argument. Null for a table function without arguments.
    pub arguments: *const ArrowArray,
    /// How many rows there are: of the arguments or the results, or how many states.
    pub rows: c_ulonglong,
    /// The rows that an aggregate is to take in, as a bitmap; null for all.
    pub complete: *const c_ulonglong,
    /// Numbers of states of an aggregate, which are counted for each plan. One that was not there before is empty.
    pub states: *const c_ulonglong,
    /// Numbers of the states that are to be combined into `states`.
    pub sources: *const c_ulonglong,
    /// Where the results are to be written, row by row without gaps; null where they are not of a fixed width, or DuckDB
    /// has another layout for them than Arrow: those are given to `dp_function_put`.
    pub values: *mut c_void,
    /// With `values`, a bitmap that is zero at first: a bit is to be set for each row whose value was written. The others are
    /// NULL.
    pub validity: *mut c_ulonglong,
    /// Where a function that fails may write a message, in UTF-8.
    pub message: *mut u8,
    /// How many bytes there is room for.
    pub message_capacity: c_ulonglong,
    /// How many bytes were written.
    pub message_length: c_ulonglong,
    /// A number that the query's error is to carry; zero for none.
    pub failure: c_ulonglong,
    /// For `dp_function_put` and its like.
    pub place: *mut c_void,
}

/// Runs a function; several threads call it at once. Returns zero, or anything else if it failed, which makes the query
/// fail.
///
/// `user_data` is what the function was registered with. It must return, and not unwind or jump out. It may run queries, but
/// may not close its own registration, nor the session or engine that it is called in, which would wait for it.
pub type dp_function_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, call: *mut dp_function_call) -> c_int>;

/// What the caller wants to be called.
struct Callee {
    function: unsafe extern "C" fn(*mut c_void, *mut dp_function_call) -> c_int,
    user_data: *mut c_void,
}

// SAFETY: whoever registers a function vouches that it may be called from any thread, several at once.
unsafe impl Send for Callee {}
// SAFETY: as above.
unsafe impl Sync for Callee {}

impl dp_function_call {
    fn new(step: dp_function_step, plan: u64) -> Self {
        Self {
            step: step as c_uint,
            is_one_state: 0,
            plan,
            schema: ptr::null(),
            arguments: ptr::null(),
            rows: 0,
            complete: ptr::null(),
            states: ptr::null(),
            sources: ptr::null(),
            values: ptr::null_mut(),
            validity: ptr::null_mut(),
            message: ptr::null_mut(),
            message_capacity: 0,
            message_length: 0,
            failure: 0,
            place: ptr::null_mut(),
        }
    }

    fn with_result(mut self, result: &mut ResultPlace<'_>) -> Self {
        self.values = result.values().cast();
        self.validity = result.validity().cast();
        self.place = ptr::from_mut(result).cast();
        self
    }
}

impl Callee {
    fn of(function: dp_function_callback, user_data: *mut c_void) -> Result<Self> {
        let function = function.ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'function' is null"))?;
        Ok(Self { function, user_data })
    }

    fn run(&self, mut call: dp_function_call) -> std::result::Result<(), CallFailure> {
        let mut message = [0u8; MESSAGE_BYTES];
        call.message = message.as_mut_ptr();
        call.message_capacity = MESSAGE_BYTES as c_ulonglong;
        // SAFETY: function and data are valid while the function is registered, as whoever registered it vouches; it is not
        // called later.
        let outcome = unsafe { (self.function)(self.user_data, &mut call) };
        if outcome == 0 {
            return Ok(());
        }
        Err(failure::read(&message, call.message_length, call.failure))
    }
}

impl ScalarFunction for Callee {
    fn call(&self, call: &mut ScalarCall<'_>) -> std::result::Result<(), CallFailure> {
        let mut made = dp_function_call::new(dp_function_step::DP_FUNCTION_CALL, call.plan);
        made.schema = call.schema.as_arrow();
        made.arguments = call.arguments;
        made.rows = call.row_count as c_ulonglong;
        self.run(made.with_result(&mut call.result))
    }
}

impl AggregateFunction for Callee {
    fn step(&self, call: &mut AggregateCall<'_>) -> std::result::Result<(), CallFailure> {
        use dp_function_step::*;
        let make = |step| {
            let mut made = dp_function_call::new(step, call.plan);
            made.schema = call.schema.as_arrow();
            made
        };
        match &mut call.step {
            AggregateStep::Update {
                arguments,
                row_count,
                complete,
                states,
            } => {
                let mut made = make(DP_AGGREGATE_UPDATE);
                made.arguments = *arguments;
                made.rows = *row_count as c_ulonglong;
                made.complete = pointer(complete);
                made.states = pointer(states);
                made.is_one_state = c_uint::from(states.len() == 1);
                self.run(made)
            }
            AggregateStep::Combine { sources, targets } => {
                let mut made = make(DP_AGGREGATE_COMBINE);
                made.rows = targets.len() as c_ulonglong;
                made.sources = pointer(sources);
                made.states = pointer(targets);
                self.run(made)
            }
            AggregateStep::Finish { states, result } => {
                let mut made = make(DP_AGGREGATE_FINISH);
                made.rows = states.len() as c_ulonglong;
                made.states = pointer(states);
                self.run(made.with_result(result))
            }
            AggregateStep::Destroy { states } => {
                let mut made = make(DP_AGGREGATE_DESTROY);
                made.rows = states.len() as c_ulonglong;
                made.states = pointer(states);
                self.run(made)
            }
        }
    }

    fn release(&self, plan: u64) {
        let made = dp_function_call::new(dp_function_step::DP_AGGREGATE_RELEASE, plan);
        // Nobody is left who could be told.
        let _ = self.run(made);
    }
}

impl TableFunction for Callee {
    fn call(&self, call: &mut TableCall<'_>) -> std::result::Result<(), CallFailure> {
        let mut made = dp_function_call::new(dp_function_step::DP_FUNCTION_BIND, call.plan);
        made.schema = call.schema.as_arrow();
        made.arguments = call.arguments.map_or(ptr::null(), ptr::from_ref);
        made.rows = 1;
        made.place = ptr::from_mut(&mut call.table).cast();
        self.run(made)
    }
}

fn pointer(numbers: &[u64]) -> *const c_ulonglong {
    if numbers.is_empty() {
        ptr::null()
    } else {
        numbers.as_ptr().cast()
    }
}

impl dp_function_signature {
    /// # Safety
    /// Texts and parameters must be readable.
    unsafe fn read(&self) -> Result<Signature> {
        // SAFETY: as the caller vouches.
        unsafe {
            let variadic = self.variadic.read("variadic")?;
            let returns = self.returns.read("returns")?;
            Ok(Signature {
                name: self.name.read("name")?.to_owned(),
                parameters: read_all(self.parameters, self.parameter_count, "parameters")?,
                variadic: (!variadic.is_empty()).then(|| variadic.to_owned()),
                named: read_all(self.named, self.named_count, "named")?,
                returns: (!returns.is_empty()).then(|| returns.to_owned()),
                nulls_passed: self.nulls_passed != 0,
                is_volatile: self.is_volatile != 0,
            })
        }
    }

    /// The signature of a function that gives values.
    ///
    /// # Safety
    /// As for [`dp_function_signature::read`].
    unsafe fn read_of_values(&self) -> Result<Signature> {
        // SAFETY: as the caller vouches.
        let signature = unsafe { self.read()? };
        if signature.returns.is_none() || !signature.named.is_empty() {
            let message = "a function that gives values has a type of its result and no named parameters";
            return Err(Error::new(ErrorCode::InvalidInput, message));
        }
        Ok(signature)
    }
}

/// # Safety
/// The parameters and their texts must be readable.
unsafe fn read_all(
    parameters: *const dp_function_parameter,
    count: c_ulonglong,
    what: &str,
) -> Result<Vec<FunctionParameter>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    guard::require(parameters, what)?;
    // SAFETY: as the caller vouches.
    let given = unsafe { slice::from_raw_parts(parameters, count as usize) };
    given
        .iter()
        .map(|parameter| {
            // SAFETY: as the caller vouches.
            unsafe {
                Ok(FunctionParameter {
                    name: parameter.name.read("name")?.to_owned(),
                    sql_type: parameter.r#type.read("type")?.to_owned(),
                })
            }
        })
        .collect()
}

/// Registers a function that gives a value for each row, for all sessions of an engine, until it is closed. Several of one name
/// may be registered if the types of their parameters differ.
///
/// # Safety
/// `engine` must be a live engine, `signature` readable, `function` a function that may be called with `user_data` from any
/// thread until the handle is closed, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_register_scalar(
    engine: *const dp_engine,
    signature: *const dp_function_signature,
    function: dp_function_callback,
    user_data: *mut c_void,
    out: *mut *mut dp_function,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let signature = guard::borrow(signature, "signature")?.read_of_values()?;
            let callee = Callee::of(function, user_data)?;
            let engine = &guard::borrow(engine, "engine")?.engine;
            let function = engine.register_scalar(&signature, Box::new(callee))?;
            guard::put(
                out,
                "out",
                Box::into_raw(Box::new(dp_function { _function: function })),
            )
        })
    }
}

/// Registers a function that gives one value for many rows, for all sessions of an engine, until it is closed. DuckDB has one
/// aggregate of a name: as long as the engine is open, the name takes the types that it was first registered with.
///
/// # Safety
/// As for `dp_function_register_scalar`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_register_aggregate(
    engine: *const dp_engine,
    signature: *const dp_function_signature,
    function: dp_function_callback,
    user_data: *mut c_void,
    out: *mut *mut dp_function,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let signature = guard::borrow(signature, "signature")?.read_of_values()?;
            let callee = Callee::of(function, user_data)?;
            let engine = &guard::borrow(engine, "engine")?.engine;
            let function = engine.register_aggregate(&signature, Box::new(callee))?;
            guard::put(
                out,
                "out",
                Box::into_raw(Box::new(dp_function { _function: function })),
            )
        })
    }
}

/// Registers a function that gives a table, for all sessions of an engine, until it is closed. It is called when a statement is
/// planned, and once more for each reading of its table after the first. Several of one name may be registered if the types
/// differ that they take by position; for the same ones, a name takes the same named parameters as long as the engine is open.
///
/// # Safety
/// As for `dp_function_register_scalar`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_register_table(
    engine: *const dp_engine,
    signature: *const dp_function_signature,
    function: dp_function_callback,
    user_data: *mut c_void,
    out: *mut *mut dp_function,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let given = guard::borrow(signature, "signature")?;
            let signature = given.read()?;
            if signature.returns.is_some() {
                let message =
                    "a table function tells its columns for each call, and has no type of its result";
                return Err(Error::new(ErrorCode::InvalidInput, message));
            }
            let defaults: Vec<Value<'_>> = read_parameters(given.defaults, given.named_count)?
                .into_iter()
                .map(|parameter| parameter.value)
                .collect();
            let callee = Callee::of(function, user_data)?;
            let engine = &guard::borrow(engine, "engine")?.engine;
            let function = engine.register_table_function(&signature, &defaults, Box::new(callee))?;
            guard::put(
                out,
                "out",
                Box::into_raw(Box::new(dp_function { _function: function })),
            )
        })
    }
}

/// Gives the results of a call that are not written in place: an array of the result's type with one value for each row, which is
/// copied and stays the caller's. To be called by the function itself, once.
///
/// # Safety
/// `call` must be what the function was called with, `array` a live array of the type that `call->schema` tells, `err` null or a
/// place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_put(
    call: *mut dp_function_call,
    array: *const ArrowArray,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches; the place belongs to the call in progress, on this thread.
    unsafe {
        guard::run(err, || {
            let place = place_of(guard::borrow(call, "call")?)?;
            let array = guard::borrow(array, "array")?;
            place.put(array)?;
            Ok(())
        })
    }
}

/// Gives the results of a call as values, which are cast to the type of the result: one for each row. It takes any type, and
/// longer than the other ways. To be called by the function itself, once.
///
/// # Safety
/// `call` must be what the function was called with, `values` readable for as many values as the call has rows, `err` null or a
/// place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_put_values(
    call: *mut dp_function_call,
    values: *const dp_value,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches; the place belongs to the call in progress, on this thread.
    unsafe {
        guard::run(err, || {
            let call = guard::borrow(call, "call")?;
            let place = place_of(call)?;
            let values = read_parameters(values, call.rows)?;
            place.put_values(values.iter().map(|parameter| &parameter.value))?;
            Ok(())
        })
    }
}

/// # Safety
/// The call must be in progress, on this thread.
unsafe fn place_of<'a>(call: &dp_function_call) -> Result<&'a mut ResultPlace<'a>> {
    if call.step == dp_function_step::DP_FUNCTION_BIND as c_uint {
        let message = "a table function gives a table, not values";
        return Err(Error::new(ErrorCode::InvalidInput, message));
    }
    // SAFETY: as the caller vouches.
    unsafe { call.place.cast::<ResultPlace<'_>>().as_mut() }
        .ok_or_else(|| Error::new(ErrorCode::InvalidInput, "this step of a function has no results"))
}

/// Gives the table of a call. To be called by the function itself, once.
///
/// The source is taken over whatever the outcome. It is freed when the statement is gone that the function is called in, or when
/// its table has been read, and is read on any thread.
///
/// # Safety
/// `call` must be what the function was called with, `source` a live source that is not used again, `err` null or a place for
/// a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_put_table(
    call: *mut dp_function_call,
    source: *mut dp_table_source,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches; the place belongs to the call in progress, on this thread.
    unsafe {
        guard::run(err, || {
            let source = dp_table_source::take(source)?;
            let call = guard::borrow(call, "call")?;
            if call.step != dp_function_step::DP_FUNCTION_BIND as c_uint {
                let message = "this step of a function gives no table";
                return Err(Error::new(ErrorCode::InvalidInput, message));
            }
            let place = call.place.cast::<Option<Arc<dyn TableSource>>>();
            guard::require(place, "place")?;
            *place = Some(source);
            Ok(())
        })
    }
}

/// Ends a registration and frees the handle; null is allowed. The function is not called any more when this returns: calls in
/// progress are waited for. SQL that calls it from then on gets `DP_CLOSED`.
///
/// # Safety
/// `function` must be null or a live function, must not be used again, and this must not be called from inside of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_function_close(function: *mut dp_function) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(function) }
}
