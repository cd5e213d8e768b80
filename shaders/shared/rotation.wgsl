// w turned by an angle of which `h` is the axis times the sine, and `cos` the cosine, of one
// half: Rodrigues' formula. Twin of src/physics/rotation.rs.
fn turned_by(w: vec3<real>, h: vec3<real>, cos: real) -> vec3<real> {
    return w + real(2.0) * cross(h, cos * w + cross(h, w));
}
