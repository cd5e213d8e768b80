//! Shares that stay small in a run that is resolved.

use serde::{Deserialize, Serialize};

use crate::numerals::number;

/// Depth of w0 below zero, over its mean height, that is worth a note.
const NEGATIVE: f64 = 0.05;

/// Value of a column in the last row, by its name.
type Row<'a> = &'a dyn Fn(&str) -> Option<f64>;

/// A share that is noted when it first exceeds its bound, and at the end where it grew to twice that.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    most: f64,
    share: fn(Row) -> Option<f64>,
    /// What has that share, and what to do.
    words: [&'static str; 2],
    pub seen: Seen,
}

/// What a bound remembers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The share that was noted.
    noted: Option<f64>,
    /// The largest so far, and its time.
    largest: (f64, f64),
}

impl Bound {
    /// Particles in the outermost momentum cells; without spin, which keeps w0 at zero or above, depths below it.
    pub fn all(spin: bool) -> Vec<Bound> {
        let bound = |most, share, words| Bound { most, share, words, seen: Seen::default() };
        let edges = bound(
            1e-4,
            |value| Some(value("edge_number")? / value("number")?),
            ["of the particles sit in the outermost momentum cells, where nothing leaves", "widen the momentum axes"],
        );
        let negative = bound(
            NEGATIVE,
            // int w0^2 over int w0: the height of what there is.
            |value| Some(-value("least_w0_minus_w")? * value("number")? / (2.0 * value("purity")?)),
            [
                "of its mean height is how far w0 falls below zero, in ripples of what is narrower than the cells",
                "refine the grid or raise numerics.dissipation",
            ],
        );
        if spin { vec![edges] } else { vec![edges, negative] }
    }

    /// Looks at a row.
    pub fn see(&mut self, value: Row) -> Option<String> {
        let (time, share) = (value("time")?, (self.share)(value)?);
        if share > self.seen.largest.0 {
            self.seen.largest = (share, time);
        }
        if share <= self.most || self.seen.noted.is_some() {
            return None;
        }
        self.seen.noted = Some(share);
        let [what, remedy] = self.words;
        Some(format!("at t = {} a share of {} {what}; {remedy}", number(time, 7), number(share, 2)))
    }

    pub fn last_words(&self) -> Option<String> {
        let (share, time) = self.seen.largest;
        (share > 2.0 * self.seen.noted?).then(|| {
            let [what, remedy] = self.words;
            format!("at its worst, at t = {}, a share of {} {what}; {remedy}", number(time, 7), number(share, 2))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A share is noted once, with its time, and again at the end where it more than doubled.
    #[test]
    fn an_excess_is_noted_once() {
        for (shares, noted, last) in [
            (&[0.0, 1e-5, 9e-5][..], None, None),
            (&[0.0, 2e-4, 3e-4], Some("at t = 1 a share of 0.0002 of the particles"), None),
            (
                &[3e-4, 1e-2, 0.0],
                Some("at t = 0 a share of 0.0003"),
                Some("at its worst, at t = 1, a share of 0.01 of"),
            ),
        ] {
            let mut edges = Bound::all(true).remove(0);
            let mut notes = Vec::new();
            for (time, share) in shares.iter().enumerate() {
                let value = |name: &str| match name {
                    "time" => Some(time as f64),
                    "number" => Some(2.0),
                    "edge_number" => Some(2.0 * share),
                    _ => None,
                };
                notes.extend(edges.see(&value));
            }
            assert_eq!(notes.len(), usize::from(noted.is_some()), "{notes:?}");
            assert!(noted.is_none_or(|words| notes[0].starts_with(words)), "{notes:?}");
            let words = edges.last_words();
            assert!(
                words.is_some() == last.is_some()
                    && last.is_none_or(|last| words.clone().is_some_and(|w| w.starts_with(last))),
                "{words:?}"
            );
        }
    }

    /// A Gaussian line has int w0^2 over int w0 = 0.71 of its peak; ripples of a twentieth of that count without spin.
    #[test]
    fn depths_below_zero_count_without_spin() {
        let value = |name: &str| match name {
            "time" | "number" => Some(1.0),
            "purity" => Some(0.5 * 0.71),
            "least_w0_minus_w" => Some(-0.04),
            _ => None,
        };
        assert_eq!(Bound::all(true).len(), 1);
        let note = Bound::all(false).remove(1).see(&value).expect("a note");
        assert!(note.contains("a share of 0.056 of its mean height is how far w0 falls below zero"), "{note}");
    }
}
