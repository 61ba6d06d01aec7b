//! Memory that a caller fills and hands over is freed exactly once, by whoever has it last.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::{Mutex, MutexGuard};

use dataprism::memory::*;
use dataprism_engine::{ArrowArray, ArrowSchema};

/// The count is of the process, and tests run at once.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    let guard = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    assert_eq!(dp_memory_allocated(), 0);
    guard
}

fn structure<T>(value: T) -> *mut T {
    let place: *mut T = dp_memory_allocate(size_of::<T>() as u64).cast();
    // SAFETY: the place is as large and aligned as the value wants it.
    unsafe { place.write(value) };
    place
}

fn table<T: Copy>(entries: &[T]) -> *mut T {
    let place: *mut T = dp_memory_allocate(size_of_val(entries) as u64).cast();
    // SAFETY: the place is as large as the entries.
    unsafe { place.copy_from(entries.as_ptr(), entries.len()) };
    place
}

fn array(
    release: unsafe extern "C" fn(*mut ArrowArray),
    buffers: &[*const c_void],
    children: &[*mut ArrowArray],
) -> ArrowArray {
    ArrowArray {
        n_buffers: buffers.len() as i64,
        buffers: table(buffers),
        n_children: children.len() as i64,
        children: if children.is_empty() {
            ptr::null_mut()
        } else {
            table(children)
        },
        release: Some(release),
        ..ArrowArray::empty()
    }
}

fn leaf() -> ArrowArray {
    array(
        dp_array_release,
        &[ptr::null(), dp_memory_allocate(80).cast_const()],
        &[],
    )
}

#[test]
fn memory_is_aligned_keeps_its_content_and_is_counted() {
    let _alone = alone();
    let memory: *mut u8 = dp_memory_allocate(100).cast();
    assert_eq!(memory as usize % 64, 0);
    assert_eq!(dp_memory_allocated(), 100);
    // SAFETY: the memory has 100 bytes, then 5,000.
    unsafe {
        memory.write_bytes(7, 100);
        let larger: *mut u8 = dp_memory_resize(memory.cast(), 5000).cast();
        assert_eq!(larger as usize % 64, 0);
        assert_eq!(std::slice::from_raw_parts(larger, 100), [7; 100]);
        assert_eq!(dp_memory_allocated(), 5000);
        dp_memory_free(larger.cast());
        dp_memory_free(ptr::null_mut());
    }
    assert_eq!(dp_memory_allocated(), 0);
}

#[test]
fn more_memory_than_there_is_is_null_and_leaves_what_there_was() {
    let _alone = alone();
    assert!(dp_memory_allocate(u64::MAX).is_null());
    assert!(dp_memory_allocate(i64::MAX as u64 / 2).is_null());
    let memory: *mut u8 = dp_memory_allocate(1).cast();
    // SAFETY: the memory is valid, and stays so where it cannot be resized.
    unsafe {
        memory.write(9);
        assert!(dp_memory_resize(memory.cast(), u64::MAX - 64).is_null());
        assert!(dp_memory_resize(memory.cast(), i64::MAX as u64 / 2).is_null());
        assert_eq!(memory.read(), 9);
        dp_memory_free(memory.cast());
    }
}

#[test]
fn no_bytes_are_memory_too() {
    let _alone = alone();
    let memory = dp_memory_allocate(0);
    assert!(!memory.is_null());
    // SAFETY: the memory is valid.
    unsafe { dp_memory_free(memory) };
}

#[test]
fn releasing_an_array_frees_all_of_it_once() {
    let _alone = alone();
    let mut root = array(
        dp_array_release,
        &[ptr::null()],
        &[
            structure(leaf()),
            structure(array(dp_array_release, &[], &[structure(leaf())])),
        ],
    );
    root.dictionary = structure(leaf());
    // SAFETY: every part was allocated for it.
    unsafe {
        dp_array_release(&mut root);
        assert!(root.release.is_none());
        dp_array_release(&mut root);
        dp_array_release(ptr::null_mut());
    }
    assert_eq!(dp_memory_allocated(), 0);
}

#[test]
fn a_child_that_was_moved_out_outlives_its_parent() {
    let _alone = alone();
    let child = structure(leaf());
    let mut root = array(dp_array_release, &[ptr::null()], &[child, structure(leaf())]);
    // SAFETY: moving is what Arrow allows: the structure is copied and the original marked as released.
    let mut moved = unsafe {
        let moved = child.read();
        (*child).release = None;
        moved
    };
    // SAFETY: each part was allocated for it, and each has one owner.
    unsafe {
        dp_array_release(&mut root);
        assert_eq!(dp_memory_allocated(), 80 + 2 * size_of::<*const c_void>() as u64);
        dp_array_release(&mut moved);
    }
    assert_eq!(dp_memory_allocated(), 0);
}

#[test]
fn lent_buffers_stay_their_owners() {
    let _alone = alone();
    let values = [1_i64, 2, 3];
    let buffers = [ptr::null(), values.as_ptr().cast()];
    let mut root = array(
        dp_array_release_lent,
        &[ptr::null()],
        &[structure(array(dp_array_release_lent, &buffers, &[]))],
    );
    // SAFETY: the structures were allocated for it.
    unsafe { dp_array_release_lent(&mut root) };
    assert_eq!(dp_memory_allocated(), 0);
    assert_eq!(values, [1, 2, 3]);
}

fn text(text: &[u8]) -> *const c_char {
    table(text).cast_const().cast()
}

fn schema(release: unsafe extern "C" fn(*mut ArrowSchema), children: &[*mut ArrowSchema]) -> ArrowSchema {
    ArrowSchema {
        format: text(b"l\0"),
        name: text(b"n\0"),
        n_children: children.len() as i64,
        children: table(children),
        release: Some(release),
        ..ArrowSchema::empty()
    }
}

#[test]
fn releasing_a_schema_frees_all_of_it_once() {
    let _alone = alone();
    let mut root = schema(dp_schema_release, &[structure(schema(dp_schema_release, &[]))]);
    root.dictionary = structure(schema(dp_schema_release, &[]));
    root.metadata = text(b"\0\0\0\0");
    // SAFETY: every part was allocated for it.
    unsafe {
        dp_schema_release(&mut root);
        dp_schema_release(&mut root);
    }
    assert_eq!(dp_memory_allocated(), 0);
}

#[test]
fn a_lent_schema_is_only_marked() {
    let _alone = alone();
    let mut child = ArrowSchema {
        release: Some(dp_schema_release_lent),
        ..ArrowSchema::empty()
    };
    let mut children = [ptr::from_mut(&mut child)];
    let mut root = ArrowSchema {
        n_children: 1,
        children: children.as_mut_ptr(),
        release: Some(dp_schema_release_lent),
        ..ArrowSchema::empty()
    };
    // SAFETY: the structures are valid.
    unsafe { dp_schema_release_lent(&mut root) };
    assert!(root.release.is_none() && child.release.is_none());
}
