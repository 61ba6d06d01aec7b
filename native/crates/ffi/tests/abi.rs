//! The C ABI as a C caller uses it, and misuses it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::ptr;

use dataprism::engine::*;
use dataprism::error::*;
use dataprism::handles::*;
use dataprism::layout::*;
use dataprism::result::*;
use dataprism::session::*;
use dataprism::statement::*;
use dataprism::text::dp_text;
use dataprism::unordered::*;
use dataprism::value::*;
use dataprism::version::*;
use dataprism_engine::{ArrowArray, ArrowSchema};

fn text(text: &str) -> dp_text {
    dp_text {
        data: text.as_ptr(),
        length: text.len() as u64,
    }
}

fn read(text: dp_text) -> String {
    if text.length == 0 {
        return String::new();
    }
    // SAFETY: the library gave a valid text.
    unsafe {
        String::from_utf8(std::slice::from_raw_parts(text.data, text.length as usize).to_vec()).unwrap()
    }
}

fn options() -> dp_engine_options {
    dp_engine_options {
        struct_size: size_of::<dp_engine_options>() as u64,
        path: text(""),
        read_only: 0,
        threads: 0,
        memory_limit: 0,
        temp_directory: text(""),
        max_spill: 0,
        heap: 0,
        budget: 0,
    }
}

fn open() -> *mut dp_engine {
    let mut engine = ptr::null_mut();
    // SAFETY: all arguments are valid.
    let code = unsafe { dp_engine_open(&options(), &mut engine, ptr::null_mut()) };
    assert_eq!(code, 0);
    engine
}

/// Closes an error and gives its code, kind and message.
fn take(error: *mut dp_error) -> (u32, u32, String) {
    let mut info = std::mem::MaybeUninit::uninit();
    // SAFETY: the caller passes a live error.
    unsafe {
        assert_eq!(dp_error_describe(error, info.as_mut_ptr()), 0);
        let info: dp_error_info = info.assume_init();
        let described = (info.code, info.kind, read(info.message));
        dp_error_close(error);
        described
    }
}

fn query(
    engine: *const dp_engine,
    sql: &[u8],
    values: &[dp_value],
) -> Result<*mut dp_result, (u32, u32, String)> {
    let mut result = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: all arguments are valid, or null where that is the point of the test.
    let code = unsafe {
        dp_engine_query(
            engine,
            sql.as_ptr(),
            sql.len() as u64,
            values.as_ptr(),
            values.len() as u64,
            &mut result,
            &mut error,
        )
    };
    if code == 0 {
        return Ok(result);
    }
    let error = take(error);
    assert_eq!(error.0, code);
    Err(error)
}

fn value(kind: u32, low: i64) -> dp_value {
    dp_value {
        r#type: kind,
        width: 0,
        scale: 0,
        low,
        high: 0,
        data: ptr::null(),
        length: 0,
        name: text(""),
    }
}

#[test]
fn a_query_crosses_as_arrow_structures() {
    let engine = open();
    let result = query(engine, b"SELECT range::BIGINT AS n FROM range(3)", &[]).unwrap();
    let mut schema: *const ArrowSchema = ptr::null();
    let mut array = ArrowArray::empty();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_eq!(dp_result_schema(result, &mut schema, ptr::null_mut()), 0);
        assert_eq!((*schema).n_children, 1);
        assert_eq!(dp_result_next(result, &mut array, ptr::null_mut()), 0);
        assert_eq!(array.length, 3);
        // The batch outlives its result and its engine.
        dp_result_close(result);
        dp_engine_close(engine);
        let values = *(**array.children).buffers.add(1) as *const i64;
        assert_eq!(std::slice::from_raw_parts(values, 3), [0, 1, 2]);
        // Three numbers, and a bitmap of their nulls.
        assert_eq!(dp_batch_bytes(&array), 3 * 8 + 1);
        array.release.unwrap()(&mut array);
    }
    assert!(array.release.is_none());
}

