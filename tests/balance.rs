//! Local balances, see docs/conservation.md.

mod common;

use spinwigner::balance::{Balances, Law, Sample};
use spinwigner::run::DeviceChoice;

fn run(x: u32, p: u32, step: f64, steps: u64) -> Balances {
    let mut loaded = common::shipped("plasma-wave-full");
    let space = &mut loaded.scenario.phase_space;
    space.x.as_mut().expect("1D").cells = x;
    for axis in [&mut space.px, &mut space.py] {
        axis.as_mut().expect("2P").cells = p;
    }
    loaded.scenario.time.step = step;
    let mut simulation = common::start(&loaded, DeviceChoice::Reference);
    simulation.advance(steps - 1).expect("finite");
    let before = Sample::of(&mut simulation).expect("fluxes");
    simulation.advance(1).expect("finite");
    let after = Sample::of(&mut simulation).expect("fluxes");
    Balances::between(&before, &after)
}

#[test]
fn look() {
    for (x, p, step, steps) in
        [(32, 48, 0.1, 12), (32, 48, 0.05, 24), (32, 48, 0.025, 48), (16, 48, 0.025, 48), (32, 32, 0.025, 48)]
    {
        let b = run(x, p, step, steps);
        println!("{x} {p} {step}");
        for law in Law::all(true) {
            println!("  {:10} {:.2e} of {:.2e}", law.name(), b.relative(law), b.scale(law));
        }
    }
}
