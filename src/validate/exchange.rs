//! The mean field of the other spins.

use super::*;

/// Rows of a table at the most: a scenario holds them, and more than there are momenta tell nothing.
const MOST_ROWS: usize = 1 << 16;

impl Checker<'_> {
    pub(super) fn exchange(&mut self) {
        let scenario = self.scenario;
        let Some(exchange) = &scenario.exchange else { return };
        self.needs_spin("exchange", "the exchange mean field");
        self.require(!self.particle.relativistic(), "exchange", || {
            "found an exchange mean field of relativistic particles, expected `kinematics` \"non_relativistic\" or \"non_relativistic_without_spin_orbit\"".into()
        });
        self.require(exchange.strength != 0.0, "exchange.strength", || {
            "found 0, expected a number other than 0; remove `exchange` where particles do not interact".into()
        });
        if exchange.forces {
            self.needs_space("exchange.forces", "the forces of a mean field");
            self.require(self.particle.moment != 0.0, "exchange.forces", || {
                "found true for particles without a magnetic moment, expected `species.magnetic_moment` other than 0: spins are pushed as by the gradient of a B; any moment will do where there is no B".into()
            });
            self.require(self.scenario.output.balances.is_none(), "output.balances", || {
                "found local balances, which do not know the forces of a mean field; remove this, or `exchange.forces`"
                    .into()
            });
        }
        self.range_of_exchange(exchange);
        // Densities are judged when there are some: this is what no density can mend.
        let rate = exchange.strength / self.scenario.species.hbar;
        self.require(!self.scenario.species.spin || rate.is_finite(), "exchange.strength", || {
            format!(
                "found {}, which over hbar, {}, is no number; use units in which they are near one",
                number(exchange.strength, 12),
                number(self.scenario.species.hbar, 12)
            )
        });
    }

    /// How the pair potential falls off.
    fn range_of_exchange(&mut self, exchange: &Exchange) {
        let Some(range) = &exchange.range else { return };
        self.require(!exchange.forces, "exchange.forces", || {
            "found true with `exchange.range`, expected false: the forces of a mean field are known for a contact interaction alone; remove this, or the range".into()
        });
        match range {
            Range::Gaussian { width } => {
                self.require(*width > 0.0, "exchange.range.gaussian.width", || {
                    format!("found {}, expected a momentum > 0", number(*width, 12))
                });
            }
            Range::Table(rows) => {
                let path = "exchange.range.table";
                for (row, text) in table_mistakes(rows, self.scenario) {
                    self.refuse(row.map_or(path.into(), |row| format!("{path}[{row}]")), text);
                }
            }
            // Its mistakes are known, see `table_from_file`.
            Range::File(_) => {}
        }
    }
}

/// Puts the table of a file in its place.
pub(super) fn table_from_file(scenario: &mut Scenario, folder: &Path) -> Vec<Violation> {
    let Some(Range::File(file)) = scenario.exchange.as_ref().and_then(|exchange| exchange.range.as_ref()) else {
        return Vec::new();
    };
    let path = folder.join(file);
    let violation = |text: String| Violation { path: "exchange.range.file".into(), text };
    let rows = match npy::rows(&path, MOST_ROWS) {
        Ok(rows) => rows,
        Err(error) => return vec![violation(error.to_string())],
    };
    let said = |(row, text): (Option<usize>, String)| match row {
        Some(row) => violation(format!("row {row}: {text}")),
        None => violation(text),
    };
    let mistakes: Vec<Violation> = table_mistakes(&rows, scenario).into_iter().map(said).collect();
    if let Some(exchange) = scenario.exchange.as_mut().filter(|_| mistakes.is_empty()) {
        exchange.range = Some(Range::Table(rows));
    }
    mistakes
}