#[test]
fn null_arguments_are_errors() {
    assert_eq!(
        query(ptr::null(), b"SELECT 1", &[]).unwrap_err().1,
        dp_error_kind::DP_INVALID_INPUT as u32
    );
    // SAFETY: null is what is tested; every function checks it.
    unsafe {
        let invalid = 1200;
        assert_eq!(
            dp_engine_open(ptr::null(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(
            dp_engine_open(&options(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(
            dp_result_next(ptr::null(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(dp_session_interrupt(ptr::null(), ptr::null_mut()), invalid);
        assert_eq!(dp_error_describe(ptr::null(), ptr::null_mut()), invalid);
        assert_eq!(dp_live_handles_read(ptr::null_mut(), ptr::null_mut()), invalid);
        assert_eq!(dp_version_read(ptr::null_mut(), ptr::null_mut()), invalid);
        dp_engine_interrupt(ptr::null());
        dp_engine_close(ptr::null_mut());
        dp_session_close(ptr::null_mut());
        dp_result_close(ptr::null_mut());
        dp_error_close(ptr::null_mut());
    }
}

#[test]
fn malformed_arguments_are_errors() {
    let engine = open();
    let kind = dp_error_kind::DP_INVALID_INPUT as u32;
    assert_eq!(
        query(engine, b"SELECT '\xff'", &[]).unwrap_err().1,
        kind,
        "not UTF-8"
    );
    assert_eq!(
        query(engine, b"SELECT ?", &[value(99, 0)]).unwrap_err().1,
        kind,
        "no such type"
    );
    let out_of_range = query(
        engine,
        b"SELECT ?",
        &[value(dp_value_type::DP_VALUE_INT8 as u32, 300)],
    )
    .unwrap_err();
    assert_eq!(out_of_range.1, dp_error_kind::DP_CONVERSION as u32);
    let nul = query(engine, b"SELECT 1\0; DROP TABLE t", &[]).unwrap_err();
    assert_eq!(nul.1, dp_error_kind::DP_SYNTAX as u32);
    let mut wrong_size = options();
    wrong_size.struct_size = 8;
    let mut opened = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_ne!(dp_engine_open(&wrong_size, &mut opened, &mut error), 0);
        dp_engine_close(engine);
    }
    assert_eq!(take(error).1, kind);
}

#[test]
fn handles_of_a_closed_engine_answer_that_it_is_closed() {
    let engine = open();
    let mut session = ptr::null_mut();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_eq!(dp_engine_session(engine, &mut session, ptr::null_mut()), 0);
        dp_engine_close(engine);
        let mut changed = 0;
        let sql = b"SELECT 1";
        let code = dp_session_execute(
            session,
            sql.as_ptr(),
            sql.len() as u64,
            ptr::null(),
            0,
            &mut changed,
            ptr::null_mut(),
        );
        assert_eq!(code / 100, dp_error_kind::DP_CLOSED as u32);
        dp_session_close(session);
    }
}

#[test]
fn the_layouts_end_with_an_error() {
    let mut index = 0;
    let mut layout = dp_layout {
        structure: text(""),
        field: text(""),
        offset: 0,
    };
    // SAFETY: all arguments are valid.
    while unsafe { dp_layout_read(index, &mut layout, ptr::null_mut()) } == 0 {
        assert!(!read(layout.structure).is_empty());
        index += 1;
    }
    assert!(index > 30);
    assert_eq!(dp_abi_version(), DP_ABI_VERSION);
}

/// What the functions below are called with.
#[derive(Default)]
struct Taken {
    batches: std::sync::atomic::AtomicU64,
    rows: std::sync::atomic::AtomicU64,
    moved: std::sync::Mutex<Vec<ArrowArray>>,
}

unsafe extern "C" fn count_rows(
    user_data: *mut std::ffi::c_void,
    schema: *const ArrowSchema,
    batch: *mut ArrowArray,
) -> i32 {
    use std::sync::atomic::Ordering::SeqCst;
    // SAFETY: the tests pass a `Taken`, and the library a schema and a batch.
    unsafe {
        let taken = &*user_data.cast::<Taken>();
        assert_eq!((*schema).n_children, (*batch).n_children);
        taken.rows.fetch_add((*batch).length as u64, SeqCst);
        if taken.batches.fetch_add(1, SeqCst) == 0 {
            taken
                .moved
                .lock()
                .unwrap()
                .push(std::ptr::replace(batch, ArrowArray::empty()));
        }
    }
    0
}

unsafe extern "C" fn refuse(_: *mut std::ffi::c_void, _: *const ArrowSchema, _: *mut ArrowArray) -> i32 {
    7
}

#[test]
fn rows_in_any_order_are_handed_to_a_function() {
    let engine = open();
    let mut session = ptr::null_mut();
    let mut statement = ptr::null_mut();
    let mut error = ptr::null_mut();
    let mut rows = 0;
    let mut taken = Taken::default();
    let user_data = (&raw mut taken).cast();
    let sql = "FROM range(100000)";
    // SAFETY: all arguments are valid; each handle is closed once, and the batch that was moved is released once.
    unsafe {
        assert_eq!(dp_engine_session(engine, &mut session, ptr::null_mut()), 0);
        let (data, length) = (sql.as_ptr(), sql.len() as u64);
        let run = |sink, rows: &mut u64, error: &mut *mut dp_error| {
            dp_session_query_unordered(
                session,
                data,
                length,
                ptr::null(),
                0,
                sink,
                user_data,
                rows,
                error,
            )
        };
        assert_eq!(run(Some(count_rows), &mut rows, &mut error), 0);
        assert_eq!((rows, taken.rows.get_mut()), (100_000, &mut 100_000));
        let mut live = std::mem::zeroed::<dp_live_handles>();
        assert_eq!(dp_engine_live_handles(engine, &mut live, ptr::null_mut()), 0);
        assert_eq!(live.batches, 1, "the batch that was moved");
        for mut batch in taken.moved.get_mut().unwrap().drain(..) {
            batch.release.unwrap()(&mut batch);
        }
        assert_eq!(dp_engine_live_handles(engine, &mut live, ptr::null_mut()), 0);
        assert_eq!(live.batches, 0);

        assert_ne!(run(Some(refuse), &mut rows, &mut error), 0);
        assert_eq!(take(error).1, dp_error_kind::DP_INTERRUPTED as u32);
        assert_ne!(run(None, &mut rows, &mut error), 0);
        assert_eq!(take(error).1, dp_error_kind::DP_INVALID_INPUT as u32);

        assert_eq!(
            dp_session_prepare(session, data, length, &mut statement, ptr::null_mut()),
            0
        );
        let code = dp_statement_query_unordered(
            statement,
            session,
            ptr::null(),
            0,
            Some(refuse),
            ptr::null_mut(),
            &mut rows,
            &mut error,
        );
        assert_eq!(code, 1000);
        take(error);
        dp_statement_close(statement);
        dp_session_close(session);
        dp_engine_close(engine);
    }
}
