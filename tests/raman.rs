//! Stimulated Raman scattering against the published run of another code: N. Crouseilles,
//! P.-A. Hervieux, X. Hong, G. Manfredi, J. Plasma Phys. 89, 905890215 (2023), semi-Lagrangian
//! splitting with Fourier sums on 129 x 129 cells.

mod common;

use common::{BOTH, close, record, shipped};
use spinwigner::scenario::schema::Measure;

/// Loss of spin along z at t = 10, 20 and 30, to the 5 % of the scenario: what the grid changes.
/// With 65 to 257 cells in x and px the loss at t = 30 is 0.95 to 1.02 of the published one.
#[test]
fn spin_is_lost_as_published() {
    let mut loaded = shipped("raman-scattering");
    loaded.scenario.time.end = 30.0;
    for device in BOTH {
        // A row every 0.4.
        let table = record(&loaded, device, 10);
        let mut compared = 0;
        for expected in &loaded.scenario.expect {
            let Measure::Column { name, at: Some(at), change: true } = &expected.measure else { continue };
            let value = |t: f64| table.nearest(name, t).expect("recorded");
            let tolerance = expected.relative_tolerance;
            close(&format!("{}, {device:?}", expected.what), value(*at) - value(0.0), expected.value, tolerance);
            compared += 1;
        }
        assert_eq!(compared, 3);
        // The energy of the published run drifts by 4.6e-4.
        for column in ["number", "energy_total"] {
            let rows = table.column(column).expect("recorded");
            let drift = rows.iter().map(|x| (x / rows[0] - 1.0).abs()).fold(0.0, f64::max);
            println!("{column}, {device:?}: drift {drift:.1e}");
            assert!(drift < 4.6e-4, "{column}: {drift:.1e}");
        }
    }
}
