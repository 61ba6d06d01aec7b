//! The engines' part of the budget: who gets how much of it, and how it is changed.

use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Budget, Bytes, EngineUsage, MemoryKind, MemoryUsage, State, piece_of};
use crate::error::{Error, Result};

/// The least that an engine gets, unless its own limit is lower: with less, DuckDB cannot work.
pub(super) const LEAST_SHARE: u64 = 4 << 20;

/// How often a lower limit is tried on an engine that has refused the one it should get.
const ATTEMPTS: u32 = 5;

/// How long anybody waits for another thread that changes DuckDB's limits. Only a DuckDB that has to write much to a slow
/// disk takes that long.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// An engine, as the budget sees it.
pub(crate) trait Tenant: Send + Sync {
    /// Limits the memory that it may use. Fails where it uses more and cannot give it back.
    fn set_limit(&self, bytes: u64) -> Result<()>;

    /// How many bytes it uses in memory, and how many in its temporary directory.
    fn usage(&self) -> Result<(u64, u64)>;
}

#[derive(Clone)]
pub(super) struct SeatEntry {
    number: u64,
    /// None while the engine is being opened.
    tenant: Option<Arc<dyn Tenant>>,
    /// What the engine may use at most, whatever is free.
    cap: u64,
    /// What it may use at present.
    granted: u64,
}

/// The place of an engine in a budget. Dropping it leaves its memory to the others.
pub(crate) struct Seat {
    budget: &'static Budget,
    number: u64,
    share: u64,
}

impl Seat {
    /// Takes a place for an engine that is about to be opened. The others' limits are lowered for it.
    ///
    /// # Parameters
    /// * `cap`: what the engine may use at most
    pub(crate) fn take(budget: &'static Budget, cap: u64) -> Result<Self> {
        let seat = budget.begin().and_then(|distribution| distribution.admit(cap));
        budget.settle();
        seat.ok_or_else(|| {
            let what = format!("does not have {} for another engine", Bytes(cap.min(LEAST_SHARE)));
            budget.exhausted(&what, "opening it")
        })
    }

    /// The memory limit to open the engine with.
    pub(crate) fn share(&self) -> u64 {
        self.share
    }

    /// Tells that the engine is open: from here on its limit follows what is free.
    pub(crate) fn occupy(&self, tenant: Arc<dyn Tenant>) -> Result<()> {
        let occupied = self
            .budget
            .begin()
            .map(|distribution| distribution.occupy(self, tenant));
        self.budget.settle();
        occupied.unwrap_or_else(|| {
            Err(self
                .budget
                .exhausted("is being distributed for too long", "trying again"))
        })
    }

    /// By what the engine's usage can be asked for while it may be closed.
    pub(crate) fn place(&self) -> Place {
        Place {
            budget: self.budget,
            number: self.number,
        }
    }
}

/// Where an engine has, or had, its seat.
pub(crate) struct Place {
    budget: &'static Budget,
    number: u64,
}

impl Place {
    /// What the engine uses.
    pub(crate) fn usage(&self) -> Result<EngineUsage> {
        self.budget.read().usage_of(self.number)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let budget = self.budget;
        let mut state = budget.lock();
        // Whoever looks at the engine right now keeps it open, and the database file with it.
        while state.distributing || state.readers > 0 {
            state = budget.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let place = state.seats.iter().position(|entry| entry.number == self.number);
        let entry = place.map(|place| state.seats.remove(place));
        let distribution = Distribution::new(budget, state);
        // Only now is there no lock held.
        drop(entry);
        distribution.give_back();
        budget.settle();
    }
}

/// Engines that are being asked for their usage, without a lock. None of them is closed meanwhile.
pub(super) struct Reading<'a> {
    budget: &'a Budget,
    limit: u64,
    seats: Vec<SeatEntry>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(budget: &'a Budget, mut state: MutexGuard<'a, State>) -> Self {
        state.readers += 1;
        Self {
            budget,
            limit: state.limit.unwrap_or_default(),
            seats: state.seats.clone(),
        }
    }

    pub(super) fn usage(&self) -> MemoryUsage {
        let (mut duckdb, mut spilled) = (0, 0);
        for entry in &self.seats {
            let Some(tenant) = &entry.tenant else { continue };
            match tenant.usage() {
                Ok((memory, disk)) => {
                    duckdb += memory;
                    spilled += disk;
                }
                // A database that a fatal error has made unusable answers no more, but keeps its memory until it is
                // closed.
                Err(_) => duckdb += entry.granted,
            }
        }
        MemoryUsage {
            limit: self.limit,
            duckdb,
            batches: self.budget.held_by(MemoryKind::Batches),
            cache: self.budget.held_by(MemoryKind::Cache),
            plugins: self.budget.held_by(MemoryKind::Plugins),
            spilled,
        }
    }

