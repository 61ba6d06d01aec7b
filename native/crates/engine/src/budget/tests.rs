use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::*;
use crate::budget::seats::LEAST_SHARE;

const MIB: u64 = 1 << 20;

/// An engine that cannot give back what it uses.
struct FakeEngine {
    limit: AtomicU64,
    used: AtomicU64,
}

impl FakeEngine {
    fn using(used: u64) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicU64::new(0),
            used: AtomicU64::new(used),
        })
    }

    fn open(self: &Arc<Self>, budget: &'static Budget, cap: u64) -> Result<Seat> {
        let seat = Seat::take(budget, cap)?;
        self.limit.store(seat.share(), Ordering::SeqCst);
        seat.occupy(Arc::clone(self) as Arc<dyn Tenant>)?;
        Ok(seat)
    }

    fn limit(&self) -> u64 {
        self.limit.load(Ordering::SeqCst)
    }
}

impl Tenant for FakeEngine {
    fn set_limit(&self, bytes: u64) -> Result<()> {
        if self.used.load(Ordering::SeqCst) > bytes {
            return Err(Error::new(ErrorCode::OutOfMemory, "in use"));
        }
        self.limit.store(bytes, Ordering::SeqCst);
        Ok(())
    }

    fn usage(&self) -> Result<(u64, u64)> {
        Ok((self.used.load(Ordering::SeqCst), 7))
    }
}

/// A budget of the test's own. It is never freed, as the one of the process is not.
fn budget(limit: u64) -> &'static Budget {
    let budget = Box::leak(Box::new(Budget::new()));
    budget.prepare(0, limit).unwrap();
    budget
}

fn reserved(budget: &Budget) -> u64 {
    budget.reserved.load(Ordering::SeqCst)
}

/// What reservations hold that have been made, without those that are just being refused.
fn held(budget: &Budget) -> u64 {
    [MemoryKind::Batches, MemoryKind::Cache, MemoryKind::Plugins]
        .map(|kind| budget.held_by(kind))
        .iter()
        .sum()
}

#[test]
fn without_engines_everything_can_be_reserved() {
    let budget = budget(100);
    let first = budget.reserve(MemoryKind::Cache, 60).unwrap();
    let second = budget.reserve(MemoryKind::Plugins, 40).unwrap();
    let error = budget.reserve(MemoryKind::Batches, 1).unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfMemory);
    assert_eq!(
        error.message,
        "the memory budget of 100 bytes does not have 1 bytes more for batches: \
         DuckDB uses 0 bytes, batches 0 bytes, the cache 60 bytes, plugins 40 bytes"
    );
    drop(first);
    let third = budget.reserve(MemoryKind::Batches, 60).unwrap();
    assert_eq!(third.bytes(), 60);
    drop((second, third));
    assert_eq!(reserved(budget), 0);
    assert!(budget.reserve(MemoryKind::Cache, u64::MAX).is_err());
}

#[test]
fn an_engine_gets_what_is_not_set_aside() {
    let budget = budget(640 * MIB);
    let engine = FakeEngine::using(0);
    let seat = engine.open(budget, u64::MAX).unwrap();
    assert_eq!(engine.limit(), 620 * MIB);
    let reservation = budget.reserve(MemoryKind::Batches, 300 * MIB).unwrap();
    assert!(engine.limit() + 300 * MIB <= 640 * MIB);
    assert!(engine.limit() + 300 * MIB >= 600 * MIB);
    drop(reservation);
    assert_eq!(engine.limit(), 620 * MIB);
    drop(seat);
    drop(budget.reserve(MemoryKind::Batches, 640 * MIB).unwrap());
}

#[test]
fn a_reservation_fails_if_the_engine_needs_the_memory() {
    let budget = budget(64 * MIB);
    let engine = FakeEngine::using(40 * MIB);
    let _seat = engine.open(budget, u64::MAX).unwrap();
    let before = engine.limit();
    let error = budget.reserve(MemoryKind::Batches, 30 * MIB).unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfMemory);
    assert!(error.message.contains("30.0 MiB more for batches"), "{error}");
    assert!(error.message.contains("DuckDB uses 40.0 MiB"), "{error}");
    assert!(error.hint.is_some());
    assert_eq!(engine.limit(), before, "nothing has changed");
    let _fits = budget.reserve(MemoryKind::Batches, 20 * MIB).unwrap();
    assert!(engine.limit() >= 40 * MIB && engine.limit() <= 44 * MIB);
}

#[test]
fn engines_share_and_caps_leave_more_for_the_others() {
    let budget = budget(640 * MIB);
    let (first, second, third) = (FakeEngine::using(0), FakeEngine::using(0), FakeEngine::using(0));
    let _first = first.open(budget, u64::MAX).unwrap();
    let second_seat = second.open(budget, u64::MAX).unwrap();
    assert_eq!((first.limit(), second.limit()), (310 * MIB, 310 * MIB));
    let third_seat = third.open(budget, 20 * MIB).unwrap();
    assert_eq!(
        (first.limit(), second.limit(), third.limit()),
        (300 * MIB, 300 * MIB, 20 * MIB)
    );
    drop(second_seat);
    assert_eq!(first.limit(), 600 * MIB);
    drop(third_seat);
    assert_eq!(first.limit(), 620 * MIB);
}

