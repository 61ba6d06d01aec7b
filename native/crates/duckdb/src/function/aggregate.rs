//! Functions of many rows.
//!
//! A state of DuckDB's holds nothing but a number, by which the function knows the state that it keeps itself.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

use libduckdb_sys::v2 as sys;

use super::arguments::{Arguments, Converter, Layout};
use super::result::{ResultImporter, ResultPlace};
use super::scalar::{next_plan, not_bound};
use super::{CallFailure, FunctionSlot, Signature, Target};
use crate::arrow::{ArrowArray, Schema};
use crate::callback::run;
use crate::connection::Connection;
use crate::error::Result;
use crate::instance::Instance;
use crate::raw::{self, check};

/// A function that gives one value for many rows.
pub trait AggregateFunction: Send + Sync {
    /// Makes a step, on whichever thread DuckDB needs it; several threads make steps at once, each with other states.
    fn step(&self, call: &mut AggregateCall<'_>) -> std::result::Result<(), CallFailure>;

    /// Forgets a place in a query and all its states.
    fn release(&self, plan: u64);
}

/// A step of an aggregate, for as long as it lasts.
pub struct AggregateCall<'a> {
    /// The same for all steps of one place in a query, and no other's. Numbers of states are counted for each place.
    pub plan: u64,
    /// A struct: one child an argument, and one more for the result.
    pub schema: &'a Schema,
    /// What to do.
    pub step: AggregateStep<'a>,
}

/// What there is to do with states. A state that was not there before is an empty one.
pub enum AggregateStep<'a> {
    /// Take rows in.
    Update {
        /// A struct array, one child an argument.
        arguments: &'a ArrowArray,
        /// How many rows there are.
        row_count: usize,
        /// The rows to take in, as a bitmap; empty for all.
        complete: &'a [u64],
        /// The state of each row, or one state for all rows.
        states: &'a [u64],
    },
    /// Take states into others, one into one. The sources stay as they are: they may be taken into others again.
    Combine {
        /// What is taken in.
        sources: &'a [u64],
        /// Into what.
        targets: &'a [u64],
    },
    /// Tell the results of states, which may go on.
    Finish {
        /// The states, one for each row of the result.
        states: &'a [u64],
        /// Where the results go.
        result: ResultPlace<'a>,
    },
    /// Forget states.
    Destroy {
        /// The states.
        states: &'a [u64],
    },
}

type Slot = FunctionSlot<dyn AggregateFunction>;

/// A place in a query where a function is called.
struct Plan {
    slot: Arc<Slot>,
    target: Arc<Target<dyn AggregateFunction>>,
    number: u64,
    layout: Layout,
    next_state: AtomicU64,
    /// Empty where nothing has to be converted. Each of DuckDB's threads has one of its own, as long as there are enough.
    converters: Vec<Mutex<Converter>>,
    next_converter: AtomicUsize,
    importer: Option<Mutex<ResultImporter>>,
}

/// What DuckDB keeps of a state.
type State = u64;

impl Connection {
    /// Makes a function known to all connections of the instance. There must be none of the name.
    pub fn register_aggregate(
        &self,
        instance: &Instance,
        signature: Signature,
        function: Box<dyn AggregateFunction>,
    ) -> Result<Arc<FunctionSlot<dyn AggregateFunction>>> {
        let factory = instance.factory()?;
        let mut handle = ptr::null_mut();
        // SAFETY: the factory is alive and the place for the function is valid.
        check(|err| unsafe { sys::duckdb_v2_aggregate_function_create(factory, &mut handle, err) })?;
        let registered = self.configure_aggregate(factory, handle, signature, function);
        // SAFETY: the function was created above and is destroyed once; what is registered does not need it.
        unsafe { sys::duckdb_v2_aggregate_function_destroy(&mut handle) };
        registered
    }

    fn configure_aggregate(
        &self,
        factory: sys::duckdb_v2_factory_handle,
        handle: sys::duckdb_v2_aggregate_function_handle,
        signature: Signature,
        function: Box<dyn AggregateFunction>,
    ) -> Result<Arc<Slot>> {
        let name = raw::view(signature.name.as_bytes());
        let mut described = ptr::null_mut();
        // SAFETY: function and name are alive for the calls, and the signature belongs to the function.
        unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_set_name(handle, &name, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_get_signature(handle, &mut described, err))?;
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
            check(|err| sys::duckdb_v2_aggregate_function_set_user_data(handle, &mut data, err))?;
            for (key, value) in properties {
                check(|err| sys::duckdb_v2_aggregate_function_set_property(handle, key, value, err))?;
            }
            check(|err| sys::duckdb_v2_aggregate_function_set_bind_callback(handle, Some(bind), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_size_callback(handle, Some(size), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_init_callback(handle, Some(init), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_update_callback(handle, Some(update), err))?;
            check(|err| sys::duckdb_v2_aggregate_function_set_combine_callback(handle, Some(combine), err))?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_set_finalize_callback(handle, Some(finalize), err)
            })?;
            check(|err| sys::duckdb_v2_aggregate_function_set_destroy_callback(handle, Some(destroy), err))?;
            check(|err| sys::duckdb_v2_connection_register_aggregate_function(self.handle(), handle, err))?;
        }
        Ok(slot)
    }
}

