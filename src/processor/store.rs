//! What threads need for a command, kept for the next one of its kind: memory is neither asked for nor cleared in
//! every sweep, and what depends on momenta alone stays known.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use crate::operators::{Scheme, Speed};

/// The sweep that something is kept for, by axis, speed and scheme; none for what serves any command.
pub type Purpose = Option<(usize, Speed, Scheme)>;

/// Belongs to one executor, whose grid and particle are always the same.
#[derive(Default)]
pub struct Store(Mutex<HashMap<(TypeId, Purpose), Kept>>);

/// Things of one type.
type Kept = Vec<Box<dyn Any + Send>>;

impl Store {
    /// Lends something to one thread: what another has put back, or a new one.
    pub fn lend<T: Any + Send>(&self, purpose: Purpose, make: impl FnOnce() -> T) -> Lent<'_, T> {
        let key = (TypeId::of::<T>(), purpose);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key).and_then(Vec::pop);
        let value = kept.and_then(|kept| kept.downcast().ok()).unwrap_or_else(|| Box::new(make()));
        Lent { store: self, purpose, value: Some(value) }
    }
}

/// Goes back where it was lent.
pub struct Lent<'a, T: Any + Send> {
    store: &'a Store,
    purpose: Purpose,
    /// Until it goes back.
    value: Option<Box<T>>,
}

impl<T: Any + Send> Deref for Lent<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.value.as_ref().expect("it has not gone back")
    }
}

impl<T: Any + Send> DerefMut for Lent<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it has not gone back")
    }
}

impl<T: Any + Send> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            let mut kept = self.store.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.entry((TypeId::of::<T>(), self.purpose)).or_default().push(value);
        }
    }
}
