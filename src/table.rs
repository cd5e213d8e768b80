//! Samples over time, as `diagnostics.csv` and `balances.csv` hold them.

/// A table of samples; every row has the columns of the first.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Names without units.
    pub columns: Vec<String>,
    /// Unit of each column, empty for pure numbers.
    pub units: Vec<String>,
    /// In the order of time, each with a number per column.
    pub rows: Vec<Vec<f64>>,
}

impl Table {
    /// Values of a column.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let index = self.columns.iter().position(|column| column == name)?;
        Some(self.rows.iter().map(|row| row[index]).collect())
    }

    /// Value of a column in the row nearest to a time.
    pub fn nearest(&self, name: &str, time: f64) -> Option<f64> {
        let distances = self.column("time")?.into_iter().map(|t| (t - time).abs());
        let nearest = distances.zip(self.column(name)?).min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.map(|(_, value)| value)
    }

    /// Unit of a column.
    pub fn unit(&self, name: &str) -> Option<&str> {
        let index = self.columns.iter().position(|column| column == name)?;
        Some(&self.units[index])
    }

    /// Comma-separated text with units in the header, numbers in full precision.
    pub fn to_csv(&self) -> String {
        self.csv_header() + &self.csv_rows(0)
    }

    /// The first line of [`Table::to_csv`].
    pub(crate) fn csv_header(&self) -> String {
        let names = self.columns.iter().zip(&self.units);
        let header: Vec<String> =
            names.map(|(name, unit)| if unit.is_empty() { name.clone() } else { format!("{name} [{unit}]") }).collect();
        // A unit may hold what separates columns.
        let quoted = |name: &String| match name.contains([',', '"', '\n']) {
            true => format!("\"{}\"", name.replace('"', "\"\"")),
            false => name.clone(),
        };
        header.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n"
    }

    /// The lines of [`Table::to_csv`] from row `first` on.
    pub(crate) fn csv_rows(&self, first: usize) -> String {
        let mut text = String::new();
        for row in &self.rows[first..] {
            let numbers: Vec<String> = row.iter().map(|number| format!("{number:e}")).collect();
            text += &(numbers.join(",") + "\n");
        }
        text
    }

    /// Reads what [`Table::to_csv`] wrote; the message says what is wrong where. A last line that a machine which
    /// went down cut short is left out.
    ///
    /// # Errors
    ///
    /// Where the header is missing, or a row has not one number per column.
    pub fn from_csv(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        let (_, header) = lines.next().ok_or("found an empty file, expected a header")?;
        let mut table = Table::default();
        for name in split_quoted(header) {
            let (name, unit) = match name.rsplit_once(" [") {
                Some((name, unit)) => (name.to_string(), unit.trim_end_matches(']').to_string()),
                None => (name, String::new()),
            };
            table.columns.push(name);
            table.units.push(unit);
        }
        for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let row: Option<Vec<f64>> = line.split(',').map(|number| number.trim().parse().ok()).collect();
            match row {
                Some(row) if row.len() == table.columns.len() => table.rows.push(row),
                _ if text.ends_with(line) && index > 1 => break,
                _ => return Err(format!("line {}: expected {} numbers", index + 1, table.columns.len())),
            }
        }
        Ok(table)
    }

    pub(crate) fn push(&mut self, row: Vec<(String, String, f64)>) {
        if self.rows.is_empty() {
            self.columns = row.iter().map(|(name, _, _)| name.clone()).collect();
            self.units = row.iter().map(|(_, unit, _)| unit.clone()).collect();
        }
        self.rows.push(row.into_iter().map(|(_, _, value)| value).collect());
    }
}

/// Splits at commas outside quotes, and takes the quotes off.
fn split_quoted(line: &str) -> Vec<String> {
    let (mut names, mut quoted) = (vec![String::new()], false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                names.last_mut().into_iter().for_each(|name| name.push('"'));
            }
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            other => names.last_mut().into_iter().for_each(|name| name.push(other)),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names, units with commas and quotes, and every digit survive.
    #[test]
    fn a_table_is_read_back() {
        let table = Table {
            columns: vec!["time".into(), "energy_total".into(), "E_x_mode1_re".into()],
            units: vec!["1/ω_p".into(), "a, \"b\"".into(), String::new()],
            rows: vec![vec![0.0, 1.0 / 3.0, -1e-300], vec![0.1, 2.5, f64::MAX]],
        };
        let read = Table::from_csv(&table.to_csv()).expect("its own text");
        assert_eq!((read.columns, read.units, read.rows), (table.columns, table.units, table.rows));
        for text in ["", "time\nx\n", "time,b\n1\n", "time,b\n1,2\n3\n", "time,b\n1"] {
            assert!(Table::from_csv(text).is_err(), "{text}");
        }
        for cut in ["", "3", "3,", "3,-", "3,1e"] {
            assert_eq!(Table::from_csv(&format!("time,b\n1,2\n{cut}")).expect("cut short").rows, [[1.0, 2.0]]);
        }
    }
}
