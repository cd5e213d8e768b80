//! Thermal equilibria in a uniform magnetic field (Ekman et al., section IV).
//!
//! W = F(H): spins along mu_B B0 fill F+, those against it F-, so that w0 = F+ + F-
//! and w = (F+ - F-) along mu_B B0, at every momentum by itself. [`Conditions`] asks
//! for polarisation and magnetisation, `Thermal` is the initial state.

mod answer;
mod ball;
mod gas;
mod quadrature;
mod thermal;

pub use answer::{Answer, Approximation, Conditions};
pub(crate) use thermal::{Thermal, Totals};