    fn usage_of(&self, number: u64) -> Result<EngineUsage> {
        let entry = self.seats.iter().find(|entry| entry.number == number);
        let Some((tenant, memory_limit)) =
            entry.and_then(|entry| Some((entry.tenant.as_ref()?, entry.granted)))
        else {
            return Err(Error::closed("engine"));
        };
        let (memory, spilled) = tenant.usage()?;
        Ok(EngineUsage {
            memory,
            memory_limit,
            spilled,
        })
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // The engines are let go before anyone is told.
        self.seats.clear();
        self.budget.lock().readers -= 1;
        self.budget.changed.notify_all();
    }
}

/// The right to change DuckDB's limits, which one thread has at a time, without holding a lock.
pub(super) struct Distribution<'a> {
    budget: &'a Budget,
    limit: u64,
    seats: Vec<SeatEntry>,
}

impl<'a> Distribution<'a> {
    pub(super) fn new(budget: &'a Budget, mut state: MutexGuard<'a, State>) -> Self {
        state.distributing = true;
        Self {
            budget,
            limit: state.limit.unwrap_or_default(),
            seats: state.seats.clone(),
        }
    }

    /// Makes a reservation for which what is set aside is too little; false where DuckDB cannot give the memory back.
    pub(super) fn make_room(mut self, bytes: u64) -> bool {
        while !self.budget.try_add(bytes) {
            let needed = self.reserved().saturating_add(bytes);
            let target = comfortable(needed, self.limit);
            if target < needed {
                return false;
            }
            // It may have become enough: then it only has to be tried once more.
            if target > self.set_aside() {
                if !self.share_out(target) {
                    return false;
                }
                self.budget.set_aside.store(target, Ordering::SeqCst);
            }
        }
        true
    }

    /// Lets the engines have what is not needed for reservations.
    pub(super) fn give_back(mut self) {
        if let Some(set_aside) = self.lower_set_aside() {
            // Limits that cannot be changed stay as they are, and those are not too high.
            self.share_out(set_aside);
        }
    }

    /// Changes the limit; false, with nothing changed, where more is in use.
    pub(super) fn move_limit(mut self, bytes: u64) -> bool {
        let (limit, set_aside) = (self.limit, self.set_aside());
        self.limit = bytes;
        let lowered = self.lower_set_aside();
        if lowered.is_some_and(|lowered| self.share_out(lowered)) {
            return true;
        }
        self.limit = limit;
        self.budget.set_aside.store(set_aside, Ordering::SeqCst);
        false
    }

    fn next_number(&self) -> u64 {
        let mut state = self.budget.lock();
        state.next_seat += 1;
        state.next_seat
    }

    fn occupy(mut self, seat: &Seat, tenant: Arc<dyn Tenant>) -> Result<()> {
        let Some(entry) = self.seats.iter_mut().find(|entry| entry.number == seat.number) else {
            return Err(Error::closed("engine"));
        };
        // Others may have come or gone while it was being opened.
        if entry.granted != seat.share {
            tenant.set_limit(entry.granted)?;
        }
        entry.tenant = Some(tenant);
        Ok(())
    }

    fn reserved(&self) -> u64 {
        self.budget.reserved.load(Ordering::SeqCst)
    }

    fn set_aside(&self) -> u64 {
        self.budget.set_aside.load(Ordering::SeqCst)
    }

    /// Sets no more aside than is comfortable, and tells how much that is. None where more is reserved than the limit.
    fn lower_set_aside(&self) -> Option<u64> {
        loop {
            let (before, reserved) = (self.set_aside(), self.reserved());
            let target = comfortable(reserved, self.limit).min(before);
            if target < reserved {
                return None;
            }
            self.budget.set_aside.store(target, Ordering::SeqCst);
            // A reservation that was made before the lower number was seen counts.
            if self.reserved() <= target {
                return Some(target);
            }
            self.budget.set_aside.store(before, Ordering::SeqCst);
        }
    }

