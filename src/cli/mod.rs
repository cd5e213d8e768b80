//! The command line: arguments to a plan, the plan to an exit code.

mod amplitude;
mod console;
mod dispersion;
mod equilibrium;
mod fit;
mod inspect;
mod listings;
mod parsers;
mod polarisation;
mod signals;

use std::error::Error as _;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use spinwigner::precision::Precision;
use spinwigner::run::{DeviceChoice, ResumeOptions, RunOptions};
use spinwigner::{Error, Result, bench, check, doctor, gallery, gpu, run, validate};

use console::{Console, plain};
use parsers::{count, device, measured, memory, precision};

const EXAMPLES: &str = "\
Examples:
  spinwigner list                              the experiments inside the program
  spinwigner run landau-damping                run one of them
  spinwigner show landau-damping > my.json     start your own from it
  spinwigner check my.json --memory 4G         memory, disk, resolution; no GPU needed
  spinwigner run my.json --out results         run it
  spinwigner resume results                    go on with it where a signal stopped it
  spinwigner fit results E_x_mode1             frequency and rate of a wave
  spinwigner dispersion my.json                what linear theory says

Exit codes: 0 done, 2 bad input, 3 a run stopped by a signal (Ctrl-C; the second ends it at once), 1 anything else.";

/// Solves the relativistic spin-1/2 Vlasov-Maxwell equations on a phase-space grid.
#[derive(Debug, Parser)]
#[command(name = "spinwigner", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario and write its diagnostics and pictures.
    #[command(after_help = "\
Examples:
  spinwigner run stern-gerlach
  spinwigner run my.json --out results --device gpu
  spinwigner run my.json --device cpu --steps 10
  spinwigner run my.json --precision f64")]
    Run {
        /// A scenario file, or the name of a shipped one (see `list`).
        #[arg(value_name = "SCENARIO.json|NAME")]
        scenario: String,
        /// Folder for the results.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Where to compute: `auto` takes a GPU, or the processor where there is none,
        /// `gpu` any adapter, a software one too, `cpu` the processor, `reference` the
        /// processor in f64, a number picks from `devices`.
        #[arg(long, value_name = "auto|gpu|cpu|reference|INDEX", default_value = "auto", value_parser = device)]
        device: DeviceChoice,
        /// Precision of the state and of all arithmetic, f32 by default; f64 on the
        /// processor, and where the device offers it (see `devices`).
        #[arg(long, value_name = "f32|f64", value_parser = precision)]
        precision: Option<Precision>,
        /// Stop after this many time steps.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        steps: Option<u64>,
        /// Begin again from the last checkpoint where the device is lost, so many times.
        #[arg(long, value_name = "N", default_value_t = 0)]
        retry: u32,
        /// Print errors and warnings only.
        #[arg(long, short)]
        quiet: bool,
        /// Take every note for a failure: exit code 1 after a run that anything was noted of.
        #[arg(long)]
        strict: bool,
    },
    /// Go on with a run from its newest checkpoint, as if it had not stopped.
    #[command(after_help = "\
A run that a signal stopped has one, and those whose scenario asks for `output.checkpoints`.

Examples:
  spinwigner resume results
  spinwigner resume results --until 200
  spinwigner resume results --device cpu --steps 100")]
    Resume {
        /// The folder of the run.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Physical time to end at, in place of that of the scenario.
        #[arg(long, value_name = "T")]
        until: Option<f64>,
        /// Stop after this many more time steps.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        steps: Option<u64>,
        /// Where to compute, as for `run`; where the run was, unless said otherwise.
        #[arg(long, value_name = "auto|gpu|cpu|reference|INDEX", value_parser = device)]
        device: Option<DeviceChoice>,
        /// Precision of the state and of all arithmetic; that of the run, unless said otherwise.
        #[arg(long, value_name = "f32|f64", value_parser = precision)]
        precision: Option<Precision>,
        /// Begin again from the last checkpoint where the device is lost, so many times.
        #[arg(long, value_name = "N", default_value_t = 0)]
        retry: u32,
        /// Print errors and warnings only.
        #[arg(long, short)]
        quiet: bool,
    },
    /// Read a checkpoint through, and say whether it is sound and what it holds.
    #[command(after_help = "\
