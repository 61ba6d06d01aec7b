//! Batches that are handed out more than once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use crate::arrow::{ArrowArray, Batch};

/// A batch that any number of holders read at once, with what has to live as long as its memory.
pub struct SharedBatch<G> {
    batch: Batch,
    guard: G,
}

impl<G: Send + Sync + 'static> SharedBatch<G> {
    /// Shares a batch.
    ///
    /// # Parameters
    /// * `guard`: is dropped after the last view and the last share are gone
    pub fn new(batch: Batch, guard: G) -> Self {
        Self { batch, guard }
    }

    /// What lives as long as the memory of the batch.
    pub fn guard(&self) -> &G {
        &self.guard
    }

    /// How many rows the batch holds.
    pub fn row_count(&self) -> usize {
        self.batch.row_count()
    }

    /// A batch over the same buffers: nothing of the data is copied. They live until it has been released.
    ///
    /// The structures that describe it are its own, so that whoever gets it may move children out of it, as the Arrow C
    /// Data Interface allows.
    pub fn view(self: &Arc<Self>) -> Batch {
        // SAFETY: the batch owns a well-formed Arrow array, and each node of the view keeps it alive.
        Batch::new(unsafe { view(self, self.batch.as_arrow()) })
    }
}

/// What a node of a view owns.
struct ViewNode<G> {
    _owner: Arc<SharedBatch<G>>,
    children: Vec<*mut ArrowArray>,
    dictionary: *mut ArrowArray,
}

/// # Safety
/// `array` must be part of the batch of `owner`.
unsafe fn view<G: Send + Sync + 'static>(owner: &Arc<SharedBatch<G>>, array: &ArrowArray) -> ArrowArray {
    // SAFETY: the children and the dictionary of an array are arrays.
    let copy = |inner: *mut ArrowArray| unsafe { Box::into_raw(Box::new(view(owner, &*inner))) };
    let mut node = Box::new(ViewNode {
        _owner: Arc::clone(owner),
        children: (0..array.n_children as usize)
            // SAFETY: the array has that many children.
            .map(|index| copy(unsafe { *array.children.add(index) }))
            .collect(),
        dictionary: if array.dictionary.is_null() {
            ptr::null_mut()
        } else {
            copy(array.dictionary)
        },
    });
    ArrowArray {
        length: array.length,
        null_count: array.null_count,
        offset: array.offset,
        n_buffers: array.n_buffers,
        n_children: array.n_children,
        buffers: array.buffers,
        children: node.children.as_mut_ptr(),
        dictionary: node.dictionary,
        release: Some(release_view::<G>),
        private_data: Box::into_raw(node).cast(),
    }
}

unsafe extern "C" fn release_view<G>(array: *mut ArrowArray) {
    let release = AssertUnwindSafe(|| {
        // SAFETY: this is called with an array that `view` made and that has not been released, as the Arrow
        // specification demands; `private_data` is the box made there.
        unsafe {
            let array = &mut *array;
            let node = Box::from_raw(array.private_data.cast::<ViewNode<G>>());
            array.release = None;
            array.private_data = ptr::null_mut();
            for &inner in node.children.iter().chain([&node.dictionary]) {
                free(inner);
            }
        }
    });
    // The specification gives a release no way to fail.
    let _ = catch_unwind(release);
}

/// # Safety
/// `array` must be null or a box that `view` made.
unsafe fn free(array: *mut ArrowArray) {
    if array.is_null() {
        return;
    }
    // SAFETY: as the caller vouches. One that was moved out is marked as released, and dropping it releases no more.
    let array = unsafe { Box::from_raw(array) };
    drop(Batch::new(*array));
}

#[cfg(test)]
mod tests {
    use std::mem;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Guard;

    impl Drop for Guard {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }

    unsafe extern "C" fn release_nothing(array: *mut ArrowArray) {
        // SAFETY: the tests give valid arrays.
        unsafe { (*array).release = None };
    }

    #[test]
    fn a_child_that_was_moved_out_keeps_the_memory() {
        let buffers = Box::leak(Box::new([ptr::null(), c"12345678".as_ptr().cast()]));
        let mut child = ArrowArray {
            length: 1,
            n_buffers: 2,
            buffers: buffers.as_mut_ptr(),
            release: Some(release_nothing),
            ..ArrowArray::empty()
        };
        let children = Box::leak(Box::new([&raw mut child]));
        let root = ArrowArray {
            length: 1,
            n_children: 1,
            children: children.as_mut_ptr(),
            release: Some(release_nothing),
            ..ArrowArray::empty()
        };
        let shared = Arc::new(SharedBatch::new(Batch::new(root), Guard));
        let first = shared.view();
        let second = shared.view().into_arrow();
        // SAFETY: the view has one child, which is moved out of it as the specification describes.
        let moved = unsafe { mem::replace(&mut **second.children, ArrowArray::empty()) };
        drop(Batch::new(second));
        drop((shared, first));
        assert_eq!(moved.buffers, buffers.as_mut_ptr(), "no copy");
        assert_eq!(
            DROPPED.load(Ordering::SeqCst),
            0,
            "the moved child still holds it"
        );
        drop(Batch::new(moved));
        assert_eq!(DROPPED.load(Ordering::SeqCst), 1);
    }
}