impl Plan {
    fn bind(
        slot: Arc<Slot>,
        info: sys::duckdb_v2_function_bind_info_handle,
        context: sys::duckdb_v2_context_handle,
    ) -> Result<Self> {
        let target = slot.target()?;
        let layout = Layout::bind(
            info,
            context,
            slot.signature(),
            slot.returns.handle(),
            slot.factory,
        )?;
        let threads = if layout.converts() {
            thread::available_parallelism().map_or(1, usize::from)
        } else {
            0
        };
        let converters = (0..threads)
            .map(|_| layout.converter(context).map(Mutex::new))
            .collect::<Result<_>>()?;
        let importer = match layout.result_width {
            Some(_) => None,
            None => Some(Mutex::new(ResultImporter::new(
                context,
                &layout,
                slot.returns.handle(),
            )?)),
        };
        Ok(Self {
            slot,
            target,
            number: next_plan(),
            layout,
            next_state: AtomicU64::new(0),
            converters,
            next_converter: AtomicUsize::new(0),
            importer,
        })
    }

    fn step(&self, step: AggregateStep<'_>) -> Result<()> {
        let call = self.slot.enter(Arc::clone(&self.target))?;
        let mut made = AggregateCall {
            plan: self.number,
            schema: &self.layout.schema,
            step,
        };
        let outcome = call.function().step(&mut made);
        outcome.map_err(|failure| self.slot.failed(failure))?;
        if let AggregateStep::Finish { result, .. } = made.step {
            result.finish(&[])?;
        }
        Ok(())
    }

    /// A converter that no other thread uses.
    fn converter(&self) -> Option<MutexGuard<'_, Converter>> {
        for converter in &self.converters {
            match converter.try_lock() {
                Ok(free) => return Some(free),
                Err(TryLockError::Poisoned(free)) => return Some(free.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let next = self.next_converter.fetch_add(1, Ordering::Relaxed);
        let count = self.converters.len();
        let converter = self.converters.get(next.checked_rem(count)?)?;
        Some(lock(converter))
    }

    fn update(&self, info: sys::duckdb_v2_aggregate_function_update_info_handle) -> Result<()> {
        let (mut row_count, mut states, mut fixed, mut variadic) = (0, ptr::null_mut(), 0, 0);
        let mut vectors = Vec::new();
        // SAFETY: DuckDB gave the information, lends the vectors for the call, and has a state of ours for each row.
        let states = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_update_get_row_count(info, &mut row_count, err))?;
            if row_count == 0 {
                return Ok(());
            }
            check(|err| sys::duckdb_v2_aggregate_function_update_get_states(info, &mut states, err))?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_update_get_arg_count(
                    info,
                    &mut fixed,
                    &mut variadic,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    err,
                )
            })?;
            for index in 0..fixed + variadic {
                let mut vector = ptr::null_mut();
                check(|err| sys::duckdb_v2_aggregate_function_update_get_arg(info, index, &mut vector, err))?;
                vectors.push(vector);
            }
            let places = std::slice::from_raw_parts(states, row_count as usize);
            let first = places.first().copied().unwrap_or(ptr::null_mut());
            // Looked at one by one only where it may be so, and then without a way out, which is faster.
            let alike = places.last() == Some(&first)
                && places.iter().fold(true, |alike, place| alike & (*place == first));
            if alike {
                vec![first.cast::<State>().read_unaligned()]
            } else {
                read(states, row_count)
            }
        };
        let row_count = row_count as usize;
        let find_nulls = !self.slot.signature().nulls_passed;
        let arguments = {
            let mut converter = self.converter();
            Arguments::of(
                &self.layout,
                &vectors,
                row_count,
                converter.as_deref_mut(),
                find_nulls,
            )?
        };
        self.step(AggregateStep::Update {
            arguments: arguments.as_arrow(),
            row_count,
            complete: &arguments.complete,
            states: &states,
        })
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // What is closed has forgotten everything.
        if let Ok(call) = self.slot.enter(Arc::clone(&self.target)) {
            call.function().release(self.number);
        }
    }
}