Example:
  spinwigner inspect results/checkpoints/0000000100.checkpoint")]
    Inspect {
        /// A file in `checkpoints/` of the folder of a run.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Check a scenario: validity, memory, disk, resolution and step size. Needs no GPU.
    #[command(after_help = "\
Examples:
  spinwigner check two-stream
  spinwigner check my.json --memory 512M --precision f64")]
    Check {
        /// A scenario file, or the name of a shipped one (see `list`).
        #[arg(value_name = "SCENARIO.json|NAME")]
        scenario: String,
        /// Device memory to fit into, such as 4G, 512M or a number of bytes.
        #[arg(long, value_name = "BYTES", value_parser = memory)]
        memory: Option<u64>,
        /// Where it would be computed, as for `run`.
        #[arg(long, value_name = "auto|gpu|cpu|reference|INDEX", default_value = "auto", value_parser = device)]
        device: DeviceChoice,
        /// Precision, as for `run`.
        #[arg(long, value_name = "f32|f64", value_parser = precision)]
        precision: Option<Precision>,
    },
    /// Compute polarisation and magnetisation of a gas in thermal equilibrium in a uniform field.
    #[command(after_help = "\
Natural units, c = 1. The gas has three momenta and the spin energies -+ mu_B B0 m/eps; a phenomenological
g factor multiplies mu_B B0 by g/2, the T-BMT form is not supported here (initial states take it).
A Boltzmann gas needs no filling; a Fermi-Dirac gas needs a chemical potential, or a density with hbar.

Examples:
  spinwigner equilibrium --temperature 0.1 --spin-energy 0.01
  spinwigner equilibrium --temperature 0 --spin-energy 0.01 --statistics fermi-dirac --chemical-potential 0.1
  spinwigner equilibrium --temperature 0 --spin-energy 1e-4 --statistics fermi-dirac --density 1e-3 --hbar 1 --json")]
    Equilibrium(equilibrium::Flags),
    /// From the amplitude of two particles in vacuum to the exchange mean field of many.
    #[command(after_help = "\
Examples:
  spinwigner amplitude --strength 40 --kappa 0.3 --kappa 0.7 --momentum 0
  spinwigner amplitude --scattering-length 0.01 --density 1 --tau 2 --fermions --json")]
    Amplitude(amplitude::Flags),
    /// Polarisation of a fluid's particles from gradients of beta and a spin potential, momentum by momentum.
    #[command(after_help = "\
Natural units, c = 1, metric (+,-,-,-). Printed are w/w0 in the rest frame of each particle and the four-vector A/w0 in the
laboratory, for local equilibrium, the canonical form, Zubarev's with thermal vorticity, and each --xi and --zeta.

Examples:
  spinwigner polarisation fluid.json --xi 1
  spinwigner polarisation fluid.json --zeta 0.4 --json")]
    Polarisation(polarisation::Flags),
    /// List the shipped scenarios.
    List,
    /// Print the JSON of a shipped scenario.
    #[command(after_help = "\
Example:
  spinwigner show two-stream > my.json")]
    Show {
        /// Name of a shipped scenario (see `list`).
        name: String,
    },
    /// Waves of a scenario's equilibrium, or of a plasma given by flags: all roots of the
    /// dispersion relation in a part of the complex plane.
    #[command(after_help = "\
Examples:
  spinwigner dispersion landau-damping
  spinwigner dispersion weibel --k 0.2:2:40 --png weibel.png
  spinwigner dispersion --k 1 --temperature 0.02 --momenta 3 --magnetic-field 3 --hbar 0.05 --g 2.6 --thermal-spins \\
      --re 1:2")]
    Dispersion(Box<dispersion::Flags>),
    /// Frequency and growth rate of a recorded quantity, with their uncertainty.
    #[command(after_help = "\
Examples:
  spinwigner fit runs/landau-damping E_x_mode1 --from 2 --to 20
  spinwigner fit runs/weibel B_z_mode1 --from 15 --to 35 --json
  spinwigner fit runs/spin-resonance E_z_mode1 --between 0.1:0.3")]
    Fit(fit::Flags),
    /// Run the shipped experiments and write a page of pictures and numbers beside theory; takes minutes.
    #[command(after_help = "\
Examples:
  spinwigner gallery
  spinwigner gallery docs/gallery.md
  spinwigner gallery --coarse --only landau-damping,weibel")]
    Gallery {
        /// The page; pictures go to a folder of its name. Only a page of this command is replaced.
        #[arg(value_name = "PAGE.md", default_value = "gallery.md")]
        page: PathBuf,
        /// Only these scenarios.
        #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
        only: Vec<String>,
        /// Half the cells along every axis and steps twice as long; errors are shown, not judged.
        #[arg(long)]
        coarse: bool,
        /// Where to compute, as for `run`.
        #[arg(long, value_name = "auto|gpu|cpu|reference|INDEX", default_value = "auto", value_parser = device)]
        device: DeviceChoice,
        /// Precision, as for `run`.
        #[arg(long, value_name = "f32|f64", value_parser = precision)]
        precision: Option<Precision>,
    },
    /// List the devices that `run --device INDEX` can use.
    Devices,
    /// Say what is installed to compute with and what is missing, with the command that mends it, and test every device.
    Doctor,
    /// Measure kernels and steps on a device beside its copy speed; takes a minute.
    #[command(after_help = "\
Examples:
  spinwigner bench
  spinwigner bench --device cpu
  spinwigner bench --device 1 --cells 2e7 --json bench.json")]
    Bench {
        /// Which device: the best of `devices`, an index of them, or `cpu`, the processor.
        #[arg(long, value_name = "cpu|INDEX", value_parser = measured)]
        device: Option<bench::Device>,
        /// Precision of the states measured.
        #[arg(long, value_name = "f32|f64", default_value_t, value_parser = precision)]
        precision: Precision,
        /// Phase-space cells of the states measured.
        #[arg(long, value_name = "N", default_value = "1e6", value_parser = count)]
        cells: usize,
        /// Write the tables to this file, too.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
}

/// Exit code of a run that a signal stopped.
const STOPPED: u8 = 3;

/// Parses the arguments, acts, and reports an error once on stderr.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are such "errors" too, with exit code 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    match act(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell when stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: {}", plain(&with_causes(&error)));
            ExitCode::from(match error {
                Error::Input(_) | Error::Key { .. } => 2,
                Error::Stopped(_) => STOPPED,
                Error::Device(_) | Error::Run(_) | Error::File { .. } => 1,
            })
        }
    }
}

