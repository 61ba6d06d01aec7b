//! Memory that a caller fills and hands over, such as the buffers of Arrow arrays, with the functions that free it.
//!
//! Whoever is handed such an array frees it on any thread, long after the caller has gone on: nobody is called back for
//! that.

use std::alloc::{self, Layout};
use std::ffi::{c_ulonglong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use dataprism_engine::{ArrowArray, ArrowSchema};

/// Where memory begins, as Arrow recommends it. Before it stands as much again, which holds the size.
const ALIGNMENT: usize = 64;

static ALLOCATED: AtomicU64 = AtomicU64::new(0);

/// The layout of a block with its header; none where it is longer than memory.
fn layout(bytes: c_ulonglong) -> Option<Layout> {
    let size = usize::try_from(bytes).ok()?.checked_add(ALIGNMENT)?;
    Layout::from_size_align(size, ALIGNMENT).ok()
}

/// Writes the header of a block and gives the place after it.
///
/// # Safety
/// `block` must be null or writable for a header, and aligned.
unsafe fn begin(block: *mut u8, bytes: c_ulonglong) -> *mut c_void {
    if block.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: as the caller vouches; the header lies before the memory.
    unsafe {
        block.cast::<c_ulonglong>().write(bytes);
        block.add(ALIGNMENT).cast()
    }
}

/// The block of some memory, and how many bytes the memory has.
///
/// # Safety
/// `memory` must come from [`begin`] and not have been freed.
unsafe fn block_of(memory: *mut c_void) -> (*mut u8, c_ulonglong) {
    // SAFETY: as the caller vouches, the header lies before the memory.
    unsafe {
        let block = memory.cast::<u8>().sub(ALIGNMENT);
        (block, block.cast::<c_ulonglong>().read())
    }
}

/// Allocates memory, aligned to 64 bytes and with undefined content. Returns null where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn dp_memory_allocate(bytes: c_ulonglong) -> *mut c_void {
    let Some(layout) = layout(bytes) else {
        return ptr::null_mut();
    };
    // SAFETY: the layout has a size, that of the header, and a block is as large as its layout.
    let memory = unsafe { begin(alloc::alloc(layout), bytes) };
    if !memory.is_null() {
        ALLOCATED.fetch_add(bytes, Ordering::Relaxed);
    }
    memory
}

/// Makes memory larger or smaller, and moves it if need be. What it held stays, up to the smaller of both sizes. Returns
/// null, and leaves the memory as it is, where there is not enough.
///
/// # Safety
/// `memory` must be null or come from `dp_memory_allocate` or from here, and must not be used again unless null is
/// returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_memory_resize(memory: *mut c_void, bytes: c_ulonglong) -> *mut c_void {
    if memory.is_null() {
        return dp_memory_allocate(bytes);
    }
    // SAFETY: as the caller vouches; the block was allocated with the layout of its size.
    unsafe {
        let (block, before) = block_of(memory);
        let (Some(old), Some(new)) = (layout(before), layout(bytes)) else {
            return ptr::null_mut();
        };
        let moved = begin(alloc::realloc(block, old, new.size()), bytes);
        if !moved.is_null() {
            ALLOCATED.fetch_add(bytes, Ordering::Relaxed);
            ALLOCATED.fetch_sub(before, Ordering::Relaxed);
        }
        moved
    }
}

/// Frees memory; null is allowed.
///
/// # Safety
/// `memory` must be null or come from `dp_memory_allocate` or `dp_memory_resize`, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_memory_free(memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    // SAFETY: as the caller vouches; the block was allocated with the layout of its size.
    unsafe {
        let (block, bytes) = block_of(memory);
        if let Some(layout) = layout(bytes) {
            ALLOCATED.fetch_sub(bytes, Ordering::Relaxed);
            alloc::dealloc(block, layout);
        }
    }
}

/// How many bytes are allocated by `dp_memory_allocate` and have not been freed, in this process.
#[unsafe(no_mangle)]
pub extern "C" fn dp_memory_allocated() -> c_ulonglong {
    ALLOCATED.load(Ordering::Relaxed)
}

