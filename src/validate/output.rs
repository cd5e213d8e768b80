//! Time, numerics, outputs and expected answers.

use std::iter;

use super::*;

impl Checker<'_> {
    /// Texts of a line, which become headers, titles and lines of a terminal.
    pub(super) fn texts(&mut self) {
        let Scenario { title, units, .. } = self.scenario;
        let units = [
            ("units.length", &units.length),
            ("units.time", &units.time),
            ("units.momentum", &units.momentum),
            ("units.energy", &units.energy),
        ];
        let named = [("title".to_string(), title)].into_iter().chain(units.map(|(path, text)| (path.into(), text)));
        let expected = self.scenario.expect.iter().enumerate();
        let expected = expected.map(|(index, expectation)| (format!("expect[{index}].what"), &expectation.what));
        for (path, text) in named.chain(expected) {
            if let Some(found) = text.chars().find(|c| c.is_control()) {
                self.refuse(
                    path,
                    format!(
                        "found the control character {}, expected a text of one line; remove it",
                        found.escape_unicode()
                    ),
                );
            }
        }
    }

    pub(super) fn time(&mut self) {
        let Time { step, end, start } = self.scenario.time;
        let length = self.scenario.time.length();
        self.positive(step, "time.step");
        if step <= 0.0 {
            return;
        }
        let after = start.map_or_else(String::new, |start| format!(" after the start, t = {}", number(start, 12)));
        // As a difference is rounded.
        if length < step * (1.0 - WHOLE) {
            let text = format!("found {}, expected one step ({}) or more{after}", number(end, 12), number(step, 12));
            return self.refuse("time.end", text);
        }
        if length / step > MOST_STEPS || self.scenario.time.start().abs() / step > MOST_STEPS {
            let text = format!(
                "found {} steps of {}, expected 2^53 or fewer, which no run lives to see; end earlier or take longer steps",
                number(length / step, 4),
                number(step, 12)
            );
            return self.refuse("time.end", text);
        }
        if let Some(nearest) = nearest_multiple(length, step) {
            self.refuse(
                "time.end",
                format!(
                    "found {} steps of {}{after}, expected a whole number of steps; the nearest end is {}",
                    number(length / step, 9),
                    number(step, 12),
                    number(self.scenario.time.start() + nearest, 12)
                ),
            );
        }
    }

    pub(super) fn numerics(&mut self) {
        let Numerics { order, dissipation, .. } = self.scenario.numerics;
        self.require(matches!(order, 2 | 4), "numerics.order", || format!("found {order}, expected 2 or 4"));
        self.require((0.0..=1.0).contains(&dissipation), "numerics.dissipation", || {
            format!("found {}, expected a share from 0 to 1", number(dissipation, 12))
        });
        let space = &self.scenario.phase_space;
        let open = PhaseAxis::SPACE.iter().any(|&axis| space.axis(axis).is_some_and(|a| a.absorbing_layer.is_some()));
        self.require(order == 2 || !open, "numerics.order", || {
            "found 4, but what an absorbing layer swallows does not come back in the steps that order four takes \
             backwards; use 2, or remove the layers"
                .into()
        });
    }

    fn interval(&mut self, interval: f64, path: &str) {
        let step = self.scenario.time.step;
        if step <= 0.0 {
            return;
        }
        if interval < step {
            self.refuse(
                path,
                format!("found {}, expected one time step ({}) or more", number(interval, 12), number(step, 12)),
            );
        } else if let Some(nearest) = nearest_multiple(interval, step) {
            self.refuse(
                path,
                format!(
                    "found {} steps of {}, expected a whole number of time steps; the nearest interval is {}",
                    number(interval / step, 9),
                    number(step, 12),
                    number(nearest, 12)
                ),
            );
        }
    }

    pub(super) fn output(&mut self) {
        let output = &self.scenario.output;
        if let Some(interval) = output.diagnostics.interval {
            self.interval(interval, "output.diagnostics.interval");
        }
        self.spin_axis(output.diagnostics.spin_axis, "output.diagnostics.spin_axis");
        for (index, mode) in output.diagnostics.modes.iter().enumerate() {
            self.recorded_mode(*mode, &format!("output.diagnostics.modes[{index}]"));
            if let Some(first) = output.diagnostics.modes[..index].iter().position(|other| other == mode) {
                let text = format!(
                    "found the mode of modes[{first}] again, which would be two columns of one name; remove it"
                );
                self.refuse(format!("output.diagnostics.modes[{index}]"), text);
            }
        }
        for (index, place) in output.diagnostics.places.iter().enumerate() {
            self.recorded_place(*place, &format!("output.diagnostics.places[{index}]"));
            if let Some(first) = output.diagnostics.places[..index].iter().position(|other| other == place) {
                let text = format!(
                    "found the place of places[{first}] again, which would be two columns of one name; remove it"
                );
                self.refuse(format!("output.diagnostics.places[{index}]"), text);
            }
        }
        for (index, snapshot) in output.snapshots.iter().enumerate() {
            self.snapshot(snapshot, &format!("output.snapshots[{index}]"));
        }
        if let Some(checkpoints) = output.checkpoints {
            if let Some(interval) = checkpoints.interval {
                self.interval(interval, "output.checkpoints.interval");
            }
            self.require(checkpoints.steps != Some(0), "output.checkpoints.steps", || {
                "found 0, expected one step or more".into()
            });
            if let Some(seconds) = checkpoints.seconds {
                self.positive(seconds, "output.checkpoints.seconds");
            }
        }
        if let Some(balances) = output.balances {
            self.needs_space("output.balances", "a local balance");
            for (interval, name) in [(balances.interval, "interval"), (balances.pictures, "pictures")] {
                if let Some(interval) = interval {
                    self.interval(interval, &format!("output.balances.{name}"));
                }
            }
        }
    }

    fn spin_axis(&mut self, axis: [f64; 3], path: &str) {
        self.direction(axis, path);
        if axis != Diagnostics::default().spin_axis {
            self.needs_spin(path, "a spin axis");
        }
    }

    fn recorded_mode(&mut self, mode: Mode, path: &str) {
        self.needs_space(path, "a Fourier mode");
        self.mode(mode.mode, true, &format!("{path}.mode"));
        if mode.quantity.is_spin() {
            self.needs_spin(&format!("{path}.quantity"), "a spin mode");
        }
    }

    fn recorded_place(&mut self, place: Place, path: &str) {
        self.needs_space(path, "a place");
        if place.quantity.is_spin() {
            self.needs_spin(&format!("{path}.quantity"), "a spin density");
        }
        for (index, (axis, value)) in PhaseAxis::SPACE.into_iter().zip(place.at.each()).enumerate() {
            let path = element(&format!("{path}.at"), index, matches!(place.at, Position::Each(_)));
            if self.has(axis) {
                self.on_axis(axis, value, path);
            } else if self.inhomogeneous() {
                self.require(value == 0.0, path, || {
                    let (value, name) = (number(value, 12), axis.name());
                    format!(
                        "found {value} along {name}, which is not resolved, expected 0; write the place as [x, y, z]"
                    )
                });
            }
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot, path: &str) {
        self.picture_times(snapshot, path);
        self.spin_axis(snapshot.spin_axis, &format!("{path}.spin_axis"));
        if snapshot.quantity != Quantity::W0 {
            self.needs_spin(&format!("{path}.quantity"), "this quantity");
        }
        self.require(snapshot.quantity != Quantity::Texture || !snapshot.change, format!("{path}.change"), || {
            "found the change of a texture, whose arrows have none; remove `change`, or picture `w3` or `polarisation`"
                .into()
        });
        if snapshot.frame == Frame::Laboratory {
            let path = format!("{path}.frame");
            self.needs_spin(&path, "the laboratory's view of spins");
            self.require(snapshot.quantity != Quantity::W0, path.as_str(), || {
                "found \"laboratory\" for w0, which is the same there; remove this, or picture spins".into()
            });
            self.require(self.particle.relativistic(), path, || {
                "found \"laboratory\" for particles that are not relativistic, whose spins are the same there; remove this, or use `kinematics` \"relativistic\"".into()
            });
        }
        let bounded = matches!(snapshot.quantity, Quantity::Polarisation | Quantity::Texture);
        self.require(snapshot.largest > 0.0 && (bounded || snapshot.largest == 1.0), format!("{path}.largest"), || {
            match bounded {
                true => format!("found {}, expected a polarisation > 0", number(snapshot.largest, 12)),
                false => "found with a quantity whose colours fit themselves; remove it, or picture a `polarisation` or a `texture`".into(),
            }
        });
        for (index, axis) in snapshot.axes.into_iter().enumerate() {
            self.resolved(axis, &format!("{path}.axes[{index}]"));
        }
        self.require(snapshot.axes[0] != snapshot.axes[1], format!("{path}.axes"), || {
            format!("found {} twice, expected two different axes", snapshot.axes[0].name())
        });
        for (&axis, &value) in &snapshot.cut {
            let path = format!("{path}.cut.{}", axis.name());
            self.resolved(axis, &path);
            self.require(!snapshot.axes.contains(&axis), path.as_str(), || {
                format!(
                    "found a cut of {}, which is an axis of the picture; remove the cut or change `axes`",
                    axis.name()
                )
            });
            self.on_axis(axis, value, path);
        }
    }

    /// Either an interval, or the times of some steps, one after the other.
    fn picture_times(&mut self, snapshot: &Snapshot, path: &str) {
        match (snapshot.interval, snapshot.times.is_empty()) {
            (Some(interval), true) => self.interval(interval, &format!("{path}.interval")),
            (Some(_), false) => {
                let text = "found times beside an `interval`, expected one of the two; remove either";
                self.refuse(format!("{path}.times"), text);
            }
            (None, true) => {
                let text =
                    "found neither `interval` nor `times`, expected the time between pictures, or an array of times";
                self.refuse(path, text);
            }
            (None, false) => {
                let before = iter::once(f64::NEG_INFINITY).chain(snapshot.times.iter().copied());
                for (index, (&time, before)) in snapshot.times.iter().zip(before).enumerate() {
                    self.picture_time(time, before, &format!("{path}.times[{index}]"));
                }
            }
        }
    }

    fn picture_time(&mut self, time: f64, before: f64, path: &str) {
        let (Time { step, end, .. }, start) = (self.scenario.time, self.scenario.time.start());
        let since = time - start;
        // A multiple of the step may miss the ends by its rounding.
        if !(start - 1e-6 * step..=end + 1e-6 * step).contains(&time) {
            let (start, end) = (number(start, 12), number(end, 12));
            self.refuse(path, format!("found {}, expected a time within the run, {start} to {end}", number(time, 12)));
        } else if time <= before {
            let text = format!("found {} after {}, expected rising times", number(time, 12), number(before, 12));
            self.refuse(path, text);
        } else if let Some(nearest) = nearest_multiple(since, step).filter(|_| step > 0.0 && since > 1e-6 * step) {
            let text = format!(
                "found {} steps of {}, expected a whole number of time steps; the nearest time is {}",
                number(since / step, 9),
                number(step, 12),
                number(start + nearest, 12)
            );
            self.refuse(path, text);
        }
    }

    fn resolved(&mut self, axis: PhaseAxis, path: &str) {
        self.require(self.has(axis), path, || {
            let names: Vec<&str> = self.scenario.phase_space.axes().iter().map(|(axis, _)| axis.name()).collect();
            format!("found {}, which is not resolved, expected one of {}", axis.name(), names.join(", "))
        });
    }

    pub(super) fn expectations(&mut self) {
        let (start, end) = (self.scenario.time.start(), self.scenario.time.end);
        for (index, expectation) in self.scenario.expect.iter().enumerate() {
            let path = format!("expect[{index}]");
            self.positive(expectation.relative_tolerance, format!("{path}.relative_tolerance"));
            let (kind, mode, from, to, between) = match &expectation.measure {
                Measure::Column { name, at, .. } => {
                    let path = format!("{path}.measure.column");
                    self.column(name, &format!("{path}.name"));
                    if let Some(at) = at {
                        self.row(*at, &format!("{path}.at"));
                    }
                    continue;
                }
                Measure::GrowthRate { mode, from, to, between } => ("growth_rate", *mode, *from, *to, *between),
                Measure::Frequency { mode, from, to, between } => ("frequency", *mode, *from, *to, *between),
            };
            let path = format!("{path}.measure.{kind}");
            self.recorded_mode(mode, &format!("{path}.mode"));
            let recorded = self.scenario.output.diagnostics.modes.contains(&mode);
            self.require(recorded, format!("{path}.mode"), || {
                "found a mode that is not recorded; add it, written alike, to `output.diagnostics.modes`".into()
            });
            if let Some([low, high]) = between {
                let interval = self.scenario.output.diagnostics.interval.unwrap_or(self.scenario.time.step);
                let most = PI / interval;
                self.require(0.0 <= low && low < high && high < most, format!("{path}.between"), || {
                    format!(
                        "found the frequencies {} to {}, expected low < high from 0 to below {}, pi over the time between rows",
                        number(low, 12),
                        number(high, 12),
                        number(most, 6)
                    )
                });
            }
            self.require(start <= from && from < to && to <= end, path, || {
                format!(
                    "found the times {} to {}, expected from < to within the run, {} to {}",
                    number(from, 12),
                    number(to, 12),
                    number(start, 12),
                    number(end, 12)
                )
            });
        }
    }

    /// What a run is judged by must be measured by it.
    fn column(&mut self, column: &str, path: &str) {
        let names: Vec<String> = columns(&Facts::of(self.scenario)).into_iter().map(|column| column.name).collect();
        self.require(names.iter().any(|name| name == column), path, || {
            let hint = match did_you_mean(column, names.iter().map(String::as_str)) {
                Some(name) => format!("; did you mean `{name}`?"),
                None => String::new(),
            };
            format!(
                "found `{column}`, which diagnostics.csv will not have{hint}\n  its columns are {}; modes and places are added in `output.diagnostics.modes` and `places`",
                names.join(", ")
            )
        });
    }

    /// A time after the first at which a row is recorded.
    fn row(&mut self, at: f64, path: &str) {
        let (Time { step, end, .. }, start) = (self.scenario.time, self.scenario.time.start());
        let interval = self.scenario.output.diagnostics.interval.unwrap_or(step);
        if at <= start || at > end {
            let (found, start, end) = (number(at, 12), number(start, 12), number(end, 12));
            return self.refuse(path, format!("found {found}, expected a time > {start} within the run, up to {end}"));
        }
        if interval <= 0.0 || at == end {
            return;
        }
        if let Some(nearest) = nearest_multiple(at - self.zero, interval) {
            let text = format!(
                "found {}, at which no row is recorded; rows are {} apart, the nearest is at {}",
                number(at, 12),
                number(interval, 12),
                number((self.zero + nearest).min(end), 12)
            );
            self.refuse(path, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{base, complaints, set};

    #[test]
    fn places_that_cannot_be_recorded_are_refused_where_they_stand() {
        for (places, path, words) in [
            (json!([{"quantity": "density", "at": 1e3}]), "output.diagnostics.places[0].at", "on the x axis"),
            (
                json!([{"quantity": "density", "at": [1, 2, 0]}]),
                "output.diagnostics.places[0].at[1]",
                "found 2 along y, which is not resolved",
            ),
            (
                json!([{"quantity": "density", "at": 1}, {"quantity": "density", "at": 1}]),
                "output.diagnostics.places[1]",
                "two columns of one name",
            ),
        ] {
            let mut root = base();
            set(&mut root, "/output/diagnostics/places", places);
            let text = complaints(&root);
            assert!(text.starts_with("s.json:") && text.contains(path) && text.contains(words), "{text}");
        }
    }

    #[test]
    fn views_that_show_nothing_are_refused_where_they_stand() {
        let mut root = base();
        set(&mut root, "/output/snapshots", json!([{"quantity": "polarisation", "axes": ["x", "px"], "interval": 1}]));
        for (key, value, words) in [
            ("largest", json!(0), "found 0, expected a polarisation > 0"),
            ("largest", json!(-0.1), "found -0.1"),
            ("frame", json!("laboratory"), ""),
        ] {
            let mut root = root.clone();
            root["output"]["snapshots"][0][key] = value;
            let text = complaints(&root);
            assert!(text.contains(words) && text.is_empty() == words.is_empty(), "{text}");
        }
        let snapshot = |root: &mut serde_json::Value, key: &str, value: serde_json::Value| {
            root["output"]["snapshots"][0][key] = value;
        };
        let mut slow = root.clone();
        set(&mut slow, "/kinematics", json!("non_relativistic"));
        snapshot(&mut slow, "frame", json!("laboratory"));
        assert!(complaints(&slow).contains("output.snapshots[0].frame"), "{}", complaints(&slow));
        let mut none = root.clone();
        snapshot(&mut none, "quantity", json!("w0"));
        snapshot(&mut none, "frame", json!("laboratory"));
        assert!(complaints(&none).contains("which is the same there"), "{}", complaints(&none));
        snapshot(&mut root, "quantity", json!("w3"));
        snapshot(&mut root, "largest", json!(0.1));
        assert!(complaints(&root).contains("output.snapshots[0].largest"), "{}", complaints(&root));
    }
}