fn act(command: Command) -> Result<()> {
    match command {
        Command::Run { scenario, out, device, precision, steps, retry, quiet, strict } => {
            let loaded = validate::load(&scenario)?;
            let mut console = Console::new(quiet);
            let options = RunOptions { out, device, precision, steps, retry };
            let outcome = run::execute(&loaded, &options, &mut console)?;
            console.summary(&outcome);
            if strict { outcome.strict_verdict() } else { outcome.verdict() }
        }
        Command::Resume { folder, until, steps, device, precision, retry, quiet } => {
            let mut console = Console::new(quiet);
            let options = ResumeOptions { device, precision, until, steps, retry };
            let outcome = run::resume(&folder, &options, &mut console)?;
            console.summary(&outcome);
            outcome.verdict()
        }
        Command::Inspect { file } => print(&inspect::report(&file)?),
        Command::Check { scenario, memory, device, precision } => {
            let (room, precision) = run::room(device, precision)?;
            print(&check::report_on(&room, &validate::load(&scenario)?, memory, precision)?)
        }
        Command::Equilibrium(flags) => print(&equilibrium::report(&flags)?),
        Command::Amplitude(flags) => print(&amplitude::report(&flags)?),
        Command::Polarisation(flags) => print(&polarisation::report(&flags)?),
        Command::List => print(&listings::list()?),
        Command::Show { name } => print(listings::show(&name)?),
        Command::Dispersion(flags) => print(&dispersion::report(&flags)?),
        Command::Fit(flags) => print(&fit::report(&flags)?),
        Command::Gallery { page, only, coarse, device, precision } => {
            exhibit(&gallery::Options { page, only, coarse, device, precision })
        }
        Command::Devices => print(&listings::devices()),
        Command::Doctor => {
            let findings = doctor::examine();
            print(&findings.text)?;
            match &findings.failed[..] {
                [] => Ok(()),
                failed => Err(Error::Device(format!("the self-test failed on {}", failed.join(", ")))),
            }
        }
        Command::Bench { device, precision, cells, json } => measure(device, precision, cells, json),
    }
}

/// Refuses to write what a flag names where there is something: before the work, as after it.
fn refuse_existing(flag: &str, path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(Error::Input(format!(
            "{flag} {}: exists, and nothing is ever overwritten; name a new file or remove it",
            path.display()
        )));
    }
    Ok(())
}

fn measure(device: Option<bench::Device>, precision: Precision, cells: usize, json: Option<PathBuf>) -> Result<()> {
    json.iter().try_for_each(|path| refuse_existing("--json", path))?;
    let device = device.unwrap_or(bench::Device::Adapter(gpu::Choice::Best));
    let scaling = vec![cells / 10, cells, 4 * cells];
    let plan = bench::Plan { device, precision, cells, scaling, rounds: 8 };
    let report = bench::run(&plan, &mut |what| {
        let _ = writeln!(std::io::stderr(), "measuring {what} ...");
    })?;
    print(&report.text())?;
    json.map_or(Ok(()), |path| bench::write_json(&report, &path))
}

fn exhibit(options: &gallery::Options) -> Result<()> {
    let missed = gallery::build(options, |what| {
        let _ = writeln!(std::io::stderr(), "{what}");
    })?;
    print(&format!("wrote {}\n", options.page.display()))?;
    if missed > 0 && !options.coarse {
        return Err(Error::Run(format!("{missed} answers were missed; {} marks them", options.page.display())));
    }
    Ok(())
}

/// The message and those causes that it does not already contain.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text += &format!("\n  because: {words}");
        }
        cause = error.source();
    }
    text
}

/// Writes to stdout. A reader that has seen enough (`list | head -1`) is no error.
fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(plain(text).as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::file("standard output")(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    /// Nothing that a file says acts on the terminal.
    #[test]
    fn texts_are_made_harmless() {
        assert_eq!(plain("\u{1b}[2Jψ\r\n\u{202e}b"), "\\u{1b}[2Jψ\\u{d}\n\\u{202e}b");
        assert_eq!(plain("two\nlines"), "two\nlines");
    }

    #[test]
    fn causes_are_said_once() {
        let missing = std::io::Error::new(ErrorKind::PermissionDenied, "not yours");
        assert_eq!(with_causes(&Error::file("a.json")(missing)), "a.json: not yours");
    }
}
