// H = eps - mu_B T.sigma (Ekman et al., equation 7; T-BMT form for a != 0),
// T = alpha B - beta (p.B) p - kappa p x E. Twin of src/physics/particle.rs.

const RELATIVISTIC: u32 = 0u;
const NON_RELATIVISTIC: u32 = 1u;
// The third kinematics is non-relativistic without spin-orbit coupling.
override KINEMATICS: u32 = 0u;
// Whether a != 0, and with it beta.
override ANOMALOUS: bool = true;

// eps, or m without relativity.
fn energy(p: vec3<real>) -> real {
    if KINEMATICS == RELATIVISTIC {
        return sqrt(parameters.mass * parameters.mass + dot(p, p));
    }
    return parameters.mass;
}

fn kinetic_energy(p: vec3<real>) -> real {
    return dot(p, p) / (energy(p) + parameters.mass);
}

fn velocity(p: vec3<real>) -> vec3<real> {
    return p / energy(p);
}

// A derivative along p_j is p_j times the d_ partner.
struct FormFactors {
    alpha: real,
    beta: real,
    kappa: real,
    d_alpha: real,
    d_beta: real,
    d_kappa: real,
}

fn form_factors(p: vec3<real>) -> FormFactors {
    let m = parameters.mass;
    let a = parameters.anomaly;
    if KINEMATICS != RELATIVISTIC {
        let kappa = select(real(0.0), (real(0.5) + a) / m, KINEMATICS == NON_RELATIVISTIC);
        return FormFactors(real(1.0) + a, real(0.0), kappa, real(0.0), real(0.0), real(0.0));
    }
    let eps = energy(p);
    let sum = eps + m;
    let inverse = real(1.0) / eps;
    let inverse_sum = real(1.0) / sum;
    let cube = inverse * inverse * inverse;
    let pole = (eps + sum) * cube * inverse_sum * inverse_sum;
    return FormFactors(
        m * inverse + a,
        a * inverse * inverse_sum,
        (m * inverse_sum + a) * inverse,
        -m * cube,
        -a * pole,
        -m * pole - a * cube,
    );
}

// T(p; E, B).
fn precession_field(p: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    return precession(form_factors(p), p, e, b);
}

fn precession(f: FormFactors, p: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    let t = f.alpha * b - f.kappa * cross(p, e);
    if ANOMALOUS {
        return t - f.beta * dot(p, b) * p;
    }
    return t;
}

// (c . d/dp) T(p; E, B).
fn precession_gradient(f: FormFactors, p: vec3<real>, c: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    let gradient = dot(p, c) * (f.d_alpha * b - f.d_kappa * cross(p, e)) - f.kappa * cross(c, e);
    if ANOMALOUS {
        return gradient - dot(p, c) * f.d_beta * dot(p, b) * p - f.beta * (dot(c, b) * p + dot(p, b) * c);
    }
    return gradient;
}

// a_jk = - mu_B dT_k/dp_j along the unit vector j.
fn hidden_velocity(p: vec3<real>, j: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    return -parameters.moment * precession_gradient(form_factors(p), p, j, e, b);
}

// b_jk = mu_B dT_k/dx_j - q mu_B (dT_k/dp x B)_j, with (X x B)_j = X.(B x j).
fn dipole_force(p: vec3<real>, j: vec3<real>, e: vec3<real>, b: vec3<real>, de: vec3<real>, db: vec3<real>) -> vec3<real> {
    let f = form_factors(p);
    return parameters.moment
        * (precession(f, p, de, db) - parameters.charge * precession_gradient(f, p, cross(b, j), e, b));
}

// q (E + v x B).
fn lorentz_force(p: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    return parameters.charge * (e + cross(velocity(p), b));
}
