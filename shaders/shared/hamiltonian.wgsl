// H = eps - mu_B T.sigma (Ekman et al., equation 7; T-BMT form for a != 0),
// T = alpha B - beta (p.B) p - kappa p x E, and a given h.sigma. Twin of src/physics/particle.rs.

const RELATIVISTIC: u32 = 0u;
const NON_RELATIVISTIC: u32 = 1u;
// The third kinematics is non-relativistic without spin-orbit coupling.
override KINEMATICS: u32 = 0u;
// Whether a != 0, and with it beta.
override ANOMALOUS: bool = true;
// Whether an h is given.
override GIVEN: bool = true;

// eps, or m without relativity.
fn energy(p: vec3<real>) -> real {
    if KINEMATICS == RELATIVISTIC {
        return sqrt(particle.mass * particle.mass + dot(p, p));
    }
    return particle.mass;
}

fn kinetic_energy(p: vec3<real>) -> real {
    return dot(p, p) / (energy(p) + particle.mass);
}

fn inverse_energy(p: vec3<real>) -> real {
    return real(1.0) / energy(p);
}

fn velocity(p: vec3<real>) -> vec3<real> {
    return p * inverse_energy(p);
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
    let m = particle.mass;
    let a = particle.anomaly;
    if KINEMATICS != RELATIVISTIC {
        let kappa = select(real(0.0), (real(0.5) + a) / m, KINEMATICS == NON_RELATIVISTIC);
        return FormFactors(real(1.0) + a, real(0.0), kappa, real(0.0), real(0.0), real(0.0));
    }
    let eps = energy(p);
    let sum = eps + m;
    let inverse = inverse_energy(p);
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

// Unit vector along a direction 0, 1, 2.
fn unit(direction: u32) -> vec3<real> {
    return vec3<real>(vec3<u32>(0u, 1u, 2u) == vec3<u32>(direction));
}

// T(p; E, B).
fn precession(f: FormFactors, p: vec3<real>, e: vec3<real>, b: vec3<real>) -> vec3<real> {
    let t = f.alpha * b - f.kappa * cross(p, e);
    if ANOMALOUS {
        return t - f.beta * dot(p, b) * p;
    }
    return t;
}

// (c . d/dp) T(p; 0, B).
fn magnetic_gradient(f: FormFactors, p: vec3<real>, c: vec3<real>, b: vec3<real>) -> vec3<real> {
    let along = dot(p, c);
    if ANOMALOUS {
        return along * f.d_alpha * b - (along * f.d_beta * dot(p, b) + f.beta * dot(c, b)) * p - f.beta * dot(p, b) * c;
    }
    return along * f.d_alpha * b;
}

// (c . d/dp) T(p; E, 0).
fn electric_gradient(f: FormFactors, p: vec3<real>, c: vec3<real>, e: vec3<real>) -> vec3<real> {
    return -cross(dot(p, c) * f.d_kappa * p + f.kappa * c, e);
}

// (2/hbar) h(p) of a given h.
fn given_turn(p: vec3<real>) -> vec3<real> {
    if !GIVEN {
        return vec3<real>();
    }
    let turn = particle.given_turn;
    return vector_of(turn[3]) + p.x * vector_of(turn[0]) + p.y * vector_of(turn[1]) + p.z * vector_of(turn[2]);
}
