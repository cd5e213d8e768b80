//! What the gallery shows.

use super::histories::{self, Histories, History};
use super::waves::{Scan, Window};

/// A shipped scenario with its evidence.
pub struct Exhibit {
    pub scenario: &'static str,
    /// The snapshot beside the figure, by the stem of its file name.
    pub picture: Option<&'static str>,
    pub evidence: Evidence,
}

pub enum Evidence {
    Waves(Scan),
    Histories(Histories),
    /// Published or exact values at some times, as the scenario expects them.
    Values,
    /// Temperatures at which the scenario's gas is loaded.
    Thermal(&'static [f64]),
}

pub const EXHIBITS: &[Exhibit] = &[
    Exhibit {
        scenario: "landau-damping",
        picture: Some("change_w0_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "E_x",
            from: 0.25,
            to: 0.75,
            // Until the wave has decayed by some hundred, or for a few decay times.
            runs: &[
                Window { k: 0.3, from: 10.0, to: 50.0 },
                Window { k: 0.4, from: 5.0, to: 40.0 },
                Window { k: 0.6, from: 3.0, to: 14.0 },
                Window { k: 0.7, from: 3.0, to: 11.0 },
            ],
        }),
    },
    Exhibit {
        scenario: "relativistic-landau",
        picture: Some("change_w0_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "E_x",
            from: 1.6,
            to: 2.8,
            runs: &[Window { k: 1.8, from: 8.0, to: 35.0 }, Window { k: 2.5, from: 4.0, to: 22.0 }],
        }),
    },
    Exhibit {
        scenario: "bump-on-tail",
        picture: Some("w0_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "E_x",
            from: 0.15,
            to: 0.42,
            runs: &[Window { k: 0.2, from: 20.0, to: 40.0 }, Window { k: 0.38, from: 20.0, to: 45.0 }],
        }),
    },
    Exhibit {
        scenario: "two-stream",
        picture: Some("w0_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "E_x",
            from: 0.1,
            to: 0.35,
            runs: &[Window { k: 0.14, from: 22.0, to: 38.0 }, Window { k: 0.26, from: 18.0, to: 33.0 }],
        }),
    },
    Exhibit {
        scenario: "filamentation",
        picture: Some("w0_x_py"),
        evidence: Evidence::Waves(Scan {
            fields: "E_y",
            from: 0.4,
            to: 2.4,
            runs: &[Window { k: 0.5, from: 10.0, to: 22.0 }, Window { k: 2.0, from: 8.0, to: 18.0 }],
        }),
    },
    Exhibit {
        scenario: "weibel",
        picture: Some("w3_x_py"),
        evidence: Evidence::Waves(Scan {
            fields: "E_y",
            from: 0.4,
            to: 2.2,
            runs: &[Window { k: 0.6, from: 15.0, to: 35.0 }, Window { k: 1.6, from: 15.0, to: 35.0 }],
        }),
    },
    Exhibit {
        scenario: "light-wave",
        picture: Some("w2_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "E_y + i E_z",
            from: 0.3,
            to: 2.0,
            runs: &[Window { k: 0.5, from: 2.0, to: 40.0 }, Window { k: 1.6, from: 2.0, to: 40.0 }],
        }),
    },
    Exhibit {
        scenario: "spin-resonance",
        picture: Some("w1_px_py"),
        evidence: Evidence::Waves(Scan {
            fields: "E_z",
            from: 0.6,
            to: 1.6,
            runs: &[Window { k: 0.7, from: 0.0, to: 250.0 }, Window { k: 1.5, from: 0.0, to: 250.0 }],
        }),
    },
    Exhibit {
        scenario: "larmor-precession",
        picture: Some("polarisation_px_pz"),
        evidence: Evidence::Histories(Histories {
            label: "spin",
            columns: &[History { column: "spin_x", label: "S_x", theory: histories::larmor, allowed: 1e-4 }],
        }),
    },
    Exhibit {
        scenario: "spin-orbit-precession",
        picture: Some("polarisation_px_py"),
        evidence: Evidence::Histories(Histories {
            label: "spin",
            columns: &[
                History { column: "spin_x", label: "S_x", theory: histories::thomas_cosine, allowed: 1e-4 },
                History { column: "spin_y", label: "S_y", theory: histories::thomas_sine, allowed: 1e-3 },
            ],
        }),
    },
    Exhibit {
        scenario: "stern-gerlach",
        picture: Some("w3_x_px"),
        evidence: Evidence::Histories(Histories {
            label: "distance",
            columns: &[History {
                column: "separation_x",
                label: "up from down",
                theory: histories::stern_gerlach,
                allowed: 5e-3,
            }],
        }),
    },
    Exhibit {
        scenario: "hidden-momentum",
        picture: Some("w1_x_px"),
        evidence: Evidence::Histories(Histories {
            label: "mean x",
            columns: &[
                History { column: "mean_x_up", label: "x of spin up", theory: histories::hidden_up, allowed: 5e-3 },
                History {
                    column: "mean_x_down",
                    label: "x of spin down",
                    theory: histories::hidden_down,
                    allowed: 5e-3,
                },
            ],
        }),
    },
    Exhibit {
        scenario: "thermal-magnetisation",
        picture: Some("w3_px_pz"),
        evidence: Evidence::Thermal(&[0.0, 0.02, 0.05, 0.1, 0.15, 0.2]),
    },
    Exhibit {
        scenario: "spin-wave-collisionless",
        picture: Some("w1_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "spin",
            from: 0.1,
            to: 0.9,
            runs: &[Window { k: 0.4, from: 15.0, to: 50.0 }, Window { k: 0.7, from: 9.0, to: 20.0 }],
        }),
    },
    Exhibit {
        scenario: "leggett-rice",
        picture: Some("w2_x_px"),
        evidence: Evidence::Waves(Scan {
            fields: "spin",
            from: 0.05,
            to: 0.8,
            runs: &[Window { k: 0.4, from: 10.0, to: 45.0 }, Window { k: 0.6, from: 8.0, to: 30.0 }],
        }),
    },
    Exhibit {
        scenario: "spin-echo",
        picture: Some("w1_x_px"),
        evidence: Evidence::Histories(Histories {
            label: "spin density at x = 0",
            columns: &[
                History { column: "spin_1_at_0", label: "M_x", theory: histories::echo_along, allowed: 5e-3 },
                History { column: "spin_2_at_0", label: "M_y", theory: histories::echo_across, allowed: 2e-2 },
            ],
        }),
    },
    Exhibit {
        scenario: "rashba-packet",
        picture: Some("w2_x_px"),
        evidence: Evidence::Histories(Histories {
            label: "spin",
            columns: &[
                History { column: "spin_x", label: "S_x", theory: histories::rashba_along, allowed: 1e-5 },
                History { column: "spin_z", label: "S_z", theory: histories::rashba_across, allowed: 1e-5 },
            ],
        }),
    },
    Exhibit { scenario: "raman-scattering", picture: Some("w3_x_px"), evidence: Evidence::Values },
    Exhibit { scenario: "spin-segregation", picture: Some("w3_x_px"), evidence: Evidence::Values },
    Exhibit { scenario: "fermi-relaxation", picture: Some("change_w0_px_py"), evidence: Evidence::Values },
    Exhibit { scenario: "bgk-shock-tube", picture: Some("w0_x_px"), evidence: Evidence::Values },
    Exhibit { scenario: "barnett-trap", picture: Some("w3_x_y"), evidence: Evidence::Values },
    Exhibit { scenario: "shear-polarisation", picture: Some("w3_x_px"), evidence: Evidence::Values },
];
