//! A run as a terminal shows it.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::signals;
use indicatif::{ProgressBar, ProgressStyle};
use spinwigner::numerals::number;
use spinwigner::run::{Answer, Beginning, Observer, Outcome, Progress};

/// Prints title, progress and summary, or notes alone, and stops a run on a signal.
pub struct Console {
    quiet: bool,
    progress: ProgressBar,
    signalled: Arc<AtomicBool>,
}

impl Console {
    /// From now on the first SIGINT (Ctrl-C), SIGTERM or, on Linux, SIGHUP asks the run to stop, the second ends the program.
    pub fn new(quiet: bool) -> Console {
        let heard = signals::heard();
        let mut console = Console { quiet, progress: ProgressBar::hidden(), signalled: Arc::default() };
        match heard {
            Ok(signalled) => console.signalled = signalled,
            Err(error) => console.note(&format!("signals will end the run at once: {error}")),
        }
        console
    }

    /// What the run came to.
    pub fn summary(&self, outcome: &Outcome) {
        if self.quiet {
            return;
        }
        let Outcome { steps, time, cells, seconds, .. } = *outcome;
        let speed = 1e-6 * cells as f64 * steps as f64 / seconds;
        say(&format!("{steps} steps to t = {}, {cells} cells, {seconds:.1} s ({speed:.1} Mcell/s)", number(time, 7)));
        outcome.answers.iter().for_each(say_answer);
        outcome.notes.iter().for_each(|note| say(&format!("note: {note}")));
        let pictures = std::fs::read_dir(outcome.folder.join("snapshots")).map_or(0, Iterator::count);
        let names =
            ["diagnostics.csv", "diagnostics.png", "balances.csv", "balances/", "state/", "checkpoints/", "run.json"];
        let written: Vec<&str> = names.into_iter().filter(|name| outcome.folder.join(name).exists()).collect();
        let folder = outcome.folder.display();
        say(&format!("results in {folder}: {pictures} pictures in snapshots/, {}", written.join(", ")));
    }
}

impl Observer for Console {
    fn note(&mut self, text: &str) {
        // Standard error may be closed.
        self.progress.suspend(|| {
            let _ = writeln!(std::io::stderr(), "note: {}", plain(text));
        });
    }

    fn begins(&mut self, run: &Beginning) {
        if self.quiet {
            return;
        }
        say(run.title);
        say(&format!("on {} [{}], {}", run.device.device, run.device.interface(), run.device.precision));
        // Hidden by itself when standard error is not a terminal.
        self.progress = ProgressBar::new(run.steps).with_position(run.done);
        // What was done before says nothing about the time that is left.
        self.progress.reset_eta();
        if let Ok(style) = ProgressStyle::with_template("{bar:30} step {pos}/{len}  {msg}  {eta} left") {
            self.progress.set_style(style);
        }
    }

    fn advanced(&mut self, progress: &Progress) {
        let Progress { steps, time, cells_per_second } = *progress;
        self.progress.set_message(format!("t = {}  {:.1} Mcell/s", number(time, 4), 1e-6 * cells_per_second));
        self.progress.set_position(steps);
    }

    fn stops(&mut self) -> bool {
        self.signalled.load(Ordering::Relaxed)
    }

    fn ends(&mut self) {
        self.progress.finish_and_clear();
    }
}

/// Prints a line; a reader that has gone away is no error.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", plain(text));
}

/// A text that moves no cursor and colours nothing: control characters but line breaks, and marks that turn the
/// direction of what follows, are written as escapes.
pub fn plain(text: &str) -> Cow<'_, str> {
    let acts =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

fn say_answer(answer: &Answer) {
    let expectation = &answer.expectation;
    say(&format!("{} {}", if answer.met() { "met   " } else { "MISSED" }, expectation.what));
    say(&match answer.measured {
        Some(measured) => format!(
            "       expected {}, measured {}, off by {:.2e} (allowed {:.0e})",
            number(expectation.value, 9),
            number(measured, 9),
            answer.error(),
            expectation.relative_tolerance
        ),
        None => "       no wave could be fitted in the window".into(),
    });
}
