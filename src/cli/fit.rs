//! `spinwigner fit`: frequency and growth rate from a finished run.

use std::f64::consts::TAU;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use spinwigner::fit;
use spinwigner::numerals::number;
use spinwigner::scenario::parse;
use spinwigner::scenario::schema::Units;
use spinwigner::table::Table;
use spinwigner::{Error, Result};

use super::parsers::interval;

#[derive(Debug, Args)]
pub struct Flags {
    /// Folder of a run.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// A column of diagnostics.csv, or a mode such as `density_mode1`, of which both parts are fitted.
    #[arg(value_name = "COLUMN|MODE")]
    quantity: String,
    /// First and last time of the window. Default: the whole run.
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    from: Option<f64>,
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    to: Option<f64>,
    /// Frequencies among which the strongest line is meant; without them the record is fitted as one wave.
    #[arg(long, value_name = "W1:W2", value_parser = interval)]
    between: Option<[f64; 2]>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub fn report(flags: &Flags) -> Result<String> {
    let path = flags.folder.join("diagnostics.csv");
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::Input(format!(
            "{}: cannot be read ({error}); expected the folder of a run, as `run --out` names it",
            path.display()
        ))
    })?;
    let table = Table::from_csv(&text).map_err(|what| Error::Input(format!("{}: {what}", path.display())))?;
    let time = table
        .column("time")
        .ok_or_else(|| Error::Input(format!("{}: found no column `time`; is it of a run?", path.display())))?;
    let series = series(&table, &flags.quantity)?;
    let parts: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
    let (from, to) = (flags.from.unwrap_or(f64::NEG_INFINITY), flags.to.unwrap_or(f64::INFINITY));
    if from >= to {
        return Err(Error::Input(format!(
            "found a window from {} to {}, expected --from below --to",
            number(from, 12),
            number(to, 12)
        )));
    }
    let inside = time.iter().filter(|t| (from..=to).contains(t)).count();
    let fit = match flags.between {
        Some(band) => fit::line(&time, &parts, from, to, band).ok_or_else(|| {
            Error::Input(format!(
                "no line stands out in {} between the frequencies {} and {}, from {inside} samples; a band within 0 \
                 and pi over the time between rows, with a line inside and no stronger one within 12 pi over the \
                 length of the window, and at least 16 samples are needed: change --between, --from and --to",
                flags.quantity, band[0], band[1]
            ))
        })?,
        None => fit::standing_wave(&time, &parts, from, to).ok_or_else(|| {
            Error::Input(format!(
                "no wave can be fitted to {} in the window, which holds {inside} samples; at least 8 are needed, of a \
                 quantity that grows, decays or oscillates: change --from and --to",
                flags.quantity
            ))
        })?,
    };
    let unit = table.units.first().cloned().unwrap_or_default();
    if flags.json {
        return Ok(format!(
            "{:#}\n",
            json!({
                "quantity": flags.quantity, "samples": inside,
                "frequency": fit.frequency, "frequency_error": fit.frequency_error,
                "growth_rate": fit.growth_rate, "growth_rate_error": fit.growth_rate_error,
                "misfit": fit.misfit
            })
        ));
    }
    let misfit = if flags.between.is_some() { "of the spectrum in the band" } else { "of the root mean square" };
    let unit = if unit.is_empty() { unit } else { format!("  in {}", Units::inverse(&unit)) };
    Ok(format!(
        "{} ~ exp(rate t) cos(frequency t + phase), {inside} samples\n\
         frequency    {} +- {:.1e}{unit}\ngrowth rate {}{} +- {:.1e}{unit}\nmisfit       {:.1e} {misfit}\n\
         {}errors are those of the fit to this record; that of the grid and the step shows in a finer run alone\n",
        flags.quantity,
        number(fit.frequency, 10),
        fit.frequency_error,
        if fit.growth_rate < 0.0 { "-" } else { "+" },
        number(fit.growth_rate.abs(), 10),
        fit.growth_rate_error,
        fit.misfit,
        sampling(&time, inside, &unit)
    ))
}

/// What the distance of the rows leaves open, where it matters: a frequency is that of the wave, or its mirror image.
fn sampling(time: &[f64], inside: usize, unit: &str) -> String {
    let span = time.last().copied().unwrap_or(0.0) - time.first().copied().unwrap_or(0.0);
    let between = span / (time.len().max(2) - 1) as f64;
    if inside < 2 || between <= 0.0 {
        return String::new();
    }
    format!(
        "sampling     rows every {}: {} less this frequency would look the same{unit}\n",
        number(between, 6),
        number(TAU / between, 6)
    )
}

/// The column of that name, or both parts of a mode.
fn series(table: &Table, name: &str) -> Result<Vec<Vec<f64>>> {
    if let Some(column) = table.column(name) {
        return Ok(vec![column]);
    }
    if let (Some(re), Some(im)) = (table.column(&format!("{name}_re")), table.column(&format!("{name}_im"))) {
        return Ok(vec![re, im]);
    }
    // Modes by the name both of their columns share.
    let mut names: Vec<&str> =
        table.columns.iter().map(|column| column.strip_suffix("_re").unwrap_or(column)).collect();
    names.retain(|name| !name.ends_with("_im"));
    let hint = match parse::did_you_mean(name, names.clone()) {
        Some(close) => format!("; did you mean `{close}`?"),
        None => String::new(),
    };
    Err(Error::Input(format!("diagnostics.csv has no `{name}`{hint}\nit has: {}", names.join(", "))))
}
