//! The rotation of a vector. Its twin is `shaders/shared/rotation.wgsl`.

use crate::lanes::Vector;

/// w turned by an angle of which `h` is the axis times the sine, and `cos` the cosine, of one half: Rodrigues' formula
/// w + 2 h x (cos w + h x w).
#[inline(always)]
pub fn turned_by<V: Vector>(w: V, h: V, cos: V::Number) -> V {
    w + h.cross(w * cos + h.cross(w)) * 2.0
}
