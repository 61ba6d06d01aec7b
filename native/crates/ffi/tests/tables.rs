//! Sources of tables and table functions, as a C caller makes them.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dataprism::engine::*;
use dataprism::error::*;
use dataprism::function::*;
use dataprism::memory::*;
use dataprism::result::*;
use dataprism::table::*;
use dataprism::table_source::*;
use dataprism::text::dp_text;
use dataprism::value::*;
use dataprism_engine::{ArrowArray, ArrowSchema};

const INVALID_INPUT: u32 = 1200;
const FUNCTION_FAILED: u32 = 1801;

fn text(text: &str) -> dp_text {
    dp_text {
        data: text.as_ptr(),
        length: text.len() as u64,
    }
}

fn open() -> *mut dp_engine {
    let mut engine = ptr::null_mut();
    let options = dp_engine_options {
        struct_size: size_of::<dp_engine_options>() as u64,
        path: text(""),
        read_only: 0,
        threads: 2,
        memory_limit: 0,
        temp_directory: text(""),
        max_spill: 0,
        heap: 0,
        budget: 0,
    };
    // SAFETY: all arguments are valid.
    let code = unsafe { dp_engine_open(&options, &mut engine, ptr::null_mut()) };
    assert_eq!(code, 0);
    engine
}

/// The one number that a query gives, or the code of its error and the number of a failure.
fn number(engine: *const dp_engine, sql: &str) -> Result<i64, (u32, u64)> {
    let (mut result, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: all arguments are valid; each handle is closed once, and the array is released.
    unsafe {
        let (data, length) = (sql.as_ptr(), sql.len() as u64);
        let mut code = dp_engine_query(engine, data, length, ptr::null(), 0, &mut result, &mut error);
        let mut array = ArrowArray::empty();
        if code == 0 {
            code = dp_result_next(result, &mut array, &mut error);
        }
        if code != 0 {
            let mut info = std::mem::zeroed::<dp_error_info>();
            assert_eq!(dp_error_describe(error, &mut info), 0);
            dp_error_close(error);
            dp_result_close(result);
            return Err((code, info.failure));
        }
        let column = &**array.children;
        let number = *(*column.buffers.add(1)).cast::<i64>().add(column.offset as usize);
        array.release.unwrap()(&mut array);
        dp_result_close(result);
        Ok(number)
    }
}

/// A schema of one BIGINT column, in memory of the library's.
fn schema() -> ArrowSchema {
    fn copy(bytes: &[u8]) -> *mut c_void {
        let memory = dp_memory_allocate(bytes.len() as u64);
        // SAFETY: the memory is as long as the bytes.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), memory.cast(), bytes.len()) };
        memory
    }
    let node = |format: &[u8], name: &[u8]| ArrowSchema {
        format: copy(format).cast(),
        name: copy(name).cast(),
        release: Some(dp_schema_release),
        ..ArrowSchema::empty()
    };
    let child = dp_memory_allocate(size_of::<ArrowSchema>() as u64).cast::<ArrowSchema>();
    let children = dp_memory_allocate(size_of::<*mut ArrowSchema>() as u64).cast::<*mut ArrowSchema>();
    // SAFETY: both places are as large as what is written.
    unsafe {
        child.write(node(b"l\0", b"n\0"));
        children.write(child);
    }
    ArrowSchema {
        n_children: 1,
        children,
        ..node(b"+s\0", b"\0")
    }
}

/// A batch of one column without NULL, in memory of the library's.
fn batch(values: &[i64]) -> ArrowArray {
    fn table<T>(entries: &[T]) -> *mut T {
        let memory = dp_memory_allocate(size_of_val(entries) as u64).cast::<T>();
        // SAFETY: the memory is as large as the entries.
        unsafe { ptr::copy_nonoverlapping(entries.as_ptr(), memory, entries.len()) };
        memory
    }
    let column = ArrowArray {
        length: values.len() as i64,
        n_buffers: 2,
        buffers: table(&[ptr::null(), table(values).cast_const().cast()]),
        release: Some(dp_array_release),
        ..ArrowArray::empty()
    };
    ArrowArray {
        length: values.len() as i64,
        n_buffers: 1,
        buffers: table(&[ptr::null()]),
        n_children: 1,
        children: table(&[table(&[column])]),
        release: Some(dp_array_release),
        ..ArrowArray::empty()
    }
}

/// What the functions below are called with.
#[derive(Default)]
struct State {
    open: AtomicI64,
    released: AtomicU64,
    /// The part that fails, counted from one; zero for none.
    fails_in: AtomicU64,
    refused: AtomicU64,
}

/// Each part has one batch with one row: the number of the part.
unsafe extern "C" fn make_batches(user_data: *mut c_void, call: *mut dp_batch_call) -> c_int {
    // SAFETY: the tests pass a `State`, and the library a call.
    let (state, call) = unsafe { (&*user_data.cast::<State>(), &mut *call) };
    match call.step {
        1 => {
            assert!(call.reading > 0);
            assert_eq!(call.column_count, 1);
            state.open.fetch_add(1, Ordering::SeqCst);
            call.batches = Box::into_raw(Box::new(false)).cast();
        }
        2 => {
            // SAFETY: this is what was set when the part was opened.
            let done = unsafe { &mut *call.batches.cast::<bool>() };
            if state.fails_in.load(Ordering::SeqCst) == call.part + 1 {
                call.failure = 99;
                return 1;
            }
            if !*done {
                *done = true;
                // SAFETY: the library gives a place for the batch.
                unsafe { call.array.write(batch(&[call.part as i64])) };
            }
        }
        3 => {
            state.open.fetch_sub(1, Ordering::SeqCst);
            // SAFETY: this is what was set when the part was opened, and it is closed once.
            drop(unsafe { Box::from_raw(call.batches.cast::<bool>()) });
        }
        step => {
            assert_eq!(step, 4);
            state.released.fetch_add(1, Ordering::SeqCst);
        }
    }
    0
}

fn source(state: &State, part_count: u64) -> *mut dp_table_source {
    let mut source = ptr::null_mut();
    let batches = dp_batch_source {
        user_data: ptr::from_ref(state).cast_mut().cast(),
        row_count: u64::MAX,
        part_count,
        function: Some(make_batches),
    };
    // SAFETY: all arguments are valid.
    let code = unsafe { dp_table_source_batches(&mut schema(), &batches, &mut source, ptr::null_mut()) };
    assert_eq!(code, 0);
    source
}

unsafe extern "C" fn count_release(user_data: *mut c_void) {
    // SAFETY: the tests pass a counter.
    unsafe { &*user_data.cast::<AtomicU64>() }.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_source_is_registered_and_released_once() {
    let engine = open();
    let state = State::default();
    let mut held = AtomicU64::new(0);
    let mut table = ptr::null_mut();
    // SAFETY: all arguments are valid; each handle is closed once.
    unsafe {
        let source = source(&state, 10);
        let user_data = (&raw mut held).cast();
        assert_eq!(
            dp_table_source_hold(source, user_data, Some(count_release), ptr::null_mut()),
            0
        );
        assert_eq!(
            dp_engine_register(engine, text("t"), source, &mut table, ptr::null_mut()),
            0
        );
        assert_eq!(number(engine, "SELECT sum(n)::BIGINT FROM t"), Ok(45));
        state.fails_in.store(4, Ordering::SeqCst);
        assert_eq!(
            number(engine, "SELECT sum(n)::BIGINT FROM t"),
            Err((FUNCTION_FAILED, 99))
        );
        assert_eq!(state.open.load(Ordering::SeqCst), 0);
        assert_eq!(dp_table_close(table, ptr::null_mut()), 0);
        dp_engine_close(engine);
    }
    assert_eq!(*held.get_mut(), 1);
    assert_eq!(state.released.load(Ordering::SeqCst), 1);
}

#[test]
fn what_is_not_registered_is_released_too() {
    let engine = open();
    let state = State::default();
    let mut table = ptr::null_mut();
    // SAFETY: all arguments are valid, or null where that is the point of the test.
    unsafe {
        dp_table_source_close(source(&state, 1));
        dp_table_source_close(ptr::null_mut());
        assert_eq!(state.released.load(Ordering::SeqCst), 1);
        let code = dp_engine_register(engine, text(""), source(&state, 1), &mut table, ptr::null_mut());
        assert_eq!(code, INVALID_INPUT);
        assert_eq!(state.released.load(Ordering::SeqCst), 2);
        let code = dp_engine_register(engine, text("t"), ptr::null_mut(), &mut table, ptr::null_mut());
        assert_eq!(code, INVALID_INPUT);
        let none = dp_batch_source {
            user_data: ptr::null_mut(),
            row_count: 0,
            part_count: 1,
            function: None,
        };
        let mut out = ptr::null_mut();
        let mut taken = schema();
        let code = dp_table_source_batches(&mut taken, &none, &mut out, ptr::null_mut());
        assert_eq!(code, INVALID_INPUT);
        assert!(taken.release.is_none());
        let source = source(&state, 1);
        let code = dp_table_source_hold(source, ptr::null_mut(), None, ptr::null_mut());
        assert_eq!(code, INVALID_INPUT);
        dp_table_source_close(source);
        dp_engine_close(engine);
    }
}

/// Gives as many parts as its first argument says; the second has a default.
unsafe extern "C" fn give_parts(user_data: *mut c_void, call: *mut dp_function_call) -> c_int {
    // SAFETY: the tests pass a `State`, and the library a call whose arguments are BIGINT.
    unsafe {
        let state = &*user_data.cast::<State>();
        assert_eq!((*call).step, 7);
        let arguments = &*(*call).arguments;
        let argument = |index| *(*(**arguments.children.add(index)).buffers.add(1)).cast::<i64>();
        if argument(1) == 0 {
            return 0;
        }
        // Values are no table.
        let refused = dp_function_put_values(call, ptr::null(), ptr::null_mut());
        state.refused.store(u64::from(refused), Ordering::SeqCst);
        let parts = argument(0) as u64 * argument(1) as u64;
        dp_function_put_table(call, source(state, parts), ptr::null_mut()) as c_int
    }
}

/// A table is no value.
unsafe extern "C" fn give_table_for_value(user_data: *mut c_void, call: *mut dp_function_call) -> c_int {
    // SAFETY: the tests pass a `State`, and the library a call.
    unsafe {
        let state = &*user_data.cast::<State>();
        let code = dp_function_put_table(call, source(state, 1), ptr::null_mut());
        state.refused.store(u64::from(code), Ordering::SeqCst);
    }
    0
}

#[test]
fn a_function_gives_a_table() {
    let engine = open();
    let state = State::default();
    let user_data = ptr::from_ref(&state).cast_mut().cast();
    let parameter = |name| dp_function_parameter {
        name: text(name),
        r#type: text("BIGINT"),
    };
    let (parameters, named) = ([parameter("count")], [parameter("times")]);
    let times = dp_value {
        r#type: dp_value_type::DP_VALUE_INT64 as u32,
        width: 0,
        scale: 0,
        low: 3,
        high: 0,
        data: ptr::null(),
        length: 0,
        name: text(""),
        children: ptr::null(),
        child_count: 0,
    };
    let mut signature = dp_function_signature {
        name: text("parts"),
        parameters: parameters.as_ptr(),
        parameter_count: 1,
        variadic: text(""),
        named: named.as_ptr(),
        defaults: &times,
        named_count: 1,
        returns: text(""),
        nulls_passed: 0,
        is_volatile: 0,
    };
    let (mut function, mut other) = (ptr::null_mut(), ptr::null_mut());
    let none = ptr::null_mut();
    // SAFETY: all arguments are valid; each handle is closed once.
    unsafe {
        let code = dp_function_register_table(
            engine,
            &signature,
            Some(give_parts),
            user_data,
            &mut function,
            none,
        );
        assert_eq!(code, 0);
        assert_eq!(number(engine, "SELECT sum(n)::BIGINT FROM parts(4)"), Ok(66));
        assert_eq!(number(engine, "SELECT count(*) FROM parts(5, times := 1)"), Ok(5));
        assert_eq!(state.refused.load(Ordering::SeqCst), u64::from(INVALID_INPUT));
        assert_eq!(
            number(engine, "FROM parts(5, times := 0)"),
            Err((INVALID_INPUT, 0)),
            "it gives no table"
        );
        state.fails_in.store(2, Ordering::SeqCst);
        assert_eq!(
            number(engine, "SELECT count(*) FROM parts(4)"),
            Err((FUNCTION_FAILED, 99))
        );

        // Each kind of function has a signature of its own.
        let code =
            dp_function_register_scalar(engine, &signature, Some(give_parts), user_data, &mut other, none);
        assert_eq!(code, INVALID_INPUT);
        signature.returns = text("BIGINT");
        let code =
            dp_function_register_table(engine, &signature, Some(give_parts), user_data, &mut other, none);
        assert_eq!(code, INVALID_INPUT);
        signature.named_count = 0;
        let give = Some(give_table_for_value as unsafe extern "C" fn(_, _) -> _);
        let code = dp_function_register_scalar(engine, &signature, give, user_data, &mut other, none);
        assert_eq!(code, 0);
        assert_eq!(number(engine, "SELECT count(parts(1))"), Ok(0));
        assert_eq!(state.refused.load(Ordering::SeqCst), u64::from(INVALID_INPUT));
        dp_function_close(other);
        dp_function_close(function);
        dp_engine_close(engine);
    }
    assert_eq!(state.open.load(Ordering::SeqCst), 0);
    assert!(state.released.load(Ordering::SeqCst) > 0);
}
