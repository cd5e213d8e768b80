//! Values of a field at equal intervals of time, and what they foretell.

use std::collections::VecDeque;

use glam::DVec3;

/// The last few values, newest first.
#[derive(Clone, Debug)]
pub struct History {
    past: VecDeque<Vec<DVec3>>,
    capacity: usize,
}

impl History {
    /// Holds `capacity` values at the most.
    pub fn new(capacity: usize) -> Self {
        History { past: VecDeque::with_capacity(capacity), capacity }
    }

    /// Adds the newest value.
    pub fn push(&mut self, value: Vec<DVec3>) {
        self.past.truncate(self.capacity - 1);
        self.past.push_front(value);
    }

    /// The next value of the polynomial through all that is held; `None` if nothing is.
    pub fn next(&self) -> Option<Vec<DVec3>> {
        let count = self.past.len() as i32;
        let mut next = vec![DVec3::ZERO; self.past.front()?.len()];
        // (-1)^k binomial(count, k + 1)
        let mut weight = 1.0;
        for (k, value) in (0..count).zip(&self.past) {
            weight *= f64::from(count - k) / f64::from(k + 1);
            next.iter_mut().zip(value).for_each(|(next, value)| *next += weight * *value);
            weight = -weight;
        }
        Some(next)
    }

    /// Back to the time before the first value held: as if the polynomial had been
    /// going on until then.
    pub fn rewind(&mut self) {
        self.past = self.past.drain(..).rev().collect();
        for _ in 0..self.past.len() {
            if let Some(before) = self.next() {
                self.push(before);
            }
        }
        self.past = self.past.drain(..).rev().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cubic(t: f64) -> Vec<DVec3> {
        vec![DVec3::new(1.0, t, t * t), DVec3::splat(t * t * t - 2.0 * t)]
    }

    fn close(a: &[DVec3], b: &[DVec3]) -> bool {
        a.iter().zip(b).all(|(a, b)| (*a - *b).length() < 1e-12)
    }

    /// Four values foretell a cubic, and rewound, what came before them.
    #[test]
    fn polynomials_go_on() {
        let mut history = History::new(4);
        assert!(history.next().is_none());
        for t in 0..7 {
            history.push(cubic(f64::from(t)));
        }
        assert!(close(&history.next().expect("full"), &cubic(7.0)));
        // It held t = 3 to 6 and now holds t = -1 to 2.
        history.rewind();
        assert!(close(&history.next().expect("full"), &cubic(3.0)));
        assert!(close(&history.past[3], &cubic(-1.0)));
    }

    /// One value stays.
    #[test]
    fn a_short_history_is_constant() {
        let mut history = History::new(1);
        history.push(cubic(1.0));
        history.push(cubic(2.0));
        assert!(close(&history.next().expect("one"), &cubic(2.0)));
    }
}