#[test]
fn an_engine_keeps_what_it_cannot_give_back() {
    let budget = budget(640 * MIB);
    let first = FakeEngine::using(500 * MIB);
    let first_seat = first.open(budget, u64::MAX).unwrap();
    let second = FakeEngine::using(0);
    let second_seat = second.open(budget, u64::MAX).unwrap();
    assert!(
        first.limit() >= 500 * MIB && first.limit() < 515 * MIB,
        "{}",
        first.limit()
    );
    assert!(second.limit() > 100 * MIB);
    assert!(first.limit() + second.limit() <= 620 * MIB);
    drop(second_seat);
    first.used.store(first.limit() - MIB, Ordering::SeqCst);
    let error = FakeEngine::using(0).open(budget, u64::MAX).err().unwrap();
    assert_eq!(error.code, ErrorCode::OutOfMemory);
    assert!(error.message.contains("for another engine"), "{error}");
    drop(first_seat);
    let _third = FakeEngine::using(0).open(budget, LEAST_SHARE).unwrap();
}

#[test]
fn engines_that_are_opened_at_once_do_not_take_everything_from_each_other() {
    let budget = budget(640 * MIB);
    let opening = Seat::take(budget, u64::MAX).unwrap();
    assert_eq!(opening.share(), 620 * MIB);
    let other = FakeEngine::using(0);
    let _other = other.open(budget, u64::MAX).unwrap();
    assert_eq!(other.limit(), 310 * MIB);
    let opened = FakeEngine::using(0);
    opening.occupy(Arc::clone(&opened) as Arc<dyn Tenant>).unwrap();
    assert_eq!(opened.limit(), 310 * MIB);
}

#[test]
fn the_limit_moves_unless_more_is_in_use() {
    let budget = budget(640 * MIB);
    let engine = FakeEngine::using(100 * MIB);
    let _seat = engine.open(budget, u64::MAX).unwrap();
    let _reservation = budget.reserve(MemoryKind::Cache, 100 * MIB).unwrap();
    let before = engine.limit();
    for too_low in [90 * MIB, 150 * MIB, 201 * MIB] {
        let error = budget.set_limit(too_low).unwrap_err();
        assert_eq!(error.code, ErrorCode::OutOfMemory);
        assert_eq!(budget.limit().unwrap(), 640 * MIB);
        assert_eq!(engine.limit(), before);
    }
    budget.set_limit(256 * MIB).unwrap();
    assert!(engine.limit() >= 140 * MIB && engine.limit() <= 156 * MIB);
    budget.set_limit(1000 * MIB).unwrap();
    assert!(engine.limit() > 800 * MIB && engine.limit() <= 900 * MIB);
    let usage = budget.usage().unwrap();
    assert_eq!(
        usage,
        MemoryUsage {
            limit: 1000 * MIB,
            duckdb: 100 * MIB,
            batches: 0,
            cache: 100 * MIB,
            plugins: 0,
            spilled: 7,
        }
    );
}

/// Counts what the limits and reservations are together, at every change of a limit.
struct Witness {
    budget: &'static Budget,
    limits: Arc<[AtomicU64; 2]>,
    index: usize,
    most: Arc<AtomicU64>,
}

impl Tenant for Witness {
    fn set_limit(&self, bytes: u64) -> Result<()> {
        self.limits[self.index].store(bytes, Ordering::SeqCst);
        let sum: u64 = self.limits.iter().map(|limit| limit.load(Ordering::SeqCst)).sum();
        self.most.fetch_max(sum + held(self.budget), Ordering::SeqCst);
        Ok(())
    }

    fn usage(&self) -> Result<(u64, u64)> {
        Ok((0, 0))
    }
}

#[test]
fn threads_that_reserve_at_once_never_exceed_the_limit_and_end_at_zero() {
    const LIMIT: u64 = 64 * MIB;
    let budget = budget(LIMIT);
    let limits = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let most = Arc::new(AtomicU64::new(0));
    let seats: Vec<Seat> = (0..2)
        .map(|index| {
            let seat = Seat::take(budget, u64::MAX).unwrap();
            limits[index].store(seat.share(), Ordering::SeqCst);
            let witness = Witness {
                budget,
                limits: Arc::clone(&limits),
                index,
                most: Arc::clone(&most),
            };
            seat.occupy(Arc::new(witness)).unwrap();
            seat
        })
        .collect();
    most.store(0, Ordering::SeqCst);
    thread::scope(|scope| {
        for number in 0..8_u64 {
            scope.spawn(move || {
                let kind = [MemoryKind::Batches, MemoryKind::Cache, MemoryKind::Plugins][number as usize % 3];
                let mut kept = Vec::new();
                for step in 0..2000_u64 {
                    let bytes = (step * 7919 + number * 104_729) % (6 * MIB);
                    match budget.reserve(kind, bytes) {
                        Ok(reservation) => kept.push(reservation),
                        Err(error) => assert_eq!(error.code, ErrorCode::OutOfMemory),
                    }
                    assert!(reserved(budget) <= LIMIT);
                    if kept.len() > 3 {
                        kept.remove(step as usize % kept.len());
                    }
                }
            });
        }
    });
    assert!(
        most.load(Ordering::SeqCst) <= LIMIT,
        "{}",
        most.load(Ordering::SeqCst)
    );
    assert!(most.load(Ordering::SeqCst) > LIMIT / 2);
    assert_eq!(reserved(budget), 0);
    assert_eq!(held(budget), 0);
    let shared: u64 = limits.iter().map(|limit| limit.load(Ordering::SeqCst)).sum();
    assert!(
        shared >= LIMIT - 3 * (LIMIT / PIECES) - 1,
        "{shared} is shared out again"
    );
    drop(seats);
}