/// The numbers of states.
///
/// # Safety
/// There must be so many states, each written by `init`.
unsafe fn read(states: *mut *mut c_void, count: u64) -> Vec<u64> {
    // SAFETY: as the caller vouches.
    unsafe {
        std::slice::from_raw_parts(states, count as usize)
            .iter()
            .map(|place| place.cast::<State>().read_unaligned())
            .collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is valid after any panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The plan that a callback is given.
///
/// # Safety
/// `data` must be null or what `bind` made, for as long as `'a`.
unsafe fn plan<'a>(data: *mut c_void) -> Result<&'a Plan> {
    // SAFETY: as the caller vouches.
    unsafe { data.cast::<Plan>().as_ref() }.ok_or_else(not_bound)
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

/// Two calls of a function are the same if their arguments are, which DuckDB compares itself.
unsafe extern "C" fn same_target(left: *mut c_void, right: *mut c_void) -> bool {
    // SAFETY: DuckDB compares what `bind` gave it.
    let (left, right) = unsafe { (&*left.cast::<Plan>(), &*right.cast::<Plan>()) };
    Arc::ptr_eq(&left.target, &right.target)
}

unsafe extern "C" fn bind(
    info: sys::duckdb_v2_function_bind_info_handle,
    _result: sys::duckdb_v2_aggregate_function_bind_info_handle,
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
        let plan = Box::new(Plan::bind(slot, info, context)?);
        let mut data = sys::duckdb_v2_opaque {
            ptr: Box::into_raw(plan).cast(),
            destroy: Some(destroy_plan),
            equals: Some(same_target),
        };
        // SAFETY: DuckDB takes the data over and destroys it once.
        check(|err| unsafe { sys::duckdb_v2_function_bind_set_bind_data(info, &mut data, err) })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

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
            let first = plan(data)?.next_state.fetch_add(count, Ordering::Relaxed);
            for index in 0..count {
                let place = states.add(index as usize).read().cast::<State>();
                place.write_unaligned(first + index);
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
        let mut data = ptr::null_mut();
        // SAFETY: DuckDB gave `info`, and its bind data is what `bind` made.
        let plan = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_update_get_bind_data(info, &mut data, err))?;
            plan(data)?
        };
        plan.update(info)
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn combine(
    info: sys::duckdb_v2_aggregate_function_combine_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count) = (ptr::null_mut(), 0);
        let (mut sources, mut targets) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: DuckDB gave `info`, its bind data is what `bind` made, and so are the states.
        let (plan, sources, targets) = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_combine_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_combine_get_state_count(info, &mut count, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_combine_get_sources(info, &mut sources, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_combine_get_targets(info, &mut targets, err))?;
            (plan(data)?, read(sources, count), read(targets, count))
        };
        plan.step(AggregateStep::Combine {
            sources: &sources,
            targets: &targets,
        })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn finalize(
    info: sys::duckdb_v2_aggregate_function_finalize_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count, mut offset) = (ptr::null_mut(), 0, 0);
        let (mut states, mut vector) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: DuckDB gave `info`, its bind data is what `bind` made, and so are the states.
        let (plan, states) = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_state_count(info, &mut count, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_states(info, &mut states, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_finalize_get_result(info, &mut vector, err))?;
            check(|err| {
                sys::duckdb_v2_aggregate_function_finalize_get_result_offset(info, &mut offset, err)
            })?;
            (plan(data)?, read(states, count))
        };
        let mut importer = plan.importer.as_ref().map(lock);
        let importer = importer.as_deref_mut();
        let result = ResultPlace::new(&plan.layout, vector, offset as usize, states.len(), importer)?;
        plan.step(AggregateStep::Finish {
            states: &states,
            result,
        })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}

unsafe extern "C" fn destroy(
    info: sys::duckdb_v2_aggregate_function_destroy_info_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) {
    let body = || {
        let (mut data, mut count, mut states) = (ptr::null_mut(), 0, ptr::null_mut());
        // SAFETY: DuckDB gave `info`, its bind data is what `bind` made, and so are the states.
        let (plan, states) = unsafe {
            check(|err| sys::duckdb_v2_aggregate_function_destroy_get_bind_data(info, &mut data, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_destroy_get_state_count(info, &mut count, err))?;
            check(|err| sys::duckdb_v2_aggregate_function_destroy_get_states(info, &mut states, err))?;
            (plan(data)?, read(states, count))
        };
        plan.step(AggregateStep::Destroy { states: &states })
    };
    // SAFETY: DuckDB gave `err`.
    unsafe { run(err, body) }
}