    /// Gives the engines everything but what is set aside. Limits are lowered before others are raised, so that their sum
    /// is never too high. False, with all limits as before, where the engines cannot do with it.
    fn share_out(&mut self, set_aside: u64) -> bool {
        let before: Vec<u64> = self.seats.iter().map(|entry| entry.granted).collect();
        let Some(shares) = self.lower_limits(self.limit.saturating_sub(set_aside)) else {
            for (entry, granted) in self.seats.iter_mut().zip(before) {
                entry.raise(granted);
            }
            return false;
        };
        for (entry, share) in self.seats.iter_mut().zip(shares) {
            entry.raise(share);
        }
        true
    }

    /// Lowers the limits of engines that have more than their share, and gives the shares. An engine that cannot give so
    /// much back keeps more, at the cost of the others; none where that is not enough for them.
    fn lower_limits(&mut self, available: u64) -> Option<Vec<u64>> {
        let mut stubborn = vec![false; self.seats.len()];
        loop {
            let shares = shares(available, &self.seats, &stubborn)?;
            let too_high = self
                .seats
                .iter()
                .zip(&shares)
                .position(|(entry, share)| entry.granted > *share);
            let Some(index) = too_high else {
                return Some(shares);
            };
            stubborn[index] = !self.seats[index].lower(shares[index]);
        }
    }
}

impl Distribution<'static> {
    fn admit(mut self, cap: u64) -> Option<Seat> {
        let number = self.next_number();
        let set_aside = self.set_aside();
        self.seats.push(SeatEntry {
            number,
            tenant: None,
            cap,
            granted: 0,
        });
        let lowered = self.lower_set_aside();
        if !lowered.is_some_and(|lowered| self.share_out(lowered)) {
            self.seats.pop();
            self.budget.set_aside.store(set_aside, Ordering::SeqCst);
            return None;
        }
        let share = self.seats.last()?.granted;
        Some(Seat {
            budget: self.budget,
            number,
            share,
        })
    }
}

impl Drop for Distribution<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.seats = mem::take(&mut self.seats);
        state.limit = state.limit.map(|_| self.limit);
        state.distributing = false;
        if state.seats.is_empty() {
            self.budget.set_aside.store(self.limit, Ordering::SeqCst);
        }
        self.budget
            .shared
            .store(!state.seats.is_empty(), Ordering::SeqCst);
        self.budget.piece.store(piece_of(self.limit), Ordering::SeqCst);
        drop(state);
        self.budget.changed.notify_all();
    }
}

impl SeatEntry {
    /// Lowers the limit; false where the engine cannot go as low, which then keeps as little as it accepts.
    fn lower(&mut self, share: u64) -> bool {
        if self.accepts(share) {
            self.granted = share;
            return true;
        }
        let mut refused = share;
        for _ in 0..ATTEMPTS {
            let middle = refused + (self.granted - refused) / 2;
            if self.accepts(middle) {
                self.granted = middle;
            } else {
                refused = middle;
            }
        }
        false
    }

    fn raise(&mut self, share: u64) {
        // A limit that cannot be raised stays low, which is safe.
        if share > self.granted && self.accepts(share) {
            self.granted = share;
        }
    }

    fn accepts(&self, limit: u64) -> bool {
        self.tenant
            .as_ref()
            .is_none_or(|tenant| tenant.set_limit(limit).is_ok())
    }
}

/// Shares that are equal, but that no engine gets more than its cap, and what it leaves goes to the others. None where an
/// engine would get too little.
///
/// # Parameters
/// * `fixed`: the engines that keep what they have
fn shares(available: u64, seats: &[SeatEntry], fixed: &[bool]) -> Option<Vec<u64>> {
    let mut shares: Vec<u64> = seats.iter().map(|entry| entry.granted).collect();
    let kept = shares.iter().zip(fixed).filter(|(_, fixed)| **fixed);
    let mut left = available.checked_sub(kept.map(|(granted, _)| granted).sum())?;
    let mut open: Vec<usize> = (0..seats.len()).filter(|index| !fixed[*index]).collect();
    open.sort_by_key(|index| seats[*index].cap);
    let mut count = open.len() as u64;
    for index in open {
        let cap = seats[index].cap;
        let share = cap.min(left / count);
        if share < cap.min(LEAST_SHARE) {
            return None;
        }
        shares[index] = share;
        left -= share;
        count -= 1;
    }
    Some(shares)
}

/// How much to set aside for what is needed: between one and two pieces more.
fn comfortable(needed: u64, limit: u64) -> u64 {
    let piece = piece_of(limit);
    (needed / piece)
        .saturating_add(2)
        .saturating_mul(piece)
        .min(limit)
}
