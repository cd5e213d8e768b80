//! Hard pulses.

use super::*;

impl Checker<'_> {
    pub(super) fn pulses(&mut self) {
        let (Time { step, end, .. }, start) = (self.scenario.time, self.scenario.time.start());
        // A run that goes on from a checkpoint may have had some already.
        let goes_on = matches!(&self.scenario.initial, Initial::Checkpoint(taken) if taken.take() == Take::All);
        if !self.scenario.pulses.is_empty() {
            self.needs_spin("pulses", "a pulse, which turns spins,");
        }
        for (index, pulse) in self.scenario.pulses.iter().enumerate() {
            let path = |key: &str| format!("pulses[{index}].{key}");
            self.require(norm(pulse.axis) > 0.0, path("axis"), || {
                "found no direction, expected a vector that is not 0".into()
            });
            self.require(pulse.angle.abs() <= MOST_TURN, path("angle"), || {
                format!("found {} rad, expected {} at the most", number(pulse.angle, 12), number(MOST_TURN, 2))
            });
            let had = goes_on && pulse.time < start - 1e-6 * step;
            if !had && !(start - 1e-6 * step..end - 0.5 * step).contains(&pulse.time) {
                let text = format!(
                    "found {}, expected a time from the start of the run, {}, to less than its end, {}",
                    number(pulse.time, 12),
                    number(start, 12),
                    number(end, 12)
                );
                self.refuse(path("time"), text);
            } else if !had
                && (pulse.time - self.zero).abs() > 1e-6 * step
                && let Some(nearest) = nearest_multiple(pulse.time - self.zero, step)
            {
                let text = format!(
                    "found {} steps of {}, expected a whole number of time steps; the nearest time is {}",
                    number((pulse.time - self.zero) / step, 9),
                    number(step, 12),
                    number(self.zero + nearest, 12)
                );
                self.refuse(path("time"), text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{base, complaints, set};

    #[test]
    fn pulses_that_cannot_be_are_refused_at_their_place() {
        let mut valid = base();
        set(&mut valid, "/time/step", json!(0.05));
        set(
            &mut valid,
            "/pulses",
            json!([{"time": 0, "axis": [1, 0, 0], "angle": 3.1}, {"time": 0.1, "axis": [0, 0, -2], "angle": -1}]),
        );
        assert_eq!(complaints(&valid), "");
        for (place, value, path, words) in [
            ("/pulses/1/time", json!(0.11), "pulses[1].time", "2.2 steps of 0.05"),
            ("/pulses/1/time", json!(-0.1), "pulses[1].time", "expected a time from the start of the run, 0"),
            ("/pulses/0/time", valid["time"]["end"].clone(), "pulses[0].time", "less than its end"),
            ("/pulses/0/axis", json!([0, 0, 0]), "pulses[0].axis", "found no direction"),
            ("/pulses/0/angle", json!(1e8), "pulses[0].angle", "at the most"),
        ] {
            let mut root = valid.clone();
            set(&mut root, place, value);
            let text = complaints(&root);
            assert!(text.contains(path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
        set(&mut valid, "/species/spin", json!(false));
        assert!(complaints(&valid).contains("a pulse, which turns spins, needs spin"), "{}", complaints(&valid));
    }
}
