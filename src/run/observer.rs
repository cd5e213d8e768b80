//! Who hears of a run. Nothing in the library prints.

use crate::operators::ExecutorDescription;

/// A run about to advance.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// Of the scenario.
    pub title: &'a str,
    /// On what it is computed.
    pub device: &'a ExecutorDescription,
    /// Steps done before, where a run is gone on with.
    pub done: u64,
    /// Steps done at its end.
    pub steps: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps done.
    pub steps: u64,
    /// Physical time.
    pub time: f64,
    /// Phase-space cells times steps over the time on the wall since the start.
    pub cells_per_second: f64,
}

/// Hears of a run while it goes on; what it does not care for it leaves out.
pub trait Observer {
    /// Something a user should know, in a sentence.
    fn note(&mut self, _text: &str) {}

    /// Everything is set up, no step done.
    fn begins(&mut self, _run: &Beginning) {}

    /// Some steps are done: it is called wherever the run halts, and several times a second between.
    fn advanced(&mut self, _progress: &Progress) {}

    /// Whether the run shall end after the step it is at, with all that is due at an end.
    fn stops(&mut self) -> bool {
        false
    }

    /// The last step is done, or the run has failed.
    fn ends(&mut self) {}
}

/// Hears the notes alone.
impl<F: FnMut(&str)> Observer for F {
    fn note(&mut self, text: &str) {
        self(text);
    }
}