/// The release function for an Arrow array whose buffers, children, dictionary and tables of pointers were each allocated
/// by `dp_memory_allocate`. Children and dictionary are released by their own release functions; those that were moved
/// out have none any more. The structure itself belongs to whoever calls this, as Arrow wants it.
///
/// # Safety
/// `array` must be null or such an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_array_release(array: *mut ArrowArray) {
    // The specification gives a release no way to fail.
    // SAFETY: as the caller vouches.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe {
        let Some(array) = live(array) else { return };
        for buffer in table(array.buffers, array.n_buffers) {
            dp_memory_free(buffer.cast_mut());
        }
        free_structures(array);
    }));
}

/// The release function for an Arrow array whose buffers stay their owner's, who keeps them until this is called. All
/// else is as for `dp_array_release`.
///
/// # Safety
/// `array` must be null or such an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_array_release_lent(array: *mut ArrowArray) {
    // SAFETY: as the caller vouches.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe {
        if let Some(array) = live(array) {
            free_structures(array);
        }
    }));
}

/// # Safety
/// As for [`dp_array_release`].
unsafe fn live<'a>(array: *mut ArrowArray) -> Option<&'a mut ArrowArray> {
    // SAFETY: as the caller vouches.
    unsafe { array.as_mut() }.filter(|array| array.release.is_some())
}

/// # Safety
/// As for [`dp_array_release_lent`].
unsafe fn free_structures(array: &mut ArrowArray) {
    // SAFETY: as the caller vouches.
    unsafe {
        for &child in table(array.children, array.n_children) {
            free_array(child);
        }
        free_array(array.dictionary);
        dp_memory_free(array.children.cast());
        dp_memory_free(array.buffers.cast());
    }
    *array = ArrowArray::empty();
}

/// # Safety
/// `array` must be null or a structure of its own allocation.
unsafe fn free_array(array: *mut ArrowArray) {
    // SAFETY: as the caller vouches.
    unsafe {
        if let Some(release) = array.as_ref().and_then(|array| array.release) {
            release(array);
        }
        dp_memory_free(array.cast());
    }
}

/// The release function for an Arrow schema whose texts, metadata, children, dictionary and table of pointers were each
/// allocated by `dp_memory_allocate`. Children and dictionary are treated as by `dp_array_release`.
///
/// # Safety
/// `schema` must be null or such a schema.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_schema_release(schema: *mut ArrowSchema) {
    // SAFETY: as the caller vouches.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe {
        let Some(schema) = schema.as_mut().filter(|schema| schema.release.is_some()) else {
            return;
        };
        for &child in table(schema.children, schema.n_children) {
            free_schema(child);
        }
        free_schema(schema.dictionary);
        dp_memory_free(schema.children.cast());
        dp_memory_free(schema.format.cast_mut().cast());
        dp_memory_free(schema.name.cast_mut().cast());
        dp_memory_free(schema.metadata.cast_mut().cast());
        *schema = ArrowSchema::empty();
    }));
}

/// # Safety
/// `schema` must be null or a structure of its own allocation.
unsafe fn free_schema(schema: *mut ArrowSchema) {
    // SAFETY: as the caller vouches.
    unsafe {
        if let Some(release) = schema.as_ref().and_then(|schema| schema.release) {
            release(schema);
        }
        dp_memory_free(schema.cast());
    }
}

/// The release function for an Arrow schema whose memory, children included, stays its owner's: marks it and its children
/// as released, and frees nothing.
///
/// # Safety
/// `schema` must be null or a schema whose memory is still there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_schema_release_lent(schema: *mut ArrowSchema) {
    // SAFETY: as the caller vouches.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe {
        let Some(schema) = schema.as_mut().filter(|schema| schema.release.is_some()) else {
            return;
        };
        let children = table(schema.children, schema.n_children);
        for part in children.iter().copied().chain([schema.dictionary]) {
            if let Some(release) = part.as_ref().and_then(|part| part.release) {
                release(part);
            }
        }
        schema.release = None;
    }));
}

/// A table of pointers, which may be missing where it has no entries.
///
/// # Safety
/// `entries` must be null or readable for `count` pointers.
unsafe fn table<'a, T: Copy>(entries: *mut T, count: i64) -> &'a [T] {
    let length = usize::try_from(count).unwrap_or(0);
    if entries.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: as the caller vouches.
    unsafe { std::slice::from_raw_parts(entries, length) }
}