/// What is wrong with a table of [|p - q|, V/g], and in which row.
fn table_mistakes(rows: &[[f64; 2]], scenario: &Scenario) -> Vec<(Option<usize>, String)> {
    let (Some([first, _]), Some([last, v])) = (rows.first(), rows.last()) else {
        return vec![(None, "found no row, expected pairs [|p - q|, V/g] from |p - q| = 0 on".into())];
    };
    let mut mistakes = Vec::new();
    if *first != 0.0 {
        mistakes.push((Some(0), format!("found |p - q| = {}, expected the first row at 0", number(*first, 12))));
    }
    for (index, pair) in rows.windows(2).enumerate().filter(|(_, pair)| pair[0][0] >= pair[1][0]) {
        let [before, found] = [pair[0][0], pair[1][0]].map(|apart| number(apart, 12));
        let text = format!("found |p - q| = {found} after {before}, expected rows in the order of |p - q|, each once");
        mistakes.push((Some(index + 1), text));
    }
    let lengths = PhaseAxis::MOMENTA.iter().filter_map(|axis| scenario.phase_space.axis(*axis));
    let differences = lengths.map(|axis| (axis.to - axis.from) * (1.0 - 1.0 / f64::from(axis.cells)));
    let largest = differences.map(|difference| difference * difference).sum::<f64>().sqrt();
    if *v != 0.0 && *last < largest * (1.0 - WHOLE) {
        let text = format!(
            "found V/g = {} at the last row, |p - q| = {}, and momenta of this grid differ by up to {}: expected rows up to there, or a last row where V is 0, as it is beyond",
            number(*v, 12),
            number(*last, 12),
            number(largest, 12)
        );
        mistakes.push((None, text));
    }
    if rows.iter().all(|row| row[1] == 0.0) {
        let text = "found V = 0 everywhere, expected some other; remove `exchange` where particles do not interact";
        mistakes.push((None, text.into()));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{base, complaints, set};
    use crate::npy;
    use crate::scenario::schema::Range;

    #[test]
    fn exchange_that_cannot_be_is_refused_at_its_place() {
        let mut valid = base();
        set(&mut valid, "/kinematics", json!("non_relativistic"));
        set(&mut valid, "/time/step", json!(0.05));
        set(&mut valid, "/exchange", json!({"strength": 0.2, "statistics": "fermions"}));
        assert_eq!(complaints(&valid), "");
        for (place, value, path, words) in [
            ("/exchange/strength", json!(0), "exchange.strength", "found 0, expected a number other than 0"),
            ("/kinematics", json!("relativistic"), "exchange", "of relativistic particles"),
        ] {
            let mut root = valid.clone();
            set(&mut root, place, value);
            let text = complaints(&root);
            assert!(text.contains(path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
        let mut root = valid.clone();
        set(&mut root, "/exchange/forces", json!(true));
        assert_eq!(complaints(&root), "");
        set(&mut root, "/species/magnetic_moment", json!(0));
        assert!(complaints(&root).contains("`exchange.forces`: found true for particles"), "{}", complaints(&root));
        let mut ranged = valid.clone();
        for (range, path, words) in [
            (json!({"gaussian": {"width": 0}}), "exchange.range.gaussian.width", "found 0, expected a momentum > 0"),
            (json!({"gaussian": {"width": -2}}), "exchange.range.gaussian.width", "found -2"),
            (json!({"table": []}), "exchange.range.table", "found no row"),
            (json!({"table": [[0.5, 1], [1, 0]]}), "exchange.range.table[0]", "expected the first row at 0"),
            (json!({"table": [[0, 1], [2, 0.5], [1, 0]]}), "exchange.range.table[2]", "found |p - q| = 1 after 2"),
            (json!({"table": [[0, 1], [2, 0.5]]}), "exchange.range.table", "momenta of this grid differ by up to"),
            (json!({"table": [[0, 0], [2, 0]]}), "exchange.range.table", "found V = 0 everywhere"),
        ] {
            set(&mut ranged, "/exchange/range", range);
            let text = complaints(&ranged);
            assert!(text.contains(path) && text.contains(words) && text.starts_with("s.json:"), "{text}");
        }
        for range in [json!({"gaussian": {"width": 0.5}}), json!({"table": [[0, 1], [2, 0]]})] {
            set(&mut ranged, "/exchange/range", range);
            assert_eq!(complaints(&ranged), "");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, shape: &[usize], numbers: &[f64]| {
            let path = folder.path().join(name);
            npy::write_f64(&path, shape, numbers).expect("written");
            json!({"file": path})
        };
        for (range, words) in [
            (json!({"file": "nowhere.npy"}), "nowhere.npy: cannot be read as .npy"),
            (file("shape.npy", &[3], &[0.0, 1.0, 2.0]), "has shape [3], expected [3, 2]"),
            (file("order.npy", &[3, 2], &[0.0, 1.0, 2.0, 0.5, 1.0, 0.0]), "row 2: found |p - q| = 1 after 2"),
            (file("long.npy", &[1 << 17, 2], &[0.0; 1 << 18]), "has 131072 rows, expected 65536 or fewer"),
            (file("nan.npy", &[2, 2], &[0.0, f64::NAN, 2.0, 0.0]), "must be finite"),
        ] {
            set(&mut ranged, "/exchange/range", range);
            let text = complaints(&ranged);
            assert!(text.contains("at `exchange.range.file`") && text.contains(words), "{text}");
        }
        let sound = file("sound.npy", &[2, 2], &[0.0, 1.0, 2.0, 0.0]);
        set(&mut ranged, "/exchange/range", sound);
        let loaded = crate::validate::from_value(&ranged, "s.json", folder.path()).expect("sound");
        let range = loaded.scenario.exchange.and_then(|exchange| exchange.range);
        assert_eq!(range, Some(Range::Table(vec![[0.0, 1.0], [2.0, 0.0]])));
        set(&mut ranged, "/exchange/forces", json!(true));
        assert!(complaints(&ranged).contains("found true with `exchange.range`"), "{}", complaints(&ranged));
        let mut root = valid;
        set(&mut root, "/species/spin", json!(false));
        assert!(complaints(&root).contains("the exchange mean field needs spin"), "{}", complaints(&root));
    }
}
